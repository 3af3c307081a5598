// Frames in rings; see shm_frame.h.
#include "net/shm_frame.h"

#include <algorithm>

#include "base/endian.h"

namespace firn::net {

// --- ShmOutgoing

ByteView ShmOutgoing::part(size_t index) const {
  if (index == 0) return lengths_;
  return index == 1 ? head_ : payload_[index - 2];
}

bool ShmOutgoing::advance(ShmRingWriter& ring) {
  size_t left = kShmStepBytes;
  const size_t part_count = payload_.size() + 2;
  while (part_ < part_count) {
    const ByteView rest = part(part_).subspan(offset_);
    const size_t wanted = std::min(rest.size(), left);
    const size_t written = ring.write(rest.first(wanted));
    offset_ += written;
    left -= written;
    if (written < rest.size()) return false;
    part_++;
    offset_ = 0;
  }
  return true;
}

// --- ShmFrameReader

Result<bool> ShmFrameReader::read(Channel& channel, ChannelReceiver& receiver) {
  if (ring_.broken()) return shm_nonsense();
  switch (stage_) {
    case Stage::lengths:
      return read_lengths();
    case Stage::head:
      return read_head(channel, receiver);
    case Stage::payload:
      return read_payload(channel, receiver);
  }
  return false;
}

Result<bool> ShmFrameReader::read_lengths() {
  const size_t read = ring_.read(MutableBytes(lengths_).subspan(done_bytes_));
  done_bytes_ += read;
  if (done_bytes_ < lengths_.size()) return read > 0;
  head_bytes_ = load_little<uint32_t>(lengths_.data());
  payload_bytes_ = load_little<uint32_t>(lengths_.data() + 4);
  if (head_bytes_ > kFrameHeadBytesMax || payload_bytes_ > kFramePayloadBytesMax) {
    return fail(Code::corrupt, "a frame is larger than allowed, or the ring is out of step")
        .on("head_bytes", head_bytes_)
        .on("payload_bytes", payload_bytes_);
  }
  done_bytes_ = 0;
  stage_ = Stage::head;
  return true;
}

// The head grows with what arrives, so that announcing a large one costs the peer as much as sending it.
bool ShmFrameReader::read_head(Channel& channel, ChannelReceiver& receiver) {
  const size_t wanted = std::min({head_bytes_ - done_bytes_, ring_.available(), kShmStepBytes});
  head_.resize(done_bytes_ + wanted);
  done_bytes_ += ring_.read(MutableBytes(head_).subspan(done_bytes_));
  head_.resize(done_bytes_);
  if (done_bytes_ < head_bytes_) return wanted > 0;
  done_bytes_ = 0;
  if (payload_bytes_ == 0) {
    frame_arrived(channel, receiver);
    return true;
  }
  places_ = receiver.place(channel, head_, payload_bytes_);
  FIRN_ASSERT(places_.empty() || total_bytes(places_) == payload_bytes_);
  place_ = 0;
  place_offset_ = 0;
  stage_ = Stage::payload;
  return true;
}

bool ShmFrameReader::read_payload(Channel& channel, ChannelReceiver& receiver) {
  size_t left = std::min(payload_bytes_ - done_bytes_, kShmStepBytes);
  size_t taken = 0;
  if (places_.empty()) taken = ring_.skip(left);
  while (!places_.empty() && left > 0) {
    const MutableBytes place = places_[place_].subspan(place_offset_);
    const size_t read = ring_.read(place.first(std::min(place.size(), left)));
    place_offset_ += read;
    taken += read;
    left -= read;
    if (read < place.size()) break;
    place_++;
    place_offset_ = 0;
  }
  ring_.publish();
  done_bytes_ += taken;
  if (done_bytes_ == payload_bytes_) frame_arrived(channel, receiver);
  return taken > 0;
}

void ShmFrameReader::frame_arrived(Channel& channel, ChannelReceiver& receiver) {
  stage_ = Stage::lengths;
  done_bytes_ = 0;
  places_.clear();
  receiver.arrived(channel, head_, payload_bytes_);
}

}  // namespace firn::net
