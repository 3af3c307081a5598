#include "vos_bench/uring_file.h"

#include <cstring>

#include <fcntl.h>
#include <unistd.h>

#include "vos_bench/must.h"

namespace firn::bench {

namespace {

constexpr unsigned kEntries = 1024;
constexpr size_t kFillBytes = 1 << 20;

void must_be_good(int result, const char* what) {
  if (result < 0) give_up(fmt::format("bare io_uring: {}: {}", what, std::strerror(-result)));
}

}  // namespace

UringFile::UringFile(const std::string& path, uint64_t bytes, bool direct)
    : file_(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | (direct ? O_DIRECT : 0), 0600)) {
  must_be_good(file_ < 0 ? -errno : 0, "open");
  must_be_good(io_uring_queue_init(kEntries, &ring_, IORING_SETUP_SINGLE_ISSUER), "ring");
  Buffer block(kFillBytes);
  std::memset(block.data(), 1, block.size());
  std::vector<uint64_t> offsets;
  for (uint64_t at = 0; at < bytes; at += kFillBytes) offsets.push_back(at);
  write(offsets, block, offsets.size());
}

UringFile::~UringFile() {
  io_uring_queue_exit(&ring_);
  ::close(file_);
}

uint64_t UringFile::reap() {
  io_uring_cqe* completion = nullptr;
  must_be_good(io_uring_wait_cqe(&ring_, &completion), "wait");
  must_be_good(completion->res, "operation");
  const uint64_t tag = completion->user_data;
  io_uring_cqe_seen(&ring_, completion);
  return tag;
}

void UringFile::sync() {
  io_uring_prep_fsync(io_uring_get_sqe(&ring_), file_, IORING_FSYNC_DATASYNC);
  must_be_good(io_uring_submit_and_wait(&ring_, 1), "submit");
  reap();
}

void UringFile::write(std::span<const uint64_t> offsets, const Buffer& block, size_t in_flight) {
  while (!offsets.empty()) {
    const auto batch = offsets.first(std::min(in_flight, offsets.size()));
    for (const uint64_t offset : batch) {
      io_uring_sqe* const entry = io_uring_get_sqe(&ring_);
      io_uring_prep_write(entry, file_, block.data(), static_cast<unsigned>(block.size()), offset);
    }
    must_be_good(io_uring_submit_and_wait(&ring_, static_cast<unsigned>(batch.size())), "submit");
    for (size_t i = 0; i < batch.size(); i++) reap();
    sync();
    offsets = offsets.subspan(batch.size());
  }
}

void UringFile::start_read(uint64_t offset, size_t block_bytes, uint64_t slot) {
  io_uring_sqe* const entry = io_uring_get_sqe(&ring_);
  io_uring_prep_read(entry, file_, targets_[slot].data(), static_cast<unsigned>(block_bytes), offset);
  entry->user_data = slot;
}

void UringFile::read(std::span<const uint64_t> offsets, size_t block_bytes, size_t in_flight) {
  while (targets_.size() < in_flight) targets_.emplace_back(kFillBytes);
  size_t started = 0;
  for (; started < std::min(in_flight, offsets.size()); started++) {
    start_read(offsets[started], block_bytes, started);
  }
  for (size_t ended = 0; ended < offsets.size(); ended++) {
    must_be_good(io_uring_submit_and_wait(&ring_, 1), "submit");
    const uint64_t slot = reap();
    if (started < offsets.size()) start_read(offsets[started++], block_bytes, slot);
  }
}

}  // namespace firn::bench
