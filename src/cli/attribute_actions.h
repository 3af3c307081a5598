// What commands about attributes of pools and containers do, whichever program they belong to.
#pragma once

#include <string>
#include <vector>

#include "cli/session.h"

namespace firn::cli {

struct AttributeWish {
  std::string pool;
  std::string container;           // empty: the pool's own
  std::vector<std::string> pairs;  // NAME:VALUE each, to set
  std::vector<std::string> names;  // to get (none: all) or to delete
  bool with_values = false;        // in a list
};

Task<Result<void>> set_attributes(Session& session, AttributeWish wish);
Task<Result<void>> get_attributes(Session& session, AttributeWish wish);
Task<Result<void>> list_attributes(Session& session, AttributeWish wish);
Task<Result<void>> delete_attributes(Session& session, AttributeWish wish);

}  // namespace firn::cli
