// What a disk may hand us as an index page: arbitrary bytes, and sound pages with flipped bits. A page that
// passes validate_page must bear being read, searched, changed and rebuilt without an access outside of it.
#include "vos/page.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "base/assert.h"
#include "base/buffer.h"
#include "vos/page_build.h"

namespace firn::vos {
namespace {

std::string key_of(Page page, uint32_t slot) { return std::string(page.prefix()).append(page.suffix(slot)); }

void read_all(Page page) {
  const uint32_t first = page.level() > 0 ? 1 : 0;
  for (uint32_t slot = 0; slot < page.count(); slot++) {
    const std::string key = key_of(page, slot);
    const std::string value(page.value(slot));
    const Page::Position position = page.lower_bound(key);
    if (slot >= first) {
      FIRN_ASSERT(position.slot == slot);
      FIRN_ASSERT(position.exact);
    }
    if (page.level() > 0) FIRN_ASSERT(page.child(slot).value != 0);
    (void)page.lower_bound(key + '\0');
    (void)page.lower_bound(key.substr(0, key.size() / 2));
  }
}

void expect_sound(ByteView bytes) {
  const auto valid = validate_page(bytes);
  FIRN_ASSERT(valid.has_value());
}

void rebuild(Buffer& image) {
  const Page page(image.data());
  std::vector<PageEntry> entries;
  collect_entries(page, entries);
  FIRN_ASSERT(built_bytes(entries, page.level()) <= kPageBytes);
  Buffer target(kPageBytes);
  build_page(target.data(), {page.id(), page.level(), page.newest_epoch()}, entries);
  expect_sound(target.bytes());
  image = std::move(target);
}

void change(Buffer& image, const uint8_t* data, size_t size) {
  Page page(image.data());
  for (size_t i = 0; i + 1 < size && i < 64; i += 2) {
    if (page.count() == 0) return;
    const uint32_t slot = data[i] % page.count();
    const std::string value(page.level() > 0 ? kPageChildBytes : data[i + 1], '\x02');
    switch (data[i + 1] % 3) {
      case 0:
        if (page.level() == 0 || page.count() > 1) page.erase(slot);
        break;
      case 1:
        page.replace_value(slot, value);
        break;
      default: {
        if (page.level() > 0) break;
        const std::string key = key_of(page, slot) + "new";
        const Page::Position position = page.lower_bound(key);
        if (!position.exact && key.size() <= 5000) page.insert(position.slot, key, value);
      }
    }
    expect_sound(image.bytes());
  }
}

void use(Buffer& image, const uint8_t* data, size_t size) {
  if (!validate_page(image.bytes()).has_value()) return;
  read_all(Page(image.data()));
  rebuild(image);
  change(image, data, size);
  read_all(Page(image.data()));
}

// A sound page whose shape the input decides.
Buffer sound_page(const uint8_t* data, size_t size) {
  Buffer image(kPageBytes);
  const auto level = static_cast<uint8_t>(size > 0 ? data[0] % 2 : 0);
  Page::format(image.data(), PageId{1}, level);
  Page page(image.data());
  page.set_prefix(std::string(size > 1 ? data[1] : 0, 'p'));
  if (level > 0) page.append({}, std::string(kPageChildBytes, '\x01'));
  for (size_t i = 2; i + 1 < size && i < 200; i += 2) {
    std::string key(page.prefix());
    key.append(static_cast<size_t>(1 + data[i] % 9), static_cast<char>(data[i + 1]));
    const Page::Position position = page.lower_bound(key);
    const std::string value(level > 0 ? kPageChildBytes : data[i], '\x03');
    if (!position.exact) page.insert(position.slot, key, value);
  }
  return image;
}

}  // namespace
}  // namespace firn::vos

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace firn;
  using namespace firn::vos;
  Buffer image(kPageBytes);
  std::memset(image.data(), 0, kPageBytes);
  if (size > 0) std::memcpy(image.data(), data, std::min<size_t>(size, kPageBytes));
  (void)check_page(image.bytes(), PageId{1});
  use(image, data, size);

  Buffer sound = sound_page(data, size);
  expect_sound(sound.bytes());
  for (size_t i = 0; i + 3 < size && i < 24; i += 3) {  // a few bits, mostly where the structure is
    const size_t at = (data[i] * 256u + data[i + 1]) % (i % 2 == 0 ? 1024 : kPageBytes);
    sound.data()[at] ^= std::byte{1} << (data[i + 2] % 8);
  }
  use(sound, data, size);
  return 0;
}
