// The event loop of the simulated world; see event_loop.h.
#include "sim/event_loop.h"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <utility>

#include "base/assert.h"

namespace firn::sim {

namespace {

// What such an event owns may lead to frames and objects of the node.
bool owns_node_memory(EventKind kind) {
  return kind == EventKind::submit || kind == EventKind::io || kind == EventKind::channel;
}

void drop(EventOwner owner, EventKind kind, Work work) {
  if (owns_node_memory(kind)) owner.life->buried.push_back(std::move(work));
}

const char* kind_name(EventKind kind) {
  switch (kind) {
    case EventKind::turn:
      return "turn";
    case EventKind::submit:
      return "submit";
    case EventKind::io:
      return "io";
    case EventKind::deliver:
      return "deliver";
    case EventKind::channel:
      return "channel";
    case EventKind::log:
      return "log";
    case EventKind::world:
      return "world";
  }
  return "?";
}

}  // namespace

bool EventLoop::later(const Entry& a, const Entry& b) {
  return a.at_ns != b.at_ns ? a.at_ns > b.at_ns : a.order > b.order;
}

void EventLoop::schedule(MonotonicTime at, EventOwner owner, EventKind kind, Work work) {
  if (owner.dead()) return drop(owner, kind, std::move(work));
  FIRN_ASSERT(heap_.size() < kEventsMax);
  heap_.push_back({std::max(at, now_).ns, next_order_++, put_in_slot(owner, kind, std::move(work))});
  std::push_heap(heap_.begin(), heap_.end(), later);
}

void EventLoop::resume_at(MonotonicTime at, EventOwner owner, EventKind kind,
                          std::coroutine_handle<> coroutine) {
  schedule(at, owner, kind, [coroutine] { coroutine.resume(); });
}

uint32_t EventLoop::put_in_slot(EventOwner owner, EventKind kind, Work work) {
  if (free_slots_.empty()) {
    slots_.push_back({std::move(work), owner, kind});
    return static_cast<uint32_t>(slots_.size() - 1);
  }
  const uint32_t index = free_slots_.back();
  free_slots_.pop_back();
  slots_[index] = {std::move(work), owner, kind};
  return index;
}

EventLoop::Slot EventLoop::take_from_slot(uint32_t index) {
  Slot slot = std::exchange(slots_[index], Slot{});
  free_slots_.push_back(index);
  return slot;
}

bool EventLoop::run_next(MonotonicTime limit) {
  if (heap_.empty() || heap_.front().at_ns > limit.ns) {
    now_ = std::max(now_, limit);
    return false;
  }
  std::pop_heap(heap_.begin(), heap_.end(), later);
  const Entry entry = heap_.back();
  heap_.pop_back();
  now_ = {entry.at_ns};
  run(take_from_slot(entry.slot));
  return true;
}

void EventLoop::run(Slot slot) {
  if (slot.owner.dead()) return drop(slot.owner, slot.kind, std::move(slot.work));
  if (slot.owner.life != nullptr && slot.owner.life->frozen) {
    slot.owner.life->held.push_back({slot.owner.thread, slot.kind, std::move(slot.work)});
    return;
  }
  events_run_++;
  note(slot.owner, slot.kind, "");
  current_ = slot.owner;
  slot.work();
  current_ = {};
}

void EventLoop::thaw(Life& life) {
  life.frozen = false;
  for (HeldEvent& event : std::exchange(life.held, {})) {
    schedule(now_, {&life, event.thread}, event.kind, std::move(event.work));
  }
}

void EventLoop::drop_held(Life& life) {
  for (HeldEvent& event : std::exchange(life.held, {})) {
    drop({&life, event.thread}, event.kind, std::move(event.work));
  }
}

void EventLoop::clear() {
  for (const Entry& entry : std::exchange(heap_, {})) {
    Slot slot = take_from_slot(entry.slot);
    if (slot.owner.life != nullptr) drop(slot.owner, slot.kind, std::move(slot.work));
  }
}

void EventLoop::note(EventOwner owner, EventKind kind, const char* what, uint64_t a, uint64_t b) {
  const uint64_t who = owner.life == nullptr ? 0 : (uint64_t{owner.life->node} + 1) << 32 | owner.thread << 8;
  hash_.mix(static_cast<uint64_t>(now_.ns));
  hash_.mix(who | static_cast<uint64_t>(kind));
  if ((a | b) != 0) {
    hash_.mix(a);
    hash_.mix(b);
  }
  if (trace_) trace_line(owner, kind, what, a, b);
}

void EventLoop::trace_line(EventOwner owner, EventKind kind, const char* what, uint64_t a, uint64_t b) {
  char who[32] = "world";
  if (owner.life != nullptr) std::snprintf(who, sizeof who, "n%u.%u", owner.life->node, owner.thread);
  char line[160];
  const int length =
      std::snprintf(line, sizeof line, "%s %s %s %s %llx %llx", time_text(now_).c_str(), who, kind_name(kind),
                    what, static_cast<unsigned long long>(a), static_cast<unsigned long long>(b));
  trace_(std::string_view(line, std::min(static_cast<size_t>(length), sizeof line - 1)));
}

std::string time_text(MonotonicTime time) {
  char text[32];
  std::snprintf(text, sizeof text, "%lld.%09lld", static_cast<long long>(time.ns / 1'000'000'000),
                static_cast<long long>(time.ns % 1'000'000'000));
  return text;
}

uint64_t hash_bytes(std::string_view bytes) {
  EventHash hash;
  hash.mix(bytes.size());
  size_t at = 0;
  for (; at + 8 <= bytes.size(); at += 8) {
    uint64_t word;
    std::memcpy(&word, bytes.data() + at, 8);
    hash.mix(word);
  }
  uint64_t rest = 0;
  if (at < bytes.size()) std::memcpy(&rest, bytes.data() + at, bytes.size() - at);
  hash.mix(rest);
  return hash.value();
}

}  // namespace firn::sim
