// Inbox: work handed to a loop by other threads. Lock-free: producers push onto a stack, the consumer takes
// all of it and turns it around, so work runs in order of arrival. push() from any thread, the rest from the
// loop's thread.
#pragma once

#include <atomic>
#include <functional>
#include <utility>

namespace firn {

class Inbox {
 public:
  using Work = std::move_only_function<void()>;

  Inbox() = default;
  Inbox(const Inbox&) = delete;
  Inbox& operator=(const Inbox&) = delete;
  // What was not run is destroyed.
  ~Inbox() { destroy(take_in_order()); }

  void push(Work work) {
    Node* const node = new Node{std::move(work), head_.load(std::memory_order_relaxed)};
    // Sequentially consistent: a loop that announces its sleep and then finds the inbox empty must be seen
    // asleep by whoever pushes after that (see UringExecutor::submit).
    while (!head_.compare_exchange_weak(node->next, node)) {
    }
  }

  bool empty() const { return head_.load() == nullptr; }

  // Runs what is there now; what arrives meanwhile is for the next call.
  void run_all() {
    if (head_.load(std::memory_order_relaxed) == nullptr) return;
    Node* node = take_in_order();
    while (node != nullptr) {
      Node* const next = node->next;
      node->work();
      delete node;
      node = next;
    }
  }

 private:
  struct Node {
    Work work;
    Node* next;
  };

  Node* take_in_order() {
    Node* newest = head_.exchange(nullptr);
    Node* ordered = nullptr;
    while (newest != nullptr) {
      Node* const older = newest->next;
      newest->next = ordered;
      ordered = newest;
      newest = older;
    }
    return ordered;
  }
  static void destroy(Node* node) {
    while (node != nullptr) delete std::exchange(node, node->next);
  }

  std::atomic<Node*> head_ = nullptr;
};

}  // namespace firn
