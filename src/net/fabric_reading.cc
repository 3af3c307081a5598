// Reading a frame from the peer's memory; see fabric_reading.h.
#include "net/fabric_reading.h"

#include <utility>

#include "base/assert.h"

namespace firn::net {

namespace {

// More places than that, and an operation for each costs more than a copy.
constexpr size_t kPlacesMax = 16;

}  // namespace

FabricReading::~FabricReading() { FIRN_ASSERT(!active_); }

void FabricReading::begin(FabricEndpoint& endpoint, const FabricPeer& peer, const FabricMessage& offer) {
  FIRN_ASSERT(!active_);
  active_ = true;
  endpoint_ = &endpoint;
  peer_ = &peer;
  offer_ = offer.offer;
  payload_bytes_ = offer.payload_bytes;
  parts_ = offer.parts;
  head_.assign(offer.head.begin(), offer.head.end());
  if (!head_.empty()) return head_is_here();
  stage_ = Stage::head;
  head_.resize(offer.head_bytes);
  const FabricPart part = parts_.front();
  parts_.erase(parts_.begin());
  const MutableBytes target = head_;
  read_into({&part, 1}, {&target, 1});
}

void FabricReading::head_is_here() {
  stage_ = Stage::payload;
  if (payload_bytes_ == 0) return payload_is_here();
  places_ = owner_.place(head_, payload_bytes_);
  FIRN_ASSERT(places_.empty() || total_bytes(places_) == payload_bytes_);
  if (places_.empty() || stopped_) return payload_is_here();
  if (places_.size() <= kPlacesMax) return read_into(parts_, places_);
  scattered_ = Buffer(payload_bytes_);
  const MutableBytes target = scattered_.bytes();
  read_into(parts_, {&target, 1});
}

void FabricReading::read_into(std::span<const FabricPart> parts, std::span<const MutableBytes> targets) {
  const auto plan = plan_fabric_reads(parts, targets, endpoint_->read_bytes_max());
  auto next = plan.begin();
  for (const MutableBytes target : targets) {
    if (target.empty()) continue;
    auto memory = endpoint_->allow_reading_into(target);
    if (!memory) return end(std::move(memory).error());
    for (size_t bytes = 0; bytes < target.size(); ++next) {
      bytes += next->target.size();
      auto read = std::make_unique<Read>();
      read->reading = this;
      read->what = *next;
      read->descriptor = memory->descriptor();
      reads_.push_back(std::move(read));
    }
    memory_.push_back(*std::move(memory));
  }
  post();
}

void FabricReading::post() {
  while (active_ && !stopped_ && !error_ && posted_ < reads_.size()) {
    Read& read = *reads_[posted_];
    const FabricPosted result = endpoint_->read(read, read.what, *peer_, read.descriptor);
    if (result == FabricPosted::no_room) return owner_.reading_waits();
    if (result == FabricPosted::failed) {
      error_ = fail(Code::unreachable, "the peer's data cannot be read over the fabric");
      return go_on();
    }
    posted_++;
  }
}

void FabricReading::read_ended(int error) {
  ended_++;
  if (error != 0 && !error_) {
    error_ = fail(Code::unreachable, "reading the peer's data failed")
                 .because(fabric_error(error, "a read over the fabric failed"));
  }
  go_on();
}

// After the last operation in progress has ended.
void FabricReading::go_on() {
  if (ended_ < posted_) return;
  if (error_) return end(std::exchange(error_, std::nullopt));
  if (stopped_) return end(std::nullopt);
  if (posted_ < reads_.size()) return;
  reads_.clear();
  memory_.clear();
  posted_ = ended_ = 0;
  stage_ == Stage::head ? head_is_here() : payload_is_here();
}

void FabricReading::payload_is_here() {
  MutableBytes rest = scattered_.bytes();
  if (!rest.empty()) {
    for (const MutableBytes place : places_) {
      copy_bytes(place, rest.first(place.size()));
      rest = rest.subspan(place.size());
    }
  }
  if (!stopped_) owner_.arrived(head_, payload_bytes_);
  end(std::nullopt);
}

void FabricReading::stop() {
  if (!active_ || stopped_) return;
  stopped_ = true;
  go_on();
}

void FabricReading::end(std::optional<Error> error) {
  active_ = stopped_ = false;
  reads_.clear();
  memory_.clear();
  posted_ = ended_ = 0;
  places_.clear();
  scattered_ = Buffer();
  error_.reset();
  owner_.reading_ended(offer_, std::move(error));
}

}  // namespace firn::net
