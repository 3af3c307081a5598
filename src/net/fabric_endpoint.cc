// The RDM endpoint of one thread; see fabric_endpoint.h.
#include "net/fabric_endpoint.h"

#include <algorithm>

#include <liburing.h>
#include <poll.h>

#include "base/assert.h"

namespace firn::net {

namespace {

constexpr size_t kReceiveBuffers = 4;
constexpr size_t kReceiveBytes = 1 << 20;
constexpr size_t kMessagesMax = 4096;      // buffers for sending: 64 MiB at most
constexpr size_t kReadBytesMax = 8 << 20;  // of one operation
constexpr int kBatchesMax = 4;             // of one turn
// How often a queue without a descriptor is looked at, and those that found no room try again.
constexpr Duration kLookAfterMin = std::chrono::microseconds(100);
constexpr Duration kLookAfterMax = std::chrono::milliseconds(2);

}  // namespace

// Takes many messages one behind the other, until the provider gives it back.
struct FabricEndpoint::ReceiveBuffer final : FabricOperation {
  explicit ReceiveBuffer(FabricEndpoint& of) : endpoint(of), buffer(kReceiveBytes) {}

  // False: no room in the queue now.
  bool post() {
    const iovec vector{buffer.data(), buffer.size()};
    void* descriptor = memory.descriptor();
    fi_msg message{};
    message.msg_iov = &vector;
    message.desc = &descriptor;
    message.iov_count = 1;
    message.addr = FI_ADDR_UNSPEC;
    message.context = context();
    const ssize_t result = fi_recvmsg(endpoint.domain_->endpoint(), &message, FI_MULTI_RECV | FI_COMPLETION);
    posted = endpoint.posted(*this, result, "receiving from the fabric failed") == FabricPosted::yes;
    return posted;
  }
  void completed(const End& end) override {
    posted = false;
    if (endpoint.lost_) return;
    if (!end.received.empty()) endpoint.arrived(end.received);
    if (endpoint.lost_) return;
    // A peer may have sent more than fits: that is lost, the buffer is not.
    if (end.error != 0 && end.error != FI_ETRUNC) {
      return endpoint.lose(fabric_error(end.error, "receiving from the fabric failed"));
    }
    if ((end.flags & FI_MULTI_RECV) != 0) return (void)post();
    endpoint.under_way_.push_back(*this);  // there is more room in it
    posted = true;
  }

