// Looking before formatting; see replaceable.h.
#include "vos/replaceable.h"

#include <algorithm>

#include "base/buffer.h"
#include "vos/log_format.h"
#include "vos/superblock.h"

namespace firn::vos {

namespace {

// Partition tables and the superblocks of the usual file systems lie there.
constexpr uint64_t kLookedAtBytes = 1 << 20;

bool begins_as_ours(std::string_view bytes) {
  constexpr std::string_view kLog(kLogMagic.data(), kLogMagic.size());
  constexpr std::string_view kMain(kSuperblockMagic.data(), kSuperblockMagic.size());
  return bytes.starts_with(kLog) || bytes.starts_with(kMain) || bytes.substr(kBlockBytes).starts_with(kMain);
}

}  // namespace

Task<Result<void>> check_replaceable(BlockDevice& device, std::string_view name) {
  Buffer bytes(std::min(device.size_bytes(), kLookedAtBytes));
  FIRN_CO_CHECK(co_await device.read(0, bytes.bytes()));
  const bool blank = std::ranges::all_of(bytes.bytes(), [](std::byte b) { return b == std::byte{0}; });
  if (blank || begins_as_ours(as_text(bytes.bytes()))) co_return Result<void>();
  co_return fail(Code::exists, "the device holds something that is not ours, which formatting would destroy")
      .on("device", name)
      .remedy(
          "check that it is the right one; if it is, format it with `overwrite`, or fill its first MiB with "
          "zeros");
}

}  // namespace firn::vos
