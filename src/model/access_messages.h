// Messages about who may do what: opening a container, and changing lists of access (model/access.h).
#pragma once

#include <optional>
#include <string>

#include "model/access.h"
#include "model/control_messages.h"

namespace firn {

struct ContainerOpenReply {
  ContainerInfo info;
  Rights rights = right::kAll;
  static void fields(auto& self, auto&& visit) {
    visit("info", self.info);
    visit("rights", self.rights);
  }
};

// Code::permission if the container's list does not allow the credential to. Without one: an administrator.
struct ContainerOpenRequest {
  static constexpr uint16_t kOpcode = 116;
  static constexpr const char* kName = "container open";
  using Reply = ContainerOpenReply;
  std::string pool;
  std::string container;
  bool write = false;
  std::optional<Credential> credential{};
  static void fields(auto& self, auto&& visit) {
    visit("pool", self.pool);
    visit("container", self.container);
    visit("write", self.write);
    visit("credential", self.credential);
  }
};

enum class AccessChange : uint8_t {
  overwrite = 0,  // by the list
  update = 1,     // adds the list's entries, in the place of those of the same principals
  remove = 2,     // the entry of a principal; Code::not_found if there is none
};

// Of a pool, or of the container if one is named. Code::invalid for what is no list and no principal.
struct AccessChangeRequest {
  static constexpr uint16_t kOpcode = 117;
  static constexpr const char* kName = "access change";
  using Reply = Empty;
  std::string pool{};
  std::string container{};
  AccessChange change = AccessChange::overwrite;
  std::string text{};  // the list, or the principal
  static void fields(auto& self, auto&& visit) {
    visit("pool", self.pool);
    visit("container", self.container);
    visit("change", self.change);
    visit("text", self.text);
  }
};

}  // namespace firn
