// PageMemory: memory for pages, carved from slabs that are as large as the processor's large pages: a search
// of a large index would otherwise spend more time on address translation than on keys. Memory of dropped
// pages is kept for the next ones; a slab goes back to the kernel when its owner moves what is in it
// elsewhere.
#pragma once

#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "base/slab.h"
#include "vos/lsn.h"

namespace firn::vos {

class PageMemory {
 public:
  PageMemory() = default;
  PageMemory(const PageMemory&) = delete;
  PageMemory& operator=(const PageMemory&) = delete;

  // kPageBytes of arbitrary content.
  std::byte* take() {
    if (free_.empty()) add_slab();
    std::byte* const page = free_.back();
    free_.pop_back();
    return page;
  }
  void give_back(std::byte* page) {
    FIRN_ASSERT(page != nullptr);
    if (is_leaving(page)) {
      leaving_free_++;
      drop_if_left();
    } else {
      free_.push_back(page);
    }
  }

  static constexpr size_t kPagesPerSlab = Slab::kBytes / kPageBytes;
  size_t page_count() const {
    return slabs_.size() * kPagesPerSlab;
  }  // without those of the slab that leaves
  size_t free_count() const { return free_.size(); }

  // One slab's pages are not given out any more; the slab goes when the last of them is given back.
  // Preconditions: none leaves, page_count() > 0.
  void begin_leaving() {
    FIRN_ASSERT(!leaving_);
    leaving_ = std::move(slabs_.back());
    slabs_.pop_back();
    leaving_free_ = std::erase_if(free_, [this](const std::byte* page) { return is_leaving(page); });
    drop_if_left();
  }
  bool leaves() const { return leaving_.has_value(); }
  bool is_leaving(const std::byte* page) const {
    return leaving_ && page >= leaving_->data() && page < leaving_->data() + Slab::kBytes;
  }

 private:
  void add_slab() {
    slabs_.emplace_back();
    for (size_t i = kPagesPerSlab; i > 0; i--) free_.push_back(slabs_.back().data() + (i - 1) * kPageBytes);
  }

  void drop_if_left() {
    if (leaving_free_ == kPagesPerSlab) leaving_.reset();
  }

  std::vector<Slab> slabs_;
  std::optional<Slab> leaving_;
  size_t leaving_free_ = 0;
  std::vector<std::byte*> free_;
};

}  // namespace firn::vos
