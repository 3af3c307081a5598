/* Unified namespace: paths of a file system that lead to containers. Functions return a positive errno. */
#ifndef FIRN_DAOS_UNS_H
#define FIRN_DAOS_UNS_H

#include <daos_cont.h>
#include <daos_obj_class.h>
#include <daos_prop.h>

#if defined(__cplusplus)
extern "C" {
#endif

/* da_flags of duns_resolve_path() */
enum {
  DUNS_NO_PREFIX = (1 << 0),         /* "/pool/container/..." instead of "daos://pool/..." */
  DUNS_NO_REVERSE_LOOKUP = (1 << 1), /* look at the path itself only, not at those above it */
  DUNS_NO_CHECK_PATH = (1 << 2),     /* it is "/pool/container/..." without looking at the file system */
};

/* Zero it before use. */
struct duns_attr_t {
  daos_cont_layout_t da_type;
  daos_oclass_id_t da_oclass_id;
  daos_size_t da_chunk_size;
  daos_prop_t* da_props;
  uint32_t da_flags;
  char da_pool[DAOS_PROP_LABEL_MAX_LEN + 1]; /* label or UUID */
  char da_cont[DAOS_PROP_LABEL_MAX_LEN + 1]; /* label or UUID */
  char* da_sys;
  char* da_rel_path; /* what follows the container's path, with its "/"; NULL: nothing */
  bool da_on_lustre;
  bool da_no_prefix; /* as DUNS_NO_PREFIX */
  uuid_t da_puuid;
  uuid_t da_cuuid;
  daos_oclass_id_t da_dir_oclass_id;
  daos_oclass_id_t da_file_oclass_id;
  char da_hints[DAOS_CONT_HINT_MAX_LEN];
};

/* Where a path keeps it: type, pool, container. */
#define DUNS_XATTR_NAME "user.daos"
#define DUNS_MAX_XATTR_LEN 170
#define DUNS_XATTR_FMT "DAOS.%s://%36s/%36s"
#define DUNS_LUSTRE_XATTR_FMT "%36s/%36s"

/* Makes a container and the path that leads to it: a directory for files, else a file. */
int duns_create_path(daos_handle_t poh, const char* path, struct duns_attr_t* attrp);

/* "daos://pool/container/rest", or a path at or below one that leads to a container. ENODATA: it leads to
 * none. */
int duns_resolve_path(const char* path, struct duns_attr_t* attr);

/* Removes the container, though it may be open, and the path. */
int duns_destroy_path(daos_handle_t poh, const char* path);

/* The value of DUNS_XATTR_NAME. */
int duns_parse_attr(char* str, daos_size_t len, struct duns_attr_t* attr);

int duns_set_sys_name(struct duns_attr_t* attrp, const char* sys);

/* Frees what it holds. */
void duns_destroy_attr(struct duns_attr_t* attrp);

/* A new path to a container that is there. */
int duns_link_cont(daos_handle_t poh, const char* cont, const char* path);

#if defined(__cplusplus)
}
#endif

#endif
