// A whole store with damage: a clear error, or a store that works. The input's first byte says how it is
// damaged: any bytes of either device; or bytes of index pages, or of log batches, with all checksums made to
// match.
//
// What the check finds clean must open, work, and be clean afterwards. Pages that are wrong behind a checksum
// that matches are found by the check; the store itself trusts such pages (docs/formats/page.md) and is not
// opened.
#include "base/endian.h"
#include "store_devices.h"
#include "vos/log_format.h"
#include "vos/small_store_test.h"

namespace {

using namespace firn;
using namespace firn::vos;

void change_bytes(FuzzInput& input, MutableBytes bytes, size_t offset_bytes, size_t changes_max) {
  for (size_t i = 0; i < changes_max && !input.empty(); i++) {
    const uint64_t offset = input.number(offset_bytes) % bytes.size();
    bytes[static_cast<size_t>(offset)] = static_cast<std::byte>(input.number(1));
  }
}

void damage_devices(FuzzInput& input, SmallStore& store) {
  while (!input.empty()) {
    Medium& medium = input.number(1) % 2 == 0 ? store.main : store.log;
    change_bytes(input, medium.current, 3, 1);
  }
}

void damage_pages(FuzzInput& input, SmallStore& store) {
  for (size_t pages = 0; pages < 3 && !input.empty(); pages++) {
    const IndexImage image = *store.index();
    const PageId page{1 + input.number(1) % (image.table.id_end().value - 1)};
    if (!image.table.find(page)) continue;
    const size_t changes = 1 + input.number(1) % 16;
    store.forge_page(page, [&](MutableBytes bytes) { change_bytes(input, bytes, 2, changes); });
  }
}

// Where the batches behind the checkpoint are.
std::vector<uint64_t> batch_offsets(SmallStore& store) {
  std::vector<uint64_t> offsets;
  const LogRing ring{(1 << 20) - kLogHeaderBytes};
  uint64_t lsn = store.index()->root.log.lsn.value;
  while (true) {
    const uint64_t offset = ring.offset_of(Lsn{lsn});
    if (offset + sizeof(LogBatchHeader) > store.log.current.size()) return offsets;
    const LogBatchHeader header = load_log_batch_header(&store.log.current[offset]);
    const uint64_t bytes = sizeof header + header.payload_bytes;
    if (header.magic != kLogBatchMagic || header.lsn != lsn) return offsets;
    if (offset + bytes > store.log.current.size()) return offsets;
    offsets.push_back(offset);
    lsn += bytes;
  }
}

void damage_log(FuzzInput& input, SmallStore& store) {
  const std::vector<uint64_t> offsets = batch_offsets(store);
  for (size_t batches = 0; batches < 3 && !input.empty(); batches++) {
    std::byte* const batch = &store.log.current[offsets[input.number(1) % offsets.size()]];
    LogBatchHeader header = load_log_batch_header(batch);
    const MutableBytes payload(batch + sizeof header, header.payload_bytes);
    change_bytes(input, payload, 2, 1 + input.number(1) % 16);
    header.crc = log_batch_crc({batch, sizeof header + header.payload_bytes});
    store_log_batch_header(batch, header);
  }
}

Task<Result<void>> read_and_change(Store* store) {
  for (const ObjectRef& object : {SmallStore::single("", 1).object, SmallStore::single("d", 1).object,
                                  SmallStore::array("", {0, 1}, 1).object}) {
    const auto listed =
        co_await store->list({.level = ListLevel::dkeys, .object = object, .entries_max = 12});
    if (!listed) continue;
    for (const Key& dkey : listed->keys) {
      Fetch fetch{.object = object, .dkey = dkey, .items = {}};
      fetch.items.push_back({.akey = "value", .recxs = {}, .capacity_bytes = UINT64_MAX});
      fetch.items.push_back({.akey = "array", .kind = ValueKind::array, .recxs = {{0, 100'000}}});
      (void)co_await store->fetch(std::move(fetch));
    }
  }
  (void)co_await SmallStore::put(store, SmallStore::single("a new one", 5000));
  (void)co_await SmallStore::put(store, SmallStore::array("large", {50'000, 50'000}, 1));
  Punch punch;
  punch.object = SmallStore::array("", {0, 1}, 1).object;
  (void)co_await store->punch(punch);
  (void)co_await store->aggregate(kEpochMax);
  co_return co_await store->checkpoint();
}

void use(SmallStore& store, bool clean) {
  auto opened = store.open();
  FIRN_ASSERT(!clean || opened.has_value());
  if (!opened) {
    FIRN_ASSERT(!opened.error().message().empty());
    return;
  }
  const auto used = store.run(read_and_change(opened->get()));
  FIRN_ASSERT(!clean || used.has_value());
  const auto closed = store.run((*opened)->close());
  opened->reset();
  FIRN_ASSERT(!clean || (closed.has_value() && store.check(false).clean()));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static SmallStore store;
  store.copy_devices(SmallStore::sample());
  FuzzInput input(data, size);
  constexpr void (*kDamage[])(FuzzInput&, SmallStore&) = {damage_devices, damage_pages, damage_log};
  constexpr size_t kPages = 1;
  const size_t what = input.number(1) % std::size(kDamage);
  kDamage[what](input, store);
  const CheckReport report = store.check(false);
  for (const Finding& finding : report.findings) FIRN_ASSERT(!finding.text().empty());
  if (report.clean() || what != kPages) use(store, report.clean());
  return 0;
}
