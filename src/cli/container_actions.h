// What commands about containers do, whichever program they belong to.
#pragma once

#include <string>
#include <vector>

#include "cli/session.h"
#include "model/control_messages.h"

namespace firn::cli {

// A new container, as the command line says it.
struct ContainerWish {
  std::string pool;
  std::string container;       // its label
  std::string type = "POSIX";  // or "none"
  std::string chunk_size;      // of files; empty: the default
  std::string file_class;      // object classes by name; empty: the default
  std::string directory_class;
  std::vector<std::string> properties;  // NAME:VALUE each
};

// Makes the container, and the file system in it where it is to have one; neither stays when one of them
// fails.
Task<Result<ContainerInfo>> make_container(Session& session, ContainerWish wish);

// From NAME:VALUE each.
Result<std::vector<Property>> parse_properties(const std::vector<std::string>& texts);

}  // namespace firn::cli
