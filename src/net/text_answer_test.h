// TextAnswer: an answer as the bytes of its message, for tests of raw calls.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "net/rpc_client.h"

namespace firn::net {

class TextAnswer final : public AnswerReceiver {
 public:
  using Place =
      std::function<Result<std::vector<MutableBytes>>(std::string_view message, size_t payload_bytes)>;

  // Without a place payload is dropped.
  explicit TextAnswer(Place place = {}) : place_(std::move(place)) {}
  bool takes_payload() const override { return static_cast<bool>(place_); }
  Result<std::vector<MutableBytes>> place(std::string_view message, size_t payload_bytes) override {
    return place_(message, payload_bytes);
  }
  Result<void> arrived(std::string_view message, bool) override {
    text = message;
    return {};
  }

  std::string text;

 private:
  Place place_;
};

}  // namespace firn::net
