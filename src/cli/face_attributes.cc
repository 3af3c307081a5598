// Attributes, as `daos` takes them: names and pairs with commas between; see face_actions.h.
#include "cli/attribute_actions.h"
#include "cli/face_actions.h"

namespace firn::cli {

namespace {

AttributeWish wish_of(const FaceArguments& arguments) {
  return {.pool = arguments.wish.pool,
          .container = arguments.wish.container,
          .pairs = split_list(arguments.pairs),
          .names = split_list(arguments.names),
          .with_values = arguments.verbose};
}

}  // namespace

Task<Result<void>> face_set_attributes(Session& session, FaceArguments arguments) {
  return set_attributes(session, wish_of(arguments));
}

Task<Result<void>> face_get_attributes(Session& session, FaceArguments arguments) {
  return get_attributes(session, wish_of(arguments));
}

Task<Result<void>> face_list_attributes(Session& session, FaceArguments arguments) {
  return list_attributes(session, wish_of(arguments));
}

Task<Result<void>> face_delete_attributes(Session& session, FaceArguments arguments) {
  return delete_attributes(session, wish_of(arguments));
}

}  // namespace firn::cli
