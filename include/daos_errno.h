/*
 * Error numbers. Functions of libdaos return 0 or a negated DER_ value; libdfs and libduns a positive errno;
 * libds3 a negated errno.
 *
 * The lists are part of the API: programs expand them with a macro of their own. Numbers follow from the
 * order.
 */
#ifndef FIRN_DAOS_ERRNO_H
#define FIRN_DAOS_ERRNO_H

/* ACTION(name, what it means) */
#define D_FOREACH_GURT_ERR(ACTION)                                    \
  ACTION(DER_NO_PERM, No permission for this operation)               \
  ACTION(DER_NO_HDL, Not a valid handle)                              \
  ACTION(DER_INVAL, A parameter is invalid)                           \
  ACTION(DER_EXIST, It exists already)                                \
  ACTION(DER_NONEXIST, It does not exist)                             \
  ACTION(DER_UNREACH, The peer cannot be reached)                     \
  ACTION(DER_NOSPACE, No space is left on a storage target)           \
  ACTION(DER_ALREADY, It has been done already)                       \
  ACTION(DER_NOMEM, Out of memory)                                    \
  ACTION(DER_NOSYS, Not implemented)                                  \
  ACTION(DER_TIMEDOUT, The time is up)                                \
  ACTION(DER_BUSY, In use)                                            \
  ACTION(DER_AGAIN, Try it again)                                     \
  ACTION(DER_PROTO, The protocols do not match)                       \
  ACTION(DER_UNINIT, Not initialised)                                 \
  ACTION(DER_TRUNC, The buffer is too small)                          \
  ACTION(DER_OVERFLOW, The value does not fit)                        \
  ACTION(DER_CANCELED, The operation was canceled)                    \
  ACTION(DER_OOG, Not a member of the group or list)                  \
  ACTION(DER_HG, The transport failed)                                \
  ACTION(DER_UNREG, The message or its version is not registered)     \
  ACTION(DER_ADDRSTR_GEN, An address could not be written as text)    \
  ACTION(DER_PMIX, The process manager failed)                        \
  ACTION(DER_IVCB_FORWARD, The variable is not here and is forwarded) \
  ACTION(DER_MISC, Another error)                                     \
  ACTION(DER_BADPATH, The path is not valid)                          \
  ACTION(DER_NOTDIR, Not a directory)                                 \
  ACTION(DER_CORPC_INCOMPLETE, A collective call failed in part)      \
  ACTION(DER_NO_RAS_RANK, No rank receives events)                    \
  ACTION(DER_NOTATTACH, Not attached to the group)                    \
  ACTION(DER_MISMATCH, The copies or versions differ)                 \
  ACTION(DER_EXCLUDED, The rank is excluded)                          \
  ACTION(DER_NOREPLY, The handler gave no answer)                     \
  ACTION(DER_DOS, Refused to protect the service)                     \
  ACTION(DER_BAD_TARGET, The wrong target for this request)           \
  ACTION(DER_GRPVER, The versions of the group differ)                \
  ACTION(DER_HLC_SYNC, The clocks are too far apart)                  \
  ACTION(DER_NO_SHMEM, No shared memory is left)                      \
  ACTION(DER_ADD_METRIC_FAILED, The metric could not be added)        \
  ACTION(DER_DURATION_MISMATCH, A duration ends that did not begin)   \
  ACTION(DER_OP_NOT_PERMITTED, This kind of metric does not allow it) \
  ACTION(DER_EXCEEDS_PATH_LEN, The path is too long)                  \
  ACTION(DER_METRIC_NOT_FOUND, No such metric)                        \
  ACTION(DER_SHMEM_PERMS, No permission for the shared memory)        \
  ACTION(DER_HG_FATAL, The transport failed for good)                 \
  ACTION(DER_QUOTA_LIMIT, The quota is used up)