  FabricEndpoint& endpoint;
  Buffer buffer;
  FabricMemory memory;
  bool posted = false;
};

FabricPeer::~FabricPeer() { endpoint_.forget(address_); }

void FabricMessageBuffer::completed(const End& end) {
  FabricPort* const told = port;
  endpoint_.give_back(*this);
  if (told != nullptr) told->message_sent(end.error);
}

// --- beginning and end

Result<std::unique_ptr<FabricEndpoint>> FabricEndpoint::open(RealRuntime& runtime, const FabricChoice& choice,
                                                             const std::string& host) {
  FIRN_TRY(auto domain, FabricDomain::open(choice, host));
  std::unique_ptr<FabricEndpoint> endpoint(new FabricEndpoint(runtime, std::move(domain)));
  if (auto started = endpoint->start(); !started) {
    endpoint->lost_ = true;
    endpoint->domain_->end_endpoint();
    return std::move(started).error();
  }
  runtime.loop().add_poller(*endpoint);
  return endpoint;
}

FabricEndpoint::FabricEndpoint(RealRuntime& runtime, std::shared_ptr<FabricDomain> domain)
    : runtime_(runtime),
      rng_(runtime.rng().fork()),
      domain_(std::move(domain)),
      provider_(domain_->provider()),
      look_after_(kLookAfterMin),
      ring_left_(runtime.executor()) {}

Result<void> FabricEndpoint::start() {
  FIRN_TRY(address_, domain_->address());
  for (size_t i = 0; i < kReceiveBuffers; i++) {
    auto receive = std::make_unique<ReceiveBuffer>(*this);
    FIRN_TRY(receive->memory, domain_->allow_local(receive->buffer.bytes(), FI_RECV, rng_));
    if (!receive->post())
      return fail(Code::io, "the fabric takes no receive buffers").on("provider", provider_);
    receives_.push_back(std::move(receive));
  }
  return {};
}

FabricEndpoint::~FabricEndpoint() {
  FIRN_ASSERT(lost_);
  FIRN_ASSERT(!waiting_for_descriptor_);
}

void FabricEndpoint::lose(const Error& reason) {
  if (lost_) return;
  lost_ = true;
  domain_->end_endpoint();
  batch_size_ = 0;
  has_error_ = false;
  for (const auto& message : messages_) message->port = nullptr;
  while (FabricOperation* const operation = under_way_.pop_front())
    operation->completed({.error = FI_ECANCELED});
  while (waiting_.pop_front() != nullptr) {
  }
  for (auto& [channel, port] : std::exchange(ports_, {})) port.port->lost(reason);
}

Task<void> FabricEndpoint::close() {
  lose(fail(Code::canceled, "the fabric endpoint is closed"));
  runtime_.executor().disarm(*this);
  runtime_.loop().remove_poller(*this);
  if (!waiting_for_descriptor_) co_return;
  runtime_.loop().cancel(*this);
  co_await ring_left_.wait();
}

// --- channels and peers

uint32_t FabricEndpoint::attach(FabricPort& port, uint64_t token) {
  while (ports_.contains(next_channel_)) next_channel_++;
  ports_.emplace(next_channel_, Port{&port, token});
  look_later();
  return next_channel_++;
}

void FabricEndpoint::detach(uint32_t channel) {
  const auto found = ports_.find(channel);
  if (found == ports_.end()) return;
  FabricPort* const port = found->second.port;
  ports_.erase(found);
  port->unlink();
  for (const auto& message : messages_) {
    if (message->port == port) message->port = nullptr;
  }
}

Result<std::shared_ptr<FabricPeer>> FabricEndpoint::reach(const std::string& address) {
  if (auto known = peers_[address].lock()) return known;
  // Only what looks like our own: the provider may trust its length.
  const bool text = address_.starts_with("fi_");
  const bool alike = text ? address.starts_with("fi_") && address.find('\0') == address.size() - 1
                          : address.size() == address_.size();
  fi_addr_t number = FI_ADDR_NOTAVAIL;
  if (lost_ || !alike || fi_av_insert(domain_->addresses(), address.data(), 1, &number, 0, nullptr) != 1) {
    peers_.erase(address);
    return fail(Code::invalid, "this is no address of the fabric").on("provider", provider_);
  }
  auto peer = std::make_shared<FabricPeer>(*this, number);
  peers_[address] = peer;
  return peer;
}

void FabricEndpoint::forget(fi_addr_t address) {
  if (domain_->addresses() != nullptr) fi_av_remove(domain_->addresses(), &address, 1, 0);
  std::erase_if(peers_, [](const auto& entry) { return entry.second.expired(); });
}

// --- posting

FabricMessageBuffer* FabricEndpoint::take_message() {
  if (lost_) return nullptr;
  if (free_messages_.empty()) {
    if (messages_.size() >= kMessagesMax) return nullptr;
    auto message = std::make_unique<FabricMessageBuffer>(*this);
    auto memory = domain_->allow_local(message->buffer_.bytes(), FI_SEND, rng_);
    if (!memory) return nullptr;
    message->memory_ = *std::move(memory);
    free_messages_.push_back(message.get());
    messages_.push_back(std::move(message));
  }
  FabricMessageBuffer* const message = free_messages_.back();
  free_messages_.pop_back();
  return message;
}

void FabricEndpoint::give_back(FabricMessageBuffer& message) {
  message.port = nullptr;
  message.peer.reset();
  free_messages_.push_back(&message);
}

FabricPosted FabricEndpoint::post(FabricMessageBuffer& message) {
  if (lost_) return FabricPosted::failed;
  const ssize_t result = fi_send(domain_->endpoint(), message.bytes().data(), message.size,
                                 message.memory_.descriptor(), message.peer->address(), message.context());
  return posted(message, result, "sending over the fabric failed");
}

FabricPosted FabricEndpoint::read(FabricOperation& operation, const FabricRead& read, const FabricPeer& peer,
                                  void* descriptor) {
  if (lost_) return FabricPosted::failed;
  const ssize_t result = fi_read(domain_->endpoint(), read.target.data(), read.target.size(), descriptor,
                                 peer.address(), read.address, read.key, operation.context());
  return posted(operation, result, "reading over the fabric failed");
}

FabricPosted FabricEndpoint::posted(FabricOperation& operation, ssize_t result, const char* what) {
  if (result == 0) {
    under_way_.push_back(operation);
    return FabricPosted::yes;
  }
  if (result == -FI_EAGAIN) return FabricPosted::no_room;
  runtime_.log().warning(fabric_error(result, what).on("provider", provider_).message());
  return FabricPosted::failed;
}

void FabricEndpoint::wait_for_room(FabricPort& port) {
  if (lost_) return;
  waiting_.push_back(port);
  look_later();
}

size_t FabricEndpoint::read_bytes_max() const {
  return std::min<size_t>(kReadBytesMax, domain_->operation_bytes_max());
}

// --- what has happened

// True when there is something to handle.
bool FabricEndpoint::take_batch() const {
  if (batch_size_ > 0 || has_error_) return true;
  if (lost_) return false;
  const ssize_t count = fi_cq_read(domain_->queue(), batch_.data(), batch_.size());
  if (count > 0) {
    batch_size_ = static_cast<size_t>(count);
  } else if (count == -FI_EAVAIL) {
    take_error();
  }
  return batch_size_ > 0 || has_error_;
}

void FabricEndpoint::take_error() const {
  error_ = {};
  has_error_ = fi_cq_readerr(domain_->queue(), &error_, 0) == 1;
}

void FabricEndpoint::handle_batch() {
  const auto end = [](void* context, const FabricOperation::End& how) {
    // The provider could give back what is not ours only by a defect of its own; an error may have no
    // context.
    if (context == nullptr) return;
    FabricOperation* const operation = static_cast<FabricOperation::Slot*>(context)->operation;
    operation->unlink();
    operation->completed(how);
  };
  if (has_error_) {
    has_error_ = false;
    end(error_.op_context, {.error = std::max(error_.err, 1), .flags = error_.flags});
  }
  const size_t count = std::exchange(batch_size_, 0);
  for (size_t i = 0; i < count && !lost_; i++) {
    const fi_cq_data_entry& entry = batch_[i];
    FabricOperation::End how{.flags = entry.flags};
    if ((entry.flags & FI_RECV) != 0 && entry.buf != nullptr)
      how.received = {static_cast<std::byte*>(entry.buf), entry.len};
    end(entry.op_context, how);
  }
}

void FabricEndpoint::poll() {
  for (int i = 0; i < kBatchesMax && take_batch(); i++) {
    look_after_ = kLookAfterMin;
    handle_batch();
  }
  for (const auto& receive : receives_) {
    if (!receive->posted && !lost_) receive->post();
  }
  if (!waiting_.empty()) retry_waiting();
}

void FabricEndpoint::retry_waiting() {
  IntrusiveList<FabricPort> now;
  while (FabricPort* const port = waiting_.pop_front()) now.push_back(*port);
  while (FabricPort* const port = now.pop_front()) port->room();
}

void FabricEndpoint::arrived(MutableBytes bytes) {
  const auto to = fabric_destination(bytes);
  if (!to) return;
  // A channel that has ended gets late messages; others who know our address may send anything.
  const auto port = ports_.find(to->channel);
  if (port == ports_.end() || port->second.token != to->token) return;
  port->second.port->message_arrived(bytes);
}

// --- waiting

bool FabricEndpoint::ready() const {
  if (lost_) return false;
  if (take_batch()) return true;
  return asleep_ && domain_->wait_descriptor() >= 0 && !domain_->may_wait();
}

void FabricEndpoint::sleeping(bool asleep) {
  asleep_ = asleep;
  if (!asleep || lost_ || waiting_for_descriptor_ || domain_->wait_descriptor() < 0) return;
  io_uring_sqe* const entry = runtime_.loop().take_entry();
  io_uring_prep_poll_add(entry, domain_->wait_descriptor(), POLLIN);
  runtime_.loop().start(entry, *this);
  waiting_for_descriptor_ = true;
}

void FabricEndpoint::completed(int, uint32_t) {
  waiting_for_descriptor_ = false;
  if (lost_) ring_left_.set();
}

bool FabricEndpoint::must_look_by_timer() const {
  return !waiting_.empty() || (domain_->wait_descriptor() < 0 && !ports_.empty());
}

// The loop looks in every turn: it only has to be awake.
void FabricEndpoint::look_later() {
  if (armed() || lost_ || !must_look_by_timer()) return;
  runtime_.executor().arm(*this, runtime_.now() + look_after_);
}

void FabricEndpoint::fire() {
  look_after_ = std::min(look_after_ * 2, kLookAfterMax);
  look_later();
}

}  // namespace firn::net
