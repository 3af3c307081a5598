// FabricDomain: libfabric's objects for one thread: an RDM endpoint with its address vector and completion
// queue, and the memory it may use. Belongs to its thread. The only files that include libfabric are
// fabric_domain, fabric_endpoint and fabric_channel.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include <rdma/fabric.h>
#include <rdma/fi_cm.h>
#include <rdma/fi_domain.h>
#include <rdma/fi_endpoint.h>
#include <rdma/fi_eq.h>
#include <rdma/fi_errno.h>
#include <rdma/fi_rma.h>

#include "base/bytes.h"
#include "base/error.h"
#include "base/rng.h"
#include "net/fabric_address.h"

namespace firn::net {

struct CloseFid {
  void operator()(auto* object) const { fi_close(&object->fid); }
};
template <class Object>
using Fid = std::unique_ptr<Object, CloseFid>;

// libfabric's few functions that are not inline, found when a fabric is first used: linked to the program,
// its providers would run their own start-up code, signal handlers included, in every process.
struct FabricLibrary {
  decltype(&fi_getinfo) getinfo = nullptr;
  decltype(&fi_freeinfo) freeinfo = nullptr;
  decltype(&fi_dupinfo) dupinfo = nullptr;
  decltype(&fi_fabric) fabric = nullptr;

  // Code::unsupported: it is not installed.
  static Result<FabricLibrary> load();
};

struct FreeFabricInfo {
  void operator()(fi_info* info) const { free(info); }
  decltype(&fi_freeinfo) free = nullptr;
};

// `number` of fi_errno.h, of either sign.
Error fabric_error(int64_t number, const char* what);

class FabricDomain;

// Memory that the provider may use; until destruction.
class FabricMemory {
 public:
  FabricMemory() = default;
  FabricMemory(std::shared_ptr<FabricDomain> domain, Fid<fid_mr> region, uint64_t address)
      : domain_(std::move(domain)), region_(std::move(region)), address_(address) {}
  // For operations of this side; nullptr when the provider wants none.
  void* descriptor() const { return region_ == nullptr ? nullptr : fi_mr_desc(region_.get()); }
  // For those of the peer. Only of memory that was exposed.
  uint64_t key() const { return fi_mr_key(region_.get()); }
  uint64_t address() const { return address_; }

 private:
  std::shared_ptr<FabricDomain> domain_;  // shared: a send that waits may outlive its endpoint by a turn
  Fid<fid_mr> region_;
  uint64_t address_ = 0;
};

class FabricDomain : public std::enable_shared_from_this<FabricDomain> {
 public:
  // `host`: this side's address, where the provider takes IP addresses and the choice names no domain; may be
  // empty. Code::unsupported (there is no such provider or domain here), Code::io.
  static Result<std::shared_ptr<FabricDomain>> open(const FabricChoice& choice, const std::string& host);

  // The name with all layers, e.g. "tcp;ofi_rxm".
  std::string provider() const { return info_->fabric_attr->prov_name; }
  // Where others reach the endpoint, as bytes of the provider's form.
  Result<std::string> address() const;
  // Becomes readable when there may be something in the queue; -1: the provider has nothing to wait for.
  int wait_descriptor() const { return wait_descriptor_; }
  // Whether the descriptor may be waited for now, without losing what has come.
  bool may_wait();
  // False: peers do not read this side's memory, nor this side theirs (docs/decisions/0011-fabric.md says
  // why).
  bool reads() const;
  size_t operation_bytes_max() const { return info_->ep_attr->max_msg_size; }
  fid_ep* endpoint() const { return endpoint_.get(); }
  fid_cq* queue() const { return queue_.get(); }
  fid_av* addresses() const { return addresses_.get(); }

  // Lets peers read it.
  Result<FabricMemory> expose(ByteView bytes, Rng& rng);
  // Lets this side's operations use it, as the provider demands: FI_READ, FI_SEND, FI_RECV.
  Result<FabricMemory> allow_local(ByteView bytes, uint64_t access, Rng& rng);
  // From now on no operation is in progress and no memory in use; the rest stays.
  void end_endpoint() { endpoint_.reset(); }

 private:
  using Info = std::unique_ptr<fi_info, FreeFabricInfo>;

  explicit FabricDomain(FabricLibrary library) : library_(library) {}
  Info held(fi_info* info) const { return Info(info, FreeFabricInfo{library_.freeinfo}); }
  Info hints_for(const FabricChoice& choice) const;
  Result<Info> find(const FabricChoice& choice, const std::string& host) const;
  std::string providers_here() const;
  Result<void> open_objects();
  Result<void> open_queue();
  Result<FabricMemory> enroll(ByteView bytes, uint64_t access, Rng& rng);
  bool demands(int mode) const { return (info_->domain_attr->mr_mode & mode) != 0; }

  const FabricLibrary library_;
  // Closed in the opposite order.
  Info info_;
  Fid<fid_fabric> fabric_;
  Fid<fid_domain> domain_;
  Fid<fid_av> addresses_;
  Fid<fid_cq> queue_;
  Fid<fid_ep> endpoint_;
  int wait_descriptor_ = -1;
};

}  // namespace firn::net