#define D_FOREACH_DAOS_ERR(ACTION)                                                 \
  ACTION(DER_IO, Input or output failed)                                           \
  ACTION(DER_FREE_MEM, Memory could not be freed)                                  \
  ACTION(DER_ENOENT, No such entry)                                                \
  ACTION(DER_NOTYPE, Unknown type of object)                                       \
  ACTION(DER_NOSCHEMA, Unknown schema of objects)                                  \
  ACTION(DER_NOLOCAL, The object is not here)                                      \
  ACTION(DER_STALE, The pool map is out of date)                                   \
  ACTION(DER_NOTLEADER, Not the leader of the service)                             \
  ACTION(DER_TGT_CREATE, A target could not be made)                               \
  ACTION(DER_EP_RO, The epoch cannot be written)                                   \
  ACTION(DER_EP_OLD, The epoch is too old and its data may be gone)                \
  ACTION(DER_KEY2BIG, The key is too large for its buffer or the limit)            \
  ACTION(DER_REC2BIG, The record is too large for its buffer or the limit)         \
  ACTION(DER_IO_INVAL, Buffers and extents do not match)                           \
  ACTION(DER_EQ_BUSY, The event queue is in use)                                   \
  ACTION(DER_DOMAIN, The fault domains do not match)                               \
  ACTION(DER_SHUTDOWN, The service is about to stop)                               \
  ACTION(DER_INPROGRESS, It is in progress)                                        \
  ACTION(DER_NOTAPPLICABLE, It does not apply here)                                \
  ACTION(DER_NOTREPLICA, Not a replica of the service)                             \
  ACTION(DER_CSUM, The checksum does not match)                                    \
  ACTION(DER_DF_INVAL, Not a format of ours)                                       \
  ACTION(DER_DF_INCOMPT, A version of the format that is not supported)            \
  ACTION(DER_REC_SIZE, The size of records does not match)                         \
  ACTION(DER_TX_RESTART, The transaction must be restarted)                        \
  ACTION(DER_DATA_LOSS, Data is lost)                                              \
  ACTION(DER_OP_CANCELED, The operation was called off)                            \
  ACTION(DER_TX_BUSY, The transaction is not committed yet)                        \
  ACTION(DER_AGENT_INCOMPAT, The agent does not fit this library)                  \
  ACTION(DER_NEED_TX, It needs a distributed transaction)                          \
  ACTION(DER_RF, More failures than the redundancy factor allows)                  \
  ACTION(DER_FETCH_AGAIN, Fetch it again)                                          \
  ACTION(DER_TX_UNCERTAIN, How the transaction ended is not known)                 \
  ACTION(DER_AGENT_COMM, The agent cannot be reached)                              \
  ACTION(DER_ID_MISMATCH, The identities differ)                                   \
  ACTION(DER_TGT_RETRY, Try another target)                                        \
  ACTION(DER_NOTSUPPORTED, Not supported)                                          \
  ACTION(DER_CONTROL_INCOMPAT, The versions of the control services differ)        \
  ACTION(DER_NO_SERVICE, The service is not there)                                 \
  ACTION(DER_TX_ID_REUSED, The id of the transaction may be in use)                \
  ACTION(DER_UPDATE_AGAIN, Update it again)                                        \
  ACTION(DER_NVME_IO, Input or output of an NVMe device failed)                    \
  ACTION(DER_NO_CERT, A certificate cannot be read)                                \
  ACTION(DER_BAD_CERT, A certificate is not valid)                                 \
  ACTION(DER_VOS_PARTIAL_UPDATE, Part of an array is overwritten at its own epoch) \
  ACTION(DER_CHKPT_BUSY, A checkpoint holds the page)                              \
  ACTION(DER_DIV_BY_ZERO, Division by zero)                                        \
  ACTION(DER_OVERLOAD_RETRY, The service is overloaded so try later)               \
  ACTION(DER_NOT_RESUME, The check cannot go on where it stopped)                  \
  ACTION(DER_CONT_NONEXIST, No such container)                                     \
  ACTION(DER_CONT_DESTROYING, The container is being destroyed)                    \
  ACTION(DER_IGNORE, The entry is to be passed over)

/* ACTION(range, its base) */
#define D_FOREACH_ERR_RANGE(ACTION) \
  ACTION(GURT, 1000)                \
  ACTION(DAOS, 2000)

#define D_DEFINE_ERRNO(name, desc) name,
#define D_DEFINE_ERRSTR(name, desc) #name,
#define D_DEFINE_ERRDESC(name, desc) #desc,
#define D_DEFINE_RANGE_ERRNO(name, base) \
  DER_ERR_##name##_BASE = (base), D_FOREACH_##name##_ERR(D_DEFINE_ERRNO)

enum daos_errno {
  DER_SUCCESS = 0,
  D_FOREACH_ERR_RANGE(D_DEFINE_RANGE_ERRNO)
  /* One past the last. */
  DER_LAST_VALID,
  DER_UNKNOWN = (DER_ERR_GURT_BASE + 500000),
};

#ifndef DER_EVICTED
#define DER_EVICTED DER_EXCLUDED /* its former name */
#endif

/* For printf: an error by name, number and meaning. */
#ifndef DF_RC
#define DF_RC "%s(%d): '%s'"
#define DP_RC(rc) d_errstr(rc), rc, d_errdesc(rc)
#endif

#if defined(__cplusplus)
extern "C" {
#endif

/* The name: "DER_INVAL" for -DER_INVAL, "DER_SUCCESS" for 0, "DER_UNKNOWN" for what is none. Never freed. */
const char* d_errstr(int errnum);

/* The meaning as a short sentence. Never freed. */
const char* d_errdesc(int errnum);

#if defined(__cplusplus)
}
#endif

#endif
