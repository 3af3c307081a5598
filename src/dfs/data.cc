// The bytes of files; see mounted_file_system.h.
#include <limits>

#include "dfs/mounted_file_system.h"

namespace firn::dfs {

namespace {

// Chunks that are fetched without knowing whether the file reaches so far.
constexpr uint64_t kChunksUnseenMax = 16;
constexpr uint64_t kFileBytesMax = std::numeric_limits<int64_t>::max();

Result<void> check_file(const Node& node) {
  if (node.type == NodeType::directory)
    return about(fail(Code::is_directory, "a directory has no bytes"), node);
  if (node.type == NodeType::symlink) return about(fail(Code::invalid, "not a file"), node);
  return {};
}

Result<void> check_range(const Node& file, uint64_t offset, uint64_t bytes) {
  if (offset <= kFileBytesMax && bytes <= kFileBytesMax - offset) return {};
  return about(fail(Code::too_big, "a file has at most 2^63 - 1 bytes"), file);
}

// What lies behind the first `bytes` of the buffers.
std::vector<MutableBytes> without_front(std::vector<MutableBytes> buffers, uint64_t bytes) {
  std::vector<MutableBytes> rest;
  for (const MutableBytes buffer : buffers) {
    const uint64_t skipped = std::min<uint64_t>(bytes, buffer.size());
    bytes -= skipped;
    if (skipped < buffer.size()) rest.push_back(buffer.subspan(skipped));
  }
  return rest;
}

std::vector<MutableBytes> front_of(const std::vector<MutableBytes>& buffers, uint64_t bytes) {
  std::vector<MutableBytes> front;
  for (const MutableBytes buffer : buffers) {
    const uint64_t taken = std::min<uint64_t>(bytes, buffer.size());
    bytes -= taken;
    if (taken > 0) front.push_back(buffer.first(taken));
  }
  return front;
}

}  // namespace

Task<Result<uint64_t>> MountedFileSystem::read(Node file, uint64_t offset, std::vector<MutableBytes> target) {
  FIRN_CO_CHECK(check_file(file));
  const uint64_t bytes = total_bytes(target);
  FIRN_CO_CHECK(check_range(file, offset, bytes));
  if (bytes == 0) co_return 0;
  if (bytes / kChunksUnseenMax <= file.chunk_bytes)
    co_return co_await read_unseen(file, offset, std::move(target));
  FIRN_CO_TRY(const uint64_t size, co_await array_of(file).size());
  if (size <= offset) co_return 0;
  co_return co_await read_unseen(file, offset, front_of(target, std::min(bytes, size - offset)));
}

// One round of fetches where the data reaches the end of the request, as it mostly does. Where it does not,
// the size tells a hole from the end of the file, and bytes between the last one found and that size are
// fetched anew: they may have been written after the first fetch and before the size was asked for, and would
// be taken for a hole.
Task<Result<uint64_t>> MountedFileSystem::read_unseen(Node file, uint64_t offset,
                                                      std::vector<MutableBytes> target) {
  const uint64_t bytes = total_bytes(target);
  client::Array array = array_of(file);
  const uint64_t end = offset + bytes;
  FIRN_CO_TRY(const uint64_t found_end, co_await array.read(offset, bytes, target));
  if (found_end == end) co_return bytes;
  FIRN_CO_TRY(const uint64_t size, co_await array.size());
  const uint64_t readable_end = std::min(size, end);
  if (readable_end <= found_end) co_return found_end - offset;
  auto rest = front_of(without_front(std::move(target), found_end - offset), readable_end - found_end);
  FIRN_CO_CHECK(co_await array.read(found_end, readable_end - found_end, std::move(rest)));
  co_return readable_end - offset;
}

Task<Result<void>> MountedFileSystem::write(Node file, uint64_t offset, std::vector<ByteView> data) {
  FIRN_CO_CHECK(check_writable());
  FIRN_CO_CHECK(check_file(file));
  const uint64_t bytes = total_bytes(data);
  FIRN_CO_CHECK(check_range(file, offset, bytes));
  if (bytes == 0) co_return {};
  co_return co_await array_of(file).write(offset, bytes, std::move(data));
}

// A write leaves its epoch behind as the file's time; what a truncation leaves may be nothing at all. So it
// sets the time as if by hand. A file without a name has none to set.
Task<Result<void>> MountedFileSystem::truncate(Node file, uint64_t size_bytes) {
  FIRN_CO_CHECK(check_writable());
  FIRN_CO_CHECK(check_file(file));
  FIRN_CO_CHECK(check_range(file, 0, size_bytes));
  FIRN_CO_CHECK(co_await array_of(file).set_size(size_bytes));
  co_return co_await touch(file);
}

Task<Result<void>> MountedFileSystem::touch(Node file) {
  auto touched = co_await change_inode(file, {.mtime = now()});
  if (!touched && touched.error().code() != Code::not_found) co_return std::move(touched);
  co_return {};
}

Task<Result<void>> MountedFileSystem::punch(Node file, uint64_t offset, uint64_t bytes) {
  FIRN_CO_CHECK(check_writable());
  FIRN_CO_CHECK(check_file(file));
  FIRN_CO_CHECK(check_range(file, offset, 0));
  if (bytes == 0) co_return {};
  FIRN_CO_TRY(const uint64_t size, co_await array_of(file).size());
  if (offset >= size) co_return {};
  if (bytes >= size - offset) co_return co_await truncate(std::move(file), offset);
  FIRN_CO_CHECK(co_await array_of(file).punch(offset, bytes));
  co_return co_await touch(file);
}

Task<Result<uint64_t>> MountedFileSystem::file_size(Node file) {
  FIRN_CO_CHECK(check_file(file));
  co_return co_await array_of(file).size();
}

}  // namespace firn::dfs
