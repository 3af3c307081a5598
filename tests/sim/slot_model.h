// SlotModel: what a client may believe about one key that only it changes. An operation that ended without a
// clear answer (deadline, broken connection) may have happened, not have happened, or may yet happen; so the
// model is the set of values the key may have. A clear answer to a later change makes it certain again: the
// server refuses what the client gave up.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

namespace firn::simtest {

class SlotModel {
 public:
  using Value = std::optional<std::string>;  // nothing: the key does not exist

  // A change to `value` is sent: from now on it may be there.
  void begin_change(const Value& value) {
    if (!may_be(value)) possible_.push_back(value);
  }
  // The change was acknowledged.
  void changed_to(const Value& value) { possible_ = {value}; }
  // The change was refused without effect, by an answer to the change that began last.
  void not_changed_to(const Value& value, bool possible_before) {
    if (!possible_before) std::erase(possible_, value);
  }
  bool may_be(const Value& value) const { return std::ranges::find(possible_, value) != possible_.end(); }
  bool may_exist() const {
    return std::ranges::any_of(possible_, [](const Value& value) { return value.has_value(); });
  }
  bool may_be_absent() const { return may_be(std::nullopt); }
  bool certain() const { return possible_.size() == 1; }
  std::string text() const {
    std::string text;
    for (const Value& value : possible_) text += (text.empty() ? "" : " or ") + value.value_or("(absent)");
    return text;
  }

 private:
  std::vector<Value> possible_ = {std::nullopt};
};

}  // namespace firn::simtest
