// Lists of access: text, changes, and whom they allow what.
#include "model/access.h"

#include <gtest/gtest.h>

namespace firn {
namespace {

template <class T>
T ok(Result<T> result) {
  EXPECT_TRUE(result) << result.error().message();
  return *std::move(result);
}
AccessList list_of(std::string_view text) { return ok(parse_access_list(text)); }
template <class T>
Code code_of(const Result<T>& result) {
  EXPECT_FALSE(result);
  return result ? Code{} : result.error().code();
}

TEST(Access, text_is_canonical) {
  EXPECT_EQ(access_list_text(
                list_of("A::EVERYONE@:,A:G:b@:tr,A:G:GROUP@:r,A:PFSG:a@x:r,LUA::u@:oAaTtdcwr,A::OWNER@:r")),
            "A::OWNER@:r,AUL::u@:rwcdtTaAo,A:G:GROUP@:r,A:G:b@:rt,A:GSFP:a@x:r,A::EVERYONE@:");
  EXPECT_TRUE(list_of("").empty());
  for (const std::string_view standard : {kPoolAccessDefault, kContainerAccessDefault})
    EXPECT_EQ(access_list_text(list_of(standard)), standard);
}

TEST(Access, what_is_no_list_is_refused) {
  for (const char* text :
       {"A", "A:::r", "::u@:r", "X::u@:r", "AA::u@:r", "A:X:u@:r", "A::u:r", "A::@:r", "A::a@b@:r", "A::u@:x",
        "A::u@:rr", "A::GROUP@:r", "A:G:OWNER@:r", "A:G:EVERYONE@:r", ",", "A::u@:r,A::u@:w", "A::u@:r:"}) {
    EXPECT_EQ(code_of(parse_access_list(text)), Code::invalid) << text;
  }
  ok(parse_access_list("A::u@:r,A:G:u@:r"));  // a user and a group
  EXPECT_EQ(code_of(parse_access_list("A::u@:o", right::kPool)), Code::invalid);
  EXPECT_EQ(code_of(parse_access_list("A::" + std::string(256, 'u') + "@:r")), Code::invalid);
  EXPECT_EQ(code_of(parse_access_list(std::string(kAccessListBytesMax + 1, ','))), Code::too_big);
}

TEST(Access, changes_keep_the_order) {
  const AccessList list = list_of("A::OWNER@:r,A:G:b@:r");
  const AccessList updated = updated_access_list(list, list_of("A:G:b@:w,A::a@:r,A::EVERYONE@:r"));
  EXPECT_EQ(access_list_text(updated), "A::OWNER@:r,A::a@:r,A:G:b@:w,A::EVERYONE@:r");
  EXPECT_EQ(access_list_text(ok(without_principal(updated, "g:b@"))), "A::OWNER@:r,A::a@:r,A::EVERYONE@:r");
  EXPECT_EQ(access_list_text(ok(without_principal(updated, "OWNER@"))), "A::a@:r,A:G:b@:w,A::EVERYONE@:r");
  EXPECT_EQ(code_of(without_principal(updated, "u:b@")), Code::not_found);
  EXPECT_EQ(code_of(without_principal(updated, "GROUP@")), Code::not_found);
  for (const char* principal : {"", "b@", "u:", "g:OWNER@", "u:OWNER@", "x:b@"})
    EXPECT_EQ(code_of(without_principal(updated, principal)), Code::invalid) << principal;
}

constexpr Ownership kOf{"ann@", "staff@"};

TEST(Access, nearest_entry_decides) {
  const AccessList list = list_of("A::OWNER@:r,A::bob@:w,A:G:GROUP@:t,A:G:ops@:d,A::EVERYONE@:c");
  EXPECT_EQ(rights_of(list, kOf, {"ann@", {"ops@"}}), right::kRead);
  EXPECT_EQ(rights_of(list, kOf, {"bob@", {"ops@"}}), right::kWrite);
  EXPECT_EQ(rights_of(list, kOf, {"eve@", {"ops@", "staff@"}}), right::kGetProperties | right::kDelete);
  EXPECT_EQ(rights_of(list, kOf, {"eve@", {"others@"}}), right::kCreateContainer);
  EXPECT_EQ(rights_of(list, kOf, {"", {}}), right::kCreateContainer);
  EXPECT_EQ(rights_of(list_of("A::bob@:r"), kOf, {"eve@", {}}), 0u);
  EXPECT_EQ(rights_of(list_of("U::bob@:r"), kOf, {"bob@", {}}), 0u);  // audit allows nothing
}

TEST(Access, pools_and_containers_add_what_follows) {
  const Credential ann{"ann@", {}};
  EXPECT_EQ(pool_rights(list_of("A::OWNER@:r"), kOf, ann), right::kRead | right::kGetProperties);
  EXPECT_EQ(pool_rights(list_of("A::OWNER@:w"), kOf, ann),
            right::kWrite | right::kCreateContainer | right::kDelete);
  EXPECT_EQ(pool_rights(list_of("A::OWNER@:aAo"), kOf, ann), 0u);
  EXPECT_EQ(container_rights(list_of("A::OWNER@:"), kOf, ann), right::kGetAccess | right::kSetAccess);
  EXPECT_EQ(container_rights(list_of("A::EVERYONE@:rc"), kOf, {"eve@", {}}), right::kRead);
}

}  // namespace
}  // namespace firn
