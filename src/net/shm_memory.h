// ShmMemory: what lies where in the memory that a client and a target share, and each side's view of it;
// docs/formats/shared-memory.md. Also the server's answer to a client's preamble, which comes with the
// memory's descriptor.
#pragma once

#include <array>
#include <cstdint>

#include "base/bytes.h"
#include "base/endian.h"
#include "base/error.h"
#include "net/frame.h"
#include "net/shm_ring.h"

namespace firn::net {

enum class ShmSide : uint8_t { client, server };

// A side's wish to be woken, set by it before it sleeps; who wakes it clears all.
constexpr uint64_t kShmAsleep = 1;     // when something is written for it
constexpr uint64_t kShmWantsRoom = 2;  // also when something is read from its ring

struct ShmHead {
  ShmPositions to_server;
  ShmPositions to_client;
  alignas(64) SharedWord client_bell;
  alignas(64) SharedWord server_bell;
};

constexpr size_t kShmHeadBytes = 4096;
static_assert(sizeof(ShmHead) <= kShmHeadBytes);
constexpr size_t shm_bytes(size_t ring_bytes) { return kShmHeadBytes + 2 * ring_bytes; }

// The memory as one side sees it.
struct ShmView {
  // `memory` has shm_bytes(ring_bytes) bytes, and is zeros or in use.
  ShmView(MutableBytes memory, ShmSide side)
      : ring_bytes((memory.size() - kShmHeadBytes) / 2),
        head(*reinterpret_cast<ShmHead*>(memory.data())),
        out(side == ShmSide::client ? head.to_server : head.to_client),
        in(side == ShmSide::client ? head.to_client : head.to_server),
        own_bell(side == ShmSide::client ? head.client_bell : head.server_bell),
        peer_bell(side == ShmSide::client ? head.server_bell : head.client_bell),
        out_ring(memory.subspan(kShmHeadBytes + (side == ShmSide::client ? 0 : ring_bytes), ring_bytes)),
        in_ring(memory.subspan(kShmHeadBytes + (side == ShmSide::client ? ring_bytes : 0), ring_bytes)) {}

  const size_t ring_bytes;
  ShmHead& head;
  ShmPositions& out;
  ShmPositions& in;
  SharedWord& own_bell;
  SharedWord& peer_bell;
  const MutableBytes out_ring;
  const ByteView in_ring;
};

// "FSHM", u16 protocol version, u16 zero, u32 bytes of each ring. A refusal frame may come instead; its first
// four bytes are a length and never these.
struct ShmWelcome {
  static constexpr size_t kBytes = 12;
  static constexpr uint32_t kMagic = 0x4d485346;  // "FSHM"
  static constexpr uint32_t kRingBytesMin = 4096;
  static constexpr uint32_t kRingBytesMax = 64 << 20;
  uint32_t ring_bytes = 0;

  std::array<std::byte, kBytes> encode() const {
    std::array<std::byte, kBytes> bytes{};
    store_little(bytes.data(), kMagic);
    store_little(bytes.data() + 4, kProtocolVersion);
    store_little(bytes.data() + 8, ring_bytes);
    return bytes;
  }
  static bool begins(ByteView bytes) {
    return bytes.size() >= 4 && load_little<uint32_t>(bytes.data()) == kMagic;
  }
  // Code::version, Code::corrupt.
  static Result<ShmWelcome> decode(std::span<const std::byte, kBytes> bytes) {
    if (!begins(bytes)) return fail(Code::corrupt, "this is no server of Firn");
    if (load_little<uint16_t>(bytes.data() + 4) != kProtocolVersion) {
      return fail(Code::version, "the server speaks another version of the protocol")
          .remedy("use clients and servers of the same release");
    }
    const ShmWelcome welcome{load_little<uint32_t>(bytes.data() + 8)};
    if (!std::has_single_bit(welcome.ring_bytes) || welcome.ring_bytes < kRingBytesMin ||
        welcome.ring_bytes > kRingBytesMax) {
      return fail(Code::corrupt, "the server offers a ring of an impossible size")
          .on("bytes", uint64_t{welcome.ring_bytes});
    }
    return welcome;
  }
};

}  // namespace firn::net
