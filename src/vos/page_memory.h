// PageMemory: memory for pages, carved from slabs that are as large as the processor's large pages: a search
// of a large index would otherwise spend more time on address translation than on keys. Memory of dropped
// pages is kept for the next ones, so it is bounded by the most pages ever resident at one time.
#pragma once

#include <cstddef>
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
    free_.push_back(page);
  }

 private:
  static constexpr size_t kPagesPerSlab = Slab::kBytes / kPageBytes;

  void add_slab() {
    slabs_.emplace_back();
    for (size_t i = kPagesPerSlab; i > 0; i--) free_.push_back(slabs_.back().data() + (i - 1) * kPageBytes);
  }

  std::vector<Slab> slabs_;
  std::vector<std::byte*> free_;
};

}  // namespace firn::vos
