// Checks of pages that come from disk (page.h). Nothing a damaged page says is believed before it is compared
// with the page's size; a page that passes can be read and changed without further checks.
#include <algorithm>
#include <array>
#include <string>

#include "codec/crc32c.h"
#include "vos/page.h"
#include "vos/tree.h"

namespace firn::vos {

namespace {

Error damaged(std::string what) { return fail(Code::corrupt, "index page: " + std::move(what)); }

// A page that is being checked: its bytes, read without trust in what they say.
class Checker {
 public:
  // The page is only read: Page wants to be able to write because it is used for both.
  explicit Checker(ByteView bytes) : bytes_(bytes), page_(const_cast<std::byte*>(bytes.data())) {}

  Result<void> check() {
    FIRN_CHECK(check_header());
    for (uint32_t slot = 0; slot < page_.count(); slot++) FIRN_CHECK(check_entry(slot));
    if (entry_bytes_ + page_.dead_bytes() != kPageBytes - page_.heap_begin()) {
      return damaged("its entries and holes do not add up to its heap");
    }
    return check_order();
  }

 private:
  Result<void> check_header() {
    if (read<uint32_t>(offsetof(PageHeader, magic)) != kPageMagic) return damaged("no page magic");
    if (const auto version = read<uint16_t>(offsetof(PageHeader, version)); version != kPageVersion) {
      return fail(Code::version, "index page has a format this version does not read").on("version", version);
    }
    if (page_.level() >= kTreeLevelsMax) return damaged("level out of range");
    if (page_.level() > 0 && page_.count() == 0) return damaged("inner page without children");
    if (page_.prefix_bytes() > kTreeKeyBytesMax) return damaged("common prefix too long");
    const size_t slots_end = page_slots_begin(page_.prefix_bytes()) + page_.count() * sizeof(PageSlot);
    if (page_.heap_begin() < slots_end) return damaged("slots run into the heap");
    if (page_.heap_begin() > kPageBytes) return damaged("heap begins behind its end");
    return {};
  }

  Result<void> check_entry(uint32_t slot) {
    const uint32_t offset = page_.slot_offset(slot);
    const uint32_t suffix_bytes = page_.slot_suffix_bytes(slot);
    if (offset < page_.heap_begin() || offset + sizeof(uint16_t) > kPageBytes)
      return damaged("entry outside the heap");
    const uint32_t value_bytes = read<uint16_t>(offset);
    const size_t bytes = sizeof(uint16_t) + suffix_bytes + value_bytes;
    if (offset + bytes > kPageBytes) return damaged("entry longer than the heap");
    if (page_.prefix_bytes() + suffix_bytes > kTreeKeyBytesMax) return damaged("key too long");
    if (value_bytes > kTreeValueBytesMax) return damaged("value too long");
    if (page_.level() > 0) FIRN_CHECK(check_child(slot));
    if (page_.slot_head(slot) != Page::head_of(page_.suffix(slot)))
      return damaged("slot head differs from its key");
    entry_bytes_ += bytes;
    return take(offset, bytes);
  }

  Result<void> check_child(uint32_t slot) const {
    if (page_.value(slot).size() != kPageChildBytes) return damaged("child reference of wrong length");
    if (page_.child(slot).value == 0) return damaged("child reference to no page");
    if (slot == 0 && page_.slot_suffix_bytes(0) != 0) return damaged("first child has a key");
    return {};
  }

  // No two entries may share bytes: a change of one would change the other. One bit per byte of the page, a
  // word at a time because this is most of the time that a check takes.
  Result<void> take(size_t offset, size_t bytes) {
    const size_t end = offset + bytes;
    while (offset < end) {
      const size_t bit = offset % 64;
      const size_t length = std::min(64 - bit, end - offset);
      const uint64_t mask = (~uint64_t{0} >> (64 - length)) << bit;
      uint64_t& word = taken_[offset / 64];
      if ((word & mask) != 0) return damaged("entries overlap");
      word |= mask;
      offset += length;
    }
    return {};
  }

  Result<void> check_order() const {
    const uint32_t first = page_.level() > 0 ? 1 : 0;
    for (uint32_t slot = first + 1; slot < page_.count(); slot++) {
      if (page_.suffix(slot - 1) >= page_.suffix(slot)) return damaged("keys out of order");
    }
    return {};
  }

  template <class T>
  T read(size_t offset) const {
    return load_little<T>(bytes_.data() + offset);
  }

  ByteView bytes_;
  Page page_;
  size_t entry_bytes_ = 0;
  std::array<uint64_t, kPageBytes / 64> taken_{};
};

ByteView checksummed(ByteView page) { return page.subspan(sizeof(uint32_t)); }

}  // namespace

uint32_t seal_page(MutableBytes page) {
  FIRN_ASSERT(page.size() == kPageBytes);
  const uint32_t checksum = crc32c(checksummed(page));
  store_little<uint32_t>(page.data(), checksum);
  return checksum;
}

Result<void> check_page(ByteView bytes, PageId expected) {
  FIRN_ASSERT(bytes.size() == kPageBytes);
  if (crc32c(checksummed(bytes)) != page_checksum(bytes)) return damaged("checksum does not match");
  FIRN_CHECK(validate_page(bytes));
  const auto found = load_little<uint64_t>(bytes.data() + offsetof(PageHeader, page));
  if (found != expected.value) return damaged("another page is stored here").on("found", found);
  return {};
}

Result<void> validate_page(ByteView bytes) {
  FIRN_ASSERT(bytes.size() == kPageBytes);
  return Checker(bytes).check();
}

}  // namespace firn::vos
