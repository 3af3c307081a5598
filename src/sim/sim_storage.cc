// Simulated devices; see sim_storage.h.
#include "sim/sim_storage.h"

#include <algorithm>

#include "base/assert.h"

namespace firn::sim {

namespace {

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-' || c == '/';
}
bool is_name(const std::string& name) {
  return !name.empty() && name.front() != '/' && name.back() != '/' &&
         std::ranges::all_of(name, is_name_character);
}

uint64_t hash_parts(std::span<const ByteView> parts) {
  EventHash hash;
  for (const ByteView part : parts) hash.mix(hash_bytes(as_text(part)));
  return hash.value();
}

}  // namespace

Error SimDevice::io_error(const char* what, uint64_t offset) const {
  return fail(Code::io, what).on("device", name_).on("offset", offset);
}

Task<Result<void>> SimDevice::read(uint64_t offset, MutableBytes target) {
  const SimDisk::InProgress in_progress(disk_, owner_, {file_.get(), offset, target.size(), false, {}});
  const bool done = co_await SimDisk::Io{disk_, owner_, IoKind::read, offset, target.size()};
  if (!done) co_return io_error("simulated read error", offset);
  if (!target.empty() && disk_.options().damage.bit_rot.draw(disk_.rng_)) {
    file_->flip_bit(offset + disk_.rng_.below(target.size()), static_cast<uint32_t>(disk_.rng_.below(8)));
  }
  file_->read(offset, target);
  co_return {};
}

// Where the write goes: its place, or by a rare fault another of the same device.
uint64_t SimDevice::place_of_write(uint64_t offset, uint64_t length) {
  if (!disk_.options().damage.misdirected.draw(disk_.rng_)) return offset;
  const uint64_t sectors = (file_->size_bytes() - length) / kSectorBytes + 1;
  return disk_.rng_.below(sectors) * kSectorBytes;
}

// The buffers are read at completion: a program that lets go of them earlier is caught.
Task<Result<void>> SimDevice::write(uint64_t offset, std::span<const ByteView> parts) {
  const uint64_t length = total_bytes(parts);
  const SimDisk::InProgress in_progress(disk_, owner_, {file_.get(), offset, length, true, parts});
  const bool done = co_await SimDisk::Io{disk_, owner_, IoKind::write, offset, length};
  if (disk_.stored_bytes() + file_->missing_bytes(offset, length) > disk_.options().bytes_max) {
    co_return fail(Code::no_space, "the simulated disk is full").on("device", name_);
  }
  disk_.loop_.note(owner_, EventKind::io, "write content", offset, hash_parts(parts));
  file_->write(place_of_write(offset, length), parts);
  if (done) co_return {};
  file_->tear_last_write(disk_.rng_);
  co_return io_error("simulated write error", offset);
}

Task<Result<void>> SimDevice::flush() {
  const uint64_t mark = file_->write_mark();
  const bool done = co_await SimDisk::Io{disk_, owner_, IoKind::flush};
  if (!done) {
    if (disk_.rng_.chance(1, 2)) file_->settle(disk_.rng_);
    co_return io_error("simulated flush error", 0);
  }
  if (!disk_.options().flush_is_a_lie) file_->make_durable(mark);
  co_return {};
}

Task<Result<void>> SimDevice::discard(uint64_t offset, uint64_t length_bytes) {
  const SimDisk::InProgress in_progress(disk_, owner_, {file_.get(), offset, length_bytes, true, {}});
  const bool done = co_await SimDisk::Io{disk_, owner_, IoKind::discard, offset, length_bytes};
  if (!done) co_return io_error("simulated discard error", offset);
  if (disk_.rng_.chance(3, 4)) file_->discard(offset, length_bytes);
  co_return {};
}

std::unique_ptr<BlockDevice> SimStorage::device(std::string name, std::shared_ptr<SimFile> file) const {
  return std::make_unique<SimDevice>(disk_, owner_, std::move(name), std::move(file));
}

// The file appears when the operation begins or when it ends: a crash in between leaves either state.
Task<Result<std::unique_ptr<BlockDevice>>> SimStorage::create(std::string name, uint64_t size_bytes) {
  FIRN_ASSERT(is_name(name));
  const bool early = disk_.rng_.chance(1, 2) && !owner_.dead();
  auto file = std::make_shared<SimFile>(size_bytes);
  bool made = early && disk_.files_.try_emplace(name, file).second;
  const bool done = co_await SimDisk::Io{disk_, owner_, IoKind::create, 0, size_bytes};
  if (!done) co_return fail(Code::io, "simulated error in creating a device").on("device", name);
  if (!early) made = disk_.files_.try_emplace(name, file).second;
  if (!made) co_return fail(Code::exists, "there is a device of this name").on("device", name);
  co_return device(std::move(name), std::move(file));
}

Task<Result<std::unique_ptr<BlockDevice>>> SimStorage::open(std::string name) {
  FIRN_ASSERT(is_name(name));
  const bool done = co_await SimDisk::Io{disk_, owner_, IoKind::open};
  if (!done) co_return fail(Code::io, "simulated error in opening a device").on("device", name);
  auto file = disk_.find(name);
  if (file == nullptr) co_return fail(Code::not_found, "no such device").on("device", name);
  co_return device(std::move(name), std::move(file));
}

Task<Result<void>> SimStorage::remove(std::string name) {
  FIRN_ASSERT(is_name(name));
  const bool early = disk_.rng_.chance(1, 2) && !owner_.dead();
  size_t removed = early ? disk_.files_.erase(name) : 0;
  const bool done = co_await SimDisk::Io{disk_, owner_, IoKind::remove};
  if (!done) co_return fail(Code::io, "simulated error in removing a device").on("device", name);
  if (!early) removed = disk_.files_.erase(name);
  if (removed == 0) co_return fail(Code::not_found, "no such device").on("device", name);
  co_return {};
}

Task<Result<std::vector<std::string>>> SimStorage::list(std::string prefix) {
  const bool done = co_await SimDisk::Io{disk_, owner_, IoKind::list};
  if (!done) co_return fail(Code::io, "simulated error in listing devices");
  std::vector<std::string> names = disk_.names();
  std::erase_if(names, [&](const std::string& name) { return !name.starts_with(prefix); });
  co_return names;
}

}  // namespace firn::sim
