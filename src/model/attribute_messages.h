// Messages about attributes: names with values that users keep with a pool or a container. Names and values
// are theirs: the system keeps them and looks at neither. An empty `container` means the pool itself.
#pragma once

#include <string>
#include <vector>

#include "model/control_messages.h"

namespace firn {

struct Attribute {
  std::string name;
  std::string value;
  static void fields(auto& self, auto&& visit) {
    visit("name", self.name);
    visit("value", self.value);
  }
};

// Sets the given attributes, keeps the others; all of them or none. Code::invalid for an empty name or value
// and for a name given twice, name_too_long, too_big if there is more than kAttributesBytesMax afterwards.
struct AttributeSetRequest {
  static constexpr uint16_t kOpcode = 120;
  static constexpr const char* kName = "attribute set";
  using Reply = Empty;
  std::string pool;
  std::string container;
  std::vector<Attribute> attributes;
  static void fields(auto& self, auto&& visit) {
    visit("pool", self.pool);
    visit("container", self.container);
    visit("attributes", self.attributes);
  }
};

struct AttributeGetReply {
  std::vector<Attribute> attributes;  // those of the names that are there, in the order asked for
  static void fields(auto& self, auto&& visit) { visit("attributes", self.attributes); }
};

// Code::not_found if none of the names is there.
struct AttributeGetRequest {
  static constexpr uint16_t kOpcode = 121;
  static constexpr const char* kName = "attribute get";
  using Reply = AttributeGetReply;
  std::string pool;
  std::string container;
  std::vector<std::string> names;
  static void fields(auto& self, auto&& visit) {
    visit("pool", self.pool);
    visit("container", self.container);
    visit("names", self.names);
  }
};

struct AttributeListReply {
  std::vector<std::string> names;  // sorted
  static void fields(auto& self, auto&& visit) { visit("names", self.names); }
};

struct AttributeListRequest {
  static constexpr uint16_t kOpcode = 122;
  static constexpr const char* kName = "attribute list";
  using Reply = AttributeListReply;
  std::string pool;
  std::string container;
  static void fields(auto& self, auto&& visit) {
    visit("pool", self.pool);
    visit("container", self.container);
  }
};

// Removes those of the names that are there. Code::not_found if none is.
struct AttributeDeleteRequest {
  static constexpr uint16_t kOpcode = 123;
  static constexpr const char* kName = "attribute delete";
  using Reply = Empty;
  std::string pool;
  std::string container;
  std::vector<std::string> names;
  static void fields(auto& self, auto&& visit) {
    visit("pool", self.pool);
    visit("container", self.container);
    visit("names", self.names);
  }
};

}  // namespace firn
