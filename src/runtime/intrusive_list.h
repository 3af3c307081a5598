// IntrusiveList: a list of things that carry their own links. Nothing is allocated, and a node that is
// destroyed leaves its list by itself, so a coroutine frame with a waiter in it can be destroyed while it
// waits.
//
//   struct Waiter : ListNode { std::coroutine_handle<> coroutine; };
//   IntrusiveList<Waiter> waiters;
#pragma once

namespace firn {

class ListNode {
 public:
  ListNode() = default;
  ListNode(const ListNode&) = delete;
  ListNode& operator=(const ListNode&) = delete;
  ~ListNode() { unlink(); }

  bool linked() const { return next_ != this; }
  // Leaves its list; no effect on a node that is in none.
  void unlink() {
    previous_->next_ = next_;
    next_->previous_ = previous_;
    next_ = previous_ = this;
  }

 private:
  template <class T>
  friend class IntrusiveList;
  ListNode* next_ = this;
  ListNode* previous_ = this;
};

// T derives from ListNode. Nodes still in it when the list is destroyed are unlinked.
template <class T>
class IntrusiveList {
 public:
  IntrusiveList() = default;
  ~IntrusiveList() {
    while (pop_front() != nullptr) {
    }
  }

  bool empty() const { return !head_.linked(); }
  // The node leaves the list it is in, if any.
  void push_back(T& item) {
    ListNode& node = item;
    node.unlink();
    node.previous_ = head_.previous_;
    node.next_ = &head_;
    head_.previous_->next_ = &node;
    head_.previous_ = &node;
  }
  // nullptr when empty.
  T* front() { return empty() ? nullptr : static_cast<T*>(head_.next_); }
  T* pop_front() {
    T* const item = front();
    if (item != nullptr) static_cast<ListNode*>(item)->unlink();
    return item;
  }

 private:
  ListNode head_;
};

}  // namespace firn
