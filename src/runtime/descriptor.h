// Descriptor: a file descriptor that is closed with its owner.
#pragma once

#include <utility>

#include <unistd.h>

namespace firn {

class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(other.release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    if (this != &other) {
      reset();
      number_ = other.release();
    }
    return *this;
  }
  ~Descriptor() { reset(); }

  bool valid() const { return number_ >= 0; }
  int number() const { return number_; }
  int release() { return std::exchange(number_, -1); }
  void reset() {
    if (valid()) ::close(release());
  }

 private:
  int number_ = -1;
};

}  // namespace firn
