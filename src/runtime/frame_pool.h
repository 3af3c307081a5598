// FramePool: memory for coroutine frames. A request makes and ends a few coroutines; taking their frames from
// a list of this thread instead of the general allocator is a tenth of the cost of a small request. As with
// malloc, memory may be given back on another thread than the one that took it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <new>

namespace firn::detail {

class FramePool {
 public:
  static void* take(size_t bytes) {
    if (bytes > kBytesMax) return ::operator new(bytes);
    List& list = lists[class_of(bytes)];
    if (list.first == nullptr) return ::operator new(class_bytes(bytes));
    Free* const frame = list.first;
    list.first = frame->next;
    list.length--;
    return frame;
  }
  static void give_back(void* frame, size_t bytes) {
    if (bytes > kBytesMax) return ::operator delete(frame);
    List& list = lists[class_of(bytes)];
    if (kPooled && list.length < kLengthMax) {
      list.first = new (frame) Free{list.first};
      list.length++;
    } else {
      ::operator delete(frame);
    }
  }
  // For threads that are not ours, as often as one likes: clear() when this one ends.
  static void clear_at_thread_end() {
    struct AtEnd {
      ~AtEnd() { clear(); }
    };
    static thread_local const AtEnd at_end;
    (void)at_end;
  }
  // Gives what this thread keeps back to the allocator: at a thread's end.
  static void clear() {
    for (List& list : lists) {
      while (Free* const frame = list.first) {
        list.first = frame->next;
        ::operator delete(frame);
      }
      list.length = 0;
    }
  }

 private:
  static constexpr size_t kStepBytes = 128;
  static constexpr size_t kBytesMax = 4096;
  static constexpr uint32_t kLengthMax = 1024;
#if __has_feature(address_sanitizer)
  static constexpr bool kPooled = false;  // so that the sanitizer sees a frame used after its end
#else
  static constexpr bool kPooled = true;
#endif

  struct Free {
    Free* next;
  };
  struct List {
    Free* first;
    uint32_t length;
  };
  static size_t class_of(size_t bytes) { return (bytes - 1) / kStepBytes; }
  static size_t class_bytes(size_t bytes) { return (class_of(bytes) + 1) * kStepBytes; }

  static constinit inline thread_local List lists[kBytesMax / kStepBytes] = {};
};

// Base of a coroutine's promise: its frame comes from the pool.
struct PooledFrame {
  static void* operator new(size_t bytes) { return FramePool::take(bytes); }
  static void operator delete(void* frame, size_t bytes) { FramePool::give_back(frame, bytes); }
};

}  // namespace firn::detail
