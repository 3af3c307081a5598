// What rows of the tables of `daos` and `dmg` do. JSON answers have the names that the field's scripts read.
#pragma once

#include "cli/face.h"

namespace firn::cli {

Task<Result<void>> face_list_pools(Session& session, FaceArguments arguments);
Task<Result<void>> face_query_pool(Session& session, FaceArguments arguments);
Task<Result<void>> face_create_pool(Session& session, FaceArguments arguments);
Task<Result<void>> face_destroy_pool(Session& session, FaceArguments arguments);
Task<Result<void>> face_pool_properties(Session& session, FaceArguments arguments);

Task<Result<void>> face_list_containers(Session& session, FaceArguments arguments);
Task<Result<void>> face_create_container(Session& session, FaceArguments arguments);
Task<Result<void>> face_destroy_container(Session& session, FaceArguments arguments);
Task<Result<void>> face_query_container(Session& session, FaceArguments arguments);
Task<Result<void>> face_container_properties(Session& session, FaceArguments arguments);
Task<Result<void>> face_set_container_properties(Session& session, FaceArguments arguments);

// Of the container that is named, or of the pool.
Task<Result<void>> face_set_attributes(Session& session, FaceArguments arguments);
Task<Result<void>> face_get_attributes(Session& session, FaceArguments arguments);
Task<Result<void>> face_list_attributes(Session& session, FaceArguments arguments);
Task<Result<void>> face_delete_attributes(Session& session, FaceArguments arguments);

// Likewise.
Task<Result<void>> face_get_access(Session& session, FaceArguments arguments);
Task<Result<void>> face_overwrite_access(Session& session, FaceArguments arguments);
Task<Result<void>> face_update_access(Session& session, FaceArguments arguments);
Task<Result<void>> face_delete_access(Session& session, FaceArguments arguments);
Task<Result<void>> face_set_owner(Session& session, FaceArguments arguments);
// Owner, group and list as properties of something new, as far as they are given.
Result<std::vector<Property>> access_properties(const AccessWish& wish);

Task<Result<void>> face_copy(Session& session, FaceArguments arguments);
// Of clients: where the engines are; of administrators: in what state.
Task<Result<void>> face_query_system(Session& session, FaceArguments arguments);
Task<Result<void>> face_query_members(Session& session, FaceArguments arguments);

}  // namespace firn::cli
