// libfabric's objects for one thread; see fabric_domain.h.
#include "net/fabric_domain.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <set>

#include <dlfcn.h>

#include "net/fabric_hello.h"
#include "net/fabric_message.h"

namespace firn::net {

namespace {

constexpr uint32_t kApiVersion = FI_VERSION(1, 17);
constexpr size_t kQueueEntries = 8192;
constexpr size_t kPeersExpected = 256;

// Freed by fi_freeinfo.
char* owned_copy(const std::string& text) { return ::strdup(text.c_str()); }

bool takes_ip_addresses(const fi_info& info) {
  return info.addr_format == FI_SOCKADDR || info.addr_format == FI_SOCKADDR_IN ||
         info.addr_format == FI_SOCKADDR_IN6;
}

}  // namespace

Error fabric_error(int64_t number, const char* what) {
  const int positive = static_cast<int>(number < 0 ? -number : number);
  constexpr int kOwnNumbers = 256;  // below, they are errno's
  const std::string reason =
      positive < kOwnNumbers ? std::strerror(positive) : "fi_errno " + std::to_string(positive);
  return fail(Code::io, what).on("reason", reason);
}

Result<FabricLibrary> FabricLibrary::load() {
  // Never unloaded: providers leave threads and handlers behind.
  void* const handle = ::dlopen("libfabric.so.1", RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  FabricLibrary library;
  if (handle != nullptr) {
    library.getinfo = reinterpret_cast<decltype(&fi_getinfo)>(::dlsym(handle, "fi_getinfo"));
    library.freeinfo = reinterpret_cast<decltype(&fi_freeinfo)>(::dlsym(handle, "fi_freeinfo"));
    library.dupinfo = reinterpret_cast<decltype(&fi_dupinfo)>(::dlsym(handle, "fi_dupinfo"));
    library.fabric = reinterpret_cast<decltype(&fi_fabric)>(::dlsym(handle, "fi_fabric"));
  }
  if (library.getinfo == nullptr || library.freeinfo == nullptr || library.dupinfo == nullptr ||
      library.fabric == nullptr) {
    return fail(Code::unsupported, "libfabric is not installed on this host, or is too old")
        .remedy("install libfabric 1.17 or later (Debian: libfabric1), or use TCP");
  }
  return library;
}

// For people.
std::string FabricDomain::providers_here() const {
  fi_info* list = nullptr;
  if (library_.getinfo(kApiVersion, nullptr, nullptr, 0, nullptr, &list) != 0) return "none";
  const Info all = held(list);
  std::set<std::string> names;
  for (const fi_info* info = list; info != nullptr; info = info->next) {
    if (info->ep_attr->type == FI_EP_RDM) names.insert(info->fabric_attr->prov_name);
  }
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : " ") + name;
  return text.empty() ? "none" : text;
}

FabricDomain::Info FabricDomain::hints_for(const FabricChoice& choice) const {
  Info hints = held(library_.dupinfo(nullptr));  // an empty one
  if (hints == nullptr) std::abort();
  hints->caps = FI_MSG | FI_RMA | FI_MULTI_RECV;
  hints->mode = FI_CONTEXT | FI_CONTEXT2;
  hints->ep_attr->type = FI_EP_RDM;
  hints->domain_attr->mr_mode =
      FI_MR_LOCAL | FI_MR_VIRT_ADDR | FI_MR_ALLOCATED | FI_MR_PROV_KEY | FI_MR_ENDPOINT;
  hints->domain_attr->threading = FI_THREAD_DOMAIN;
  hints->domain_attr->resource_mgmt = FI_RM_ENABLED;
  hints->domain_attr->av_type = FI_AV_TABLE;
  hints->fabric_attr->prov_name = owned_copy(choice.provider);
  if (!choice.domain.empty()) hints->domain_attr->name = owned_copy(choice.domain);
  return hints;
}

Result<FabricDomain::Info> FabricDomain::find(const FabricChoice& choice, const std::string& host) const {
  const Info hints = hints_for(choice);
  const auto ask = [&](const char* node) {
    fi_info* list = nullptr;
    const int result =
        library_.getinfo(kApiVersion, node, nullptr, node == nullptr ? 0 : FI_SOURCE, hints.get(), &list);
    return held(result == 0 ? list : nullptr);
  };
  Info found = ask(nullptr);
  if (found != nullptr && !host.empty() && choice.domain.empty() && takes_ip_addresses(*found)) {
    if (Info at_host = ask(host.c_str())) found = std::move(at_host);
  }
  // Layered providers do not look at the domain's name.
  for (const fi_info* info = found.get(); info != nullptr; info = info->next) {
    if (choice.domain.empty() || choice.domain == info->domain_attr->name)
      return held(library_.dupinfo(info));
  }
  return fail(Code::unsupported, "this host has no such fabric, or it cannot do what Firn needs")
      .on("provider", choice.provider)
      .on("domain", choice.domain.empty() ? "any" : choice.domain)
      .on("providers here", providers_here())
      .remedy("look with: fi_info -t FI_EP_RDM; see docs/fabric.md");
}

Result<std::shared_ptr<FabricDomain>> FabricDomain::open(const FabricChoice& choice,
                                                         const std::string& host) {
  FIRN_TRY(const FabricLibrary library, FabricLibrary::load());
  std::shared_ptr<FabricDomain> domain(new FabricDomain(library));
  FIRN_TRY(domain->info_, domain->find(choice, host));
  if (auto opened = domain->open_objects(); !opened) {
    return std::move(opened)
        .error()
        .on("provider", domain->provider())
        .on("domain", domain->info_->domain_attr->name);
  }
  return domain;
}

Result<void> FabricDomain::open_objects() {
  fid_fabric* fabric = nullptr;
  if (const int result = library_.fabric(info_->fabric_attr, &fabric, nullptr); result != 0)
    return fabric_error(result, "opening the fabric failed");
  fabric_.reset(fabric);
  fid_domain* domain = nullptr;
  if (const int result = fi_domain(fabric, info_.get(), &domain, nullptr); result != 0)
    return fabric_error(result, "opening the fabric's domain failed");
  domain_.reset(domain);
  fi_av_attr address_options{};
  address_options.type = FI_AV_TABLE;
  address_options.count = kPeersExpected;
  fid_av* addresses = nullptr;
  if (const int result = fi_av_open(domain, &address_options, &addresses, nullptr); result != 0)
    return fabric_error(result, "making the fabric's address vector failed");
  addresses_.reset(addresses);
  FIRN_CHECK(open_queue());
  fid_ep* endpoint = nullptr;
  if (const int result = fi_endpoint(domain, info_.get(), &endpoint, nullptr); result != 0)
    return fabric_error(result, "making a fabric endpoint failed");
  endpoint_.reset(endpoint);
  int result = fi_ep_bind(endpoint, &addresses_->fid, 0);
  if (result == 0) result = fi_ep_bind(endpoint, &queue_->fid, FI_TRANSMIT | FI_RECV);
  if (result == 0) result = fi_enable(endpoint);
  size_t room = kFabricMessageBytesMax;
  if (result == 0)
    result = fi_setopt(&endpoint->fid, FI_OPT_ENDPOINT, FI_OPT_MIN_MULTI_RECV, &room, sizeof room);
  if (result != 0) return fabric_error(result, "starting a fabric endpoint failed");
  return {};
}

// With something to wait for, where the provider has it.
Result<void> FabricDomain::open_queue() {
  fi_cq_attr options{};
  options.size = kQueueEntries;
  options.format = FI_CQ_FORMAT_DATA;
  fid_cq* queue = nullptr;
  options.wait_obj = FI_WAIT_FD;
  if (fi_cq_open(domain_.get(), &options, &queue, nullptr) == 0) {
    queue_.reset(queue);
    if (fi_control(&queue->fid, FI_GETWAIT, &wait_descriptor_) == 0) return {};
    wait_descriptor_ = -1;
    queue_.reset();
  }
  options.wait_obj = FI_WAIT_NONE;
  if (const int result = fi_cq_open(domain_.get(), &options, &queue, nullptr); result != 0)
    return fabric_error(result, "making the fabric's completion queue failed");
  queue_.reset(queue);
  return {};
}

Result<std::string> FabricDomain::address() const {
  std::string bytes(kFabricAddressBytesMax, '\0');
  size_t length = bytes.size();
  if (const int result = fi_getname(&endpoint_->fid, bytes.data(), &length); result != 0)
    return fabric_error(result, "the fabric endpoint has no address");
  bytes.resize(std::min(length, bytes.size()));
  return bytes;
}

// These answer a read by the bytes of a socket, also when the memory has been given back meanwhile; and
// before libfabric 1.18 closing one that has come in part frees it twice.
bool FabricDomain::reads() const {
  const std::string name = provider();
  return !name.starts_with("tcp") && !name.starts_with("net");
}

bool FabricDomain::may_wait() {
  fid* objects[] = {&queue_->fid};
  return fi_trywait(fabric_.get(), objects, 1) == 0;
}

Result<FabricMemory> FabricDomain::expose(ByteView bytes, Rng& rng) {
  return enroll(bytes, FI_REMOTE_READ, rng);
}

Result<FabricMemory> FabricDomain::allow_local(ByteView bytes, uint64_t access, Rng& rng) {
  if (!demands(FI_MR_LOCAL)) return FabricMemory();
  return enroll(bytes, access, rng);
}

// Where the key is ours it is random: who was not told it does not guess it.
Result<FabricMemory> FabricDomain::enroll(ByteView bytes, uint64_t access, Rng& rng) {
  constexpr int kTriesMax = 8;  // a key may be taken
  const size_t key_bits = std::clamp<size_t>(info_->domain_attr->mr_key_size * 8, 1, 64);
  fid_mr* region = nullptr;
  int result = -FI_ENOKEY;
  for (int i = 0; i < kTriesMax && result == -FI_ENOKEY; i++) {
    const uint64_t key = rng.next() >> (64 - key_bits);
    result = fi_mr_reg(domain_.get(), bytes.data(), bytes.size(), access, 0, key, 0, &region, nullptr);
  }
  if (result != 0) {
    return fabric_error(result, "registering memory with the fabric failed")
        .on("bytes", bytes.size())
        .remedy("raise the limit of locked memory: ulimit -l unlimited");
  }
  Fid<fid_mr> held(region);
  if (demands(FI_MR_ENDPOINT)) {
    result = fi_mr_bind(region, &endpoint_->fid, 0);
    if (result == 0) result = fi_mr_enable(region);
    if (result != 0) return fabric_error(result, "enabling memory of the fabric failed");
  }
  const auto address = demands(FI_MR_VIRT_ADDR) ? reinterpret_cast<uint64_t>(bytes.data()) : 0;
  return FabricMemory(shared_from_this(), std::move(held), address);
}

}  // namespace firn::net
