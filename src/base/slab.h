// Slab: 2 MiB of memory, aligned to its size and backed by one large page where the system allows it. Not
// zeroed.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <memory>

namespace firn {

class Slab {
 public:
  static constexpr size_t kBytes = 2 << 20;

  Slab();
  std::byte* data() { return data_.get(); }

 private:
  struct Free {
    void operator()(std::byte* p) const { std::free(p); }
  };
  std::unique_ptr<std::byte, Free> data_;
};

}  // namespace firn
