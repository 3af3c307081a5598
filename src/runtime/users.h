// Users and groups of this host, and who this process is. Names are asked of the system at each call.
#pragma once

#include <string>

#include <sys/types.h>

#include "base/error.h"
#include "model/access.h"

namespace firn {

// Code::not_found if there is none; io if the system cannot say.
Result<std::string> user_name(uid_t user);
Result<std::string> group_name(gid_t group);
Result<uid_t> user_id(const std::string& name);
Result<gid_t> group_id(const std::string& name);

// Who this process says it is: its effective user and groups. One without a name is its number.
Credential process_credential();

}  // namespace firn
