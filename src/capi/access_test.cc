// Entries and lists of access control, their text, and what they allow.
#include <array>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include <daos_cont.h>
#include <daos_errno.h>
#include <daos_pool.h>
#include <daos_security.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace {

using testing::ElementsAre;

struct FreeEntry {
  void operator()(daos_ace* entry) const { daos_ace_free(entry); }
};
struct FreeList {
  void operator()(daos_acl* list) const { daos_acl_free(list); }
};
using Entry = std::unique_ptr<daos_ace, FreeEntry>;
using List = std::unique_ptr<daos_acl, FreeList>;

Entry entry_from(const std::string& text) {
  daos_ace* entry = nullptr;
  EXPECT_EQ(daos_ace_from_str(text.c_str(), &entry), 0) << text;
  return Entry(entry);
}

std::string text_of(daos_ace* entry) {
  char text[DAOS_ACL_MAX_ACE_STR_LEN + 1] = "";
  EXPECT_EQ(daos_ace_to_str(entry, text, sizeof text), 0);
  return text;
}

List list_from(std::vector<const char*> texts) {
  daos_acl* list = nullptr;
  EXPECT_EQ(daos_acl_from_strs(texts.data(), texts.size(), &list), 0);
  return List(list);
}

std::vector<std::string> texts_of(daos_acl* list) {
  std::vector<std::string> texts;
  daos_ace* entry = nullptr;
  while ((entry = daos_acl_get_next_ace(list, entry)) != nullptr) texts.push_back(text_of(entry));
  return texts;
}

TEST(AccessText, entry_comes_back_as_it_was_given) {
  for (const char* text : {"A::OWNER@:rwcdtTaAo", "A:G:GROUP@:rt", "AUL:SF:EVERYONE@:r",
                           "A:GP:readers@:", "U:S:somebody@some.domain:w"}) {
    EXPECT_EQ(text_of(entry_from(text).get()), text);
  }
}

TEST(AccessText, letters_are_put_into_order) {
  EXPECT_EQ(text_of(entry_from("LA::x@:tr").get()), "AL::x@:rt");
}

TEST(AccessText, what_makes_no_sense_is_refused) {
  daos_ace* entry = nullptr;
  const std::string long_name(DAOS_ACL_MAX_PRINCIPAL_LEN, 'x');
  for (const std::string& text : std::vector<std::string>{
           "", "A", "A::x@", "A::x@:r:", ":: x@:r", "::x@:r", "AA::x@:r", "A::x@:rr", "A::x@:q", "Q::x@:r",
           "A:Q:x@:r", "A::x:r", "A::@:r", "A::x@y@z:r", "A::GROUP@:r", "A:G:OWNER@:r", "A:G:EVERYONE@:r",
           "A::" + long_name + "@:r"}) {
    EXPECT_EQ(daos_ace_from_str(text.c_str(), &entry), -DER_INVAL) << text;
  }
  EXPECT_EQ(daos_ace_from_str(nullptr, &entry), -DER_INVAL);
  EXPECT_EQ(daos_ace_from_str("A::x@:r", nullptr), -DER_INVAL);
  EXPECT_EQ(entry, nullptr);
}

TEST(AccessText, buffer_has_to_be_large_enough) {
  const Entry entry = entry_from("A::OWNER@:rw");
  char text[13];
  EXPECT_EQ(daos_ace_to_str(entry.get(), text, 12), -DER_TRUNC);
  EXPECT_EQ(daos_ace_to_str(entry.get(), text, sizeof text), 0);
  EXPECT_STREQ(text, "A::OWNER@:rw");
  EXPECT_EQ(daos_ace_to_str(nullptr, text, sizeof text), -DER_INVAL);
}

TEST(AccessText, types_with_different_permissions_have_no_common_text) {
  const Entry entry = entry_from("AU::OWNER@:rw");
  entry->dae_audit_perms = DAOS_ACL_PERM_READ;
  char text[64];
  EXPECT_TRUE(daos_ace_is_valid(entry.get()));
  EXPECT_EQ(daos_ace_to_str(entry.get(), text, sizeof text), -DER_INVAL);
}

TEST(AccessText, words_say_the_same) {
  char text[128];
  ASSERT_EQ(daos_ace_str_get_verbose("A:G:readers@:rt", text, sizeof text), 0);
  EXPECT_STREQ(text, "Allow:Group:readers@:Read/Get-Prop");
  ASSERT_EQ(daos_ace_str_get_verbose("A::EVERYONE@:", text, sizeof text), 0);
  EXPECT_STREQ(text, "Allow::EVERYONE@:No-Access");
  EXPECT_EQ(daos_ace_str_get_verbose("A::EVERYONE@:", text, 4), -DER_TRUNC);
  EXPECT_EQ(daos_ace_str_get_verbose("nonsense", text, sizeof text), -DER_INVAL);
}

TEST(AccessText, principals_are_users_groups_and_those_without_a_name) {
  const auto parsed = [](const char* text) {
    daos_acl_principal_type type = NUM_DAOS_ACL_TYPES;
    char* name = nullptr;
    const int result = daos_acl_principal_from_str(text, &type, &name);
    const std::string found = name == nullptr ? "" : name;
    free(name);
    return std::tuple(result, static_cast<int>(type), found);
  };
  EXPECT_EQ(parsed("u:bob@"), std::tuple(0, DAOS_ACL_USER, "bob@"));
  EXPECT_EQ(parsed("g:readers@here"), std::tuple(0, DAOS_ACL_GROUP, "readers@here"));
  EXPECT_EQ(parsed("OWNER@"), std::tuple(0, DAOS_ACL_OWNER, ""));
  EXPECT_EQ(parsed("GROUP@"), std::tuple(0, DAOS_ACL_OWNER_GROUP, ""));
  EXPECT_EQ(parsed("EVERYONE@"), std::tuple(0, DAOS_ACL_EVERYONE, ""));
  for (const char* text : {"bob@", "u:bob", "x:bob@", "", "u:"}) {
    EXPECT_EQ(std::get<0>(parsed(text)), -DER_INVAL) << text;
  }
}

TEST(AccessText, list_is_written_as_a_file_of_it) {
  const List list = list_from({"A::OWNER@:rw", "A:G:GROUP@:r"});
  char* text = nullptr;
  size_t size = 0;
  FILE* const stream = open_memstream(&text, &size);
  EXPECT_EQ(daos_acl_to_stream(stream, list.get(), false), 0);
  EXPECT_EQ(daos_acl_to_stream(stream, nullptr, true), 0);
  fclose(stream);
  EXPECT_STREQ(text, "A::OWNER@:rw\nA:G:GROUP@:r\n# no entries\n");
  free(text);
  EXPECT_EQ(daos_acl_to_stream(nullptr, list.get(), false), -DER_INVAL);
}

TEST(AccessEntry, needs_a_name_where_the_principal_has_one) {
  EXPECT_EQ(daos_ace_create(DAOS_ACL_USER, nullptr), nullptr);
  EXPECT_EQ(daos_ace_create(DAOS_ACL_GROUP, "readers"), nullptr);
  EXPECT_EQ(daos_ace_create(NUM_DAOS_ACL_TYPES, "readers@"), nullptr);
  const Entry user(daos_ace_create(DAOS_ACL_USER, "seven77@"));
  EXPECT_EQ(daos_ace_get_size(user.get()), static_cast<ssize_t>(sizeof(daos_ace) + 16));
  EXPECT_STREQ(daos_ace_get_principal_str(user.get()), "seven77@");
  const Entry owner(daos_ace_create(DAOS_ACL_OWNER, "ignored@"));
  EXPECT_EQ(daos_ace_get_size(owner.get()), static_cast<ssize_t>(sizeof(daos_ace)));
  EXPECT_STREQ(daos_ace_get_principal_str(owner.get()), "OWNER@");
  EXPECT_EQ(daos_ace_get_size(nullptr), -DER_INVAL);
  EXPECT_EQ(daos_ace_get_principal_str(nullptr), nullptr);
}

TEST(AccessEntry, is_valid_only_with_known_bits) {
  const auto valid_after = [](auto change) {
    const Entry entry = entry_from("A::bob@:rw");
    change(*entry);
    return daos_ace_is_valid(entry.get());
  };
  EXPECT_TRUE(valid_after([](daos_ace&) {}));
  EXPECT_FALSE(valid_after([](daos_ace& entry) { entry.dae_access_types = 0; }));
  EXPECT_FALSE(valid_after([](daos_ace& entry) { entry.dae_access_types = 8; }));
  EXPECT_FALSE(valid_after([](daos_ace& entry) { entry.dae_access_flags = DAOS_ACL_FLAG_GROUP; }));
  EXPECT_FALSE(valid_after([](daos_ace& entry) { entry.dae_access_flags = 1 << 5; }));
  EXPECT_FALSE(valid_after([](daos_ace& entry) { entry.dae_allow_perms |= 1 << 9; }));
  EXPECT_FALSE(valid_after([](daos_ace& entry) { entry.dae_alarm_perms = DAOS_ACL_PERM_READ; }));
  EXPECT_FALSE(valid_after([](daos_ace& entry) { entry.dae_principal_type = NUM_DAOS_ACL_TYPES; }));
  EXPECT_FALSE(valid_after([](daos_ace& entry) { memset(entry.dae_principal, 'x', 8); }));
  EXPECT_FALSE(daos_ace_is_valid(nullptr));
}

TEST(AccessList, is_in_canonical_order) {
  const List list =
      list_from({"A::EVERYONE@:", "A:G:b@:r", "A::z@:r", "A:G:GROUP@:r", "A::a@:r", "A::OWNER@:rw"});
  EXPECT_EQ(daos_acl_validate(list.get()), 0);
  EXPECT_THAT(texts_of(list.get()),
              ElementsAre("A::OWNER@:rw", "A::z@:r", "A::a@:r", "A:G:GROUP@:r", "A:G:b@:r", "A::EVERYONE@:"));
}

TEST(AccessList, has_each_principal_once) {
  daos_acl* list = nullptr;
  const char* twice[] = {"A::bob@:r", "A::bob@:w"};
  EXPECT_EQ(daos_acl_from_strs(twice, 2, &list), -DER_INVAL);
  const char* user_and_group[] = {"A::bob@:r", "A:G:bob@:w"};
  EXPECT_EQ(daos_acl_from_strs(user_and_group, 2, &list), 0);
  daos_acl_free(list);
  EXPECT_EQ(daos_acl_from_strs(twice, 0, &list), -DER_INVAL);
  EXPECT_EQ(daos_acl_from_strs(nullptr, 1, &list), -DER_INVAL);
}

TEST(AccessList, may_be_empty) {
  const List list(daos_acl_create(nullptr, 0));
  ASSERT_NE(list, nullptr);
  EXPECT_EQ(daos_acl_validate(list.get()), 0);
  EXPECT_EQ(daos_acl_get_size(list.get()), static_cast<ssize_t>(sizeof(daos_acl)));
  EXPECT_EQ(daos_acl_get_next_ace(list.get(), nullptr), nullptr);
  EXPECT_EQ(daos_acl_create(nullptr, 1), nullptr);
}

TEST(AccessList, added_entry_replaces_the_one_of_its_principal) {
  daos_acl* raw = list_from({"A::OWNER@:rw", "A:G:GROUP@:r"}).release();
  EXPECT_EQ(daos_acl_add_ace(&raw, entry_from("A::bob@:r").get()), 0);
  EXPECT_EQ(daos_acl_add_ace(&raw, entry_from("A:G:GROUP@:rw").get()), 0);
  EXPECT_EQ(daos_acl_add_ace(&raw, nullptr), -DER_INVAL);
  const List list(raw);
  EXPECT_THAT(texts_of(list.get()), ElementsAre("A::OWNER@:rw", "A::bob@:r", "A:G:GROUP@:rw"));
  EXPECT_EQ(daos_acl_validate(list.get()), 0);
}

TEST(AccessList, entry_is_found_and_removed_by_its_principal) {
  daos_acl* raw = list_from({"A::OWNER@:rw", "A::bob@:r", "A:G:bob@:w"}).release();
  daos_ace* found = nullptr;
  EXPECT_EQ(daos_acl_get_ace_for_principal(raw, DAOS_ACL_GROUP, "bob@", &found), 0);
  EXPECT_EQ(text_of(found), "A:G:bob@:w");
  EXPECT_EQ(daos_acl_get_ace_for_principal(raw, DAOS_ACL_USER, nullptr, &found), -DER_INVAL);
  EXPECT_EQ(daos_acl_get_ace_for_principal(raw, DAOS_ACL_EVERYONE, nullptr, &found), -DER_NONEXIST);
  EXPECT_EQ(daos_acl_remove_ace(&raw, DAOS_ACL_USER, "bob@"), 0);
  EXPECT_EQ(daos_acl_remove_ace(&raw, DAOS_ACL_USER, "bob@"), -DER_NONEXIST);
  const List list(raw);
  EXPECT_THAT(texts_of(list.get()), ElementsAre("A::OWNER@:rw", "A:G:bob@:w"));
}

TEST(AccessList, damaged_list_is_not_read_behind_its_end) {
  const List list = list_from({"A::OWNER@:rw", "A::bob@:r"});
  const List copy(daos_acl_dup(list.get()));
  EXPECT_EQ(texts_of(copy.get()), texts_of(list.get()));
  copy->dal_len -= 8;
  EXPECT_EQ(daos_acl_validate(copy.get()), -DER_INVAL);
  EXPECT_EQ(texts_of(copy.get()).size(), 1u);
  copy->dal_len += 8;
  copy->dal_ver = 2;
  EXPECT_EQ(daos_acl_validate(copy.get()), -DER_INVAL);
  EXPECT_EQ(daos_acl_validate(nullptr), -DER_INVAL);
}

TEST(AccessList, is_given_as_texts) {
  const List list = list_from({"A::OWNER@:rw", "A::bob@:r"});
  char** texts = nullptr;
  size_t count = 0;
  ASSERT_EQ(daos_acl_to_strs(list.get(), &texts, &count), 0);
  ASSERT_EQ(count, 2u);
  EXPECT_STREQ(texts[1], "A::bob@:r");
  for (size_t index = 0; index < count; ++index) free(texts[index]);
  free(texts);
  EXPECT_EQ(daos_acl_to_strs(nullptr, &texts, &count), -DER_INVAL);
}

// What the process's own user may do by these entries.
struct Evaluation {
  std::vector<const char*> entries;
  std::string owner = "nobody-of-this-name@";
  std::string owner_group = "nobody-of-this-name@";
};

uint64_t evaluate(const Evaluation& given, bool container) {
  daos_prop_t* const list = daos_prop_alloc(3);
  const std::array<uint32_t, 3> pool_types = {DAOS_PROP_PO_ACL, DAOS_PROP_PO_OWNER, DAOS_PROP_PO_OWNER_GROUP};
  const std::array<uint32_t, 3> container_types = {DAOS_PROP_CO_ACL, DAOS_PROP_CO_OWNER,
                                                   DAOS_PROP_CO_OWNER_GROUP};
  for (size_t index = 0; index < 3; ++index) {
    list->dpp_entries[index].dpe_type = (container ? container_types : pool_types)[index];
  }
  list->dpp_entries[0].dpe_val_ptr = list_from(given.entries).release();
  daos_prop_entry_set_str(&list->dpp_entries[1], given.owner.c_str(), given.owner.size());
  daos_prop_entry_set_str(&list->dpp_entries[2], given.owner_group.c_str(), given.owner_group.size());
  uint64_t permissions = 0;
  gid_t group = 0;
  EXPECT_EQ((container ? daos_cont_get_perms : daos_pool_get_perms)(list, 0, &group, 1, &permissions), 0);
  daos_prop_free(list);
  return permissions;
}

// User and group 0 have these names on every system this runs on.
constexpr uint64_t kRead = DAOS_ACL_PERM_READ;
constexpr uint64_t kWrite = DAOS_ACL_PERM_WRITE;

TEST(Permissions, nearest_entry_decides) {
  EXPECT_EQ(evaluate({.entries = {"A::EVERYONE@:r"}}, false), kRead);
  EXPECT_EQ(evaluate({.entries = {"A:G:root@:w", "A::EVERYONE@:r"}}, false), kWrite);
  EXPECT_EQ(evaluate({.entries = {"A::root@:", "A:G:root@:w", "A::EVERYONE@:r"}}, false), 0u);
  EXPECT_EQ(evaluate({.entries = {"A::OWNER@:r", "A::root@:w"}, .owner = "root@"}, false), kRead);
  EXPECT_EQ(evaluate({.entries = {"A::OWNER@:r", "A::root@:w"}}, false), kWrite);
  EXPECT_EQ(evaluate({.entries = {"A::root@:w"}, .owner = "root@"}, false), kWrite);
  EXPECT_EQ(evaluate({.entries = {"A::other@:rw"}}, false), 0u);
}

TEST(Permissions, groups_add_up) {
  EXPECT_EQ(evaluate({.entries = {"A:G:GROUP@:r", "A:G:root@:w"}, .owner_group = "root@"}, false),
            kRead | kWrite);
  EXPECT_EQ(evaluate({.entries = {"A:G:GROUP@:r", "A::EVERYONE@:w"}, .owner_group = "root@"}, false), kRead);
}

TEST(Permissions, owner_of_a_container_keeps_the_list) {
  EXPECT_EQ(evaluate({.entries = {"A::OWNER@:"}, .owner = "root@"}, true),
            uint64_t{DAOS_ACL_PERM_GET_ACL} | DAOS_ACL_PERM_SET_ACL);
  EXPECT_EQ(evaluate({.entries = {"A::OWNER@:"}, .owner = "root@"}, false), 0u);
}

TEST(Permissions, only_what_has_a_meaning_there_is_given) {
  EXPECT_EQ(evaluate({.entries = {"A::EVERYONE@:rwcdtTaAo"}}, false), uint64_t{DAOS_ACL_PERM_POOL_ALL});
  EXPECT_EQ(evaluate({.entries = {"A::EVERYONE@:rwcdtTaAo"}}, true), uint64_t{DAOS_ACL_PERM_CONT_ALL});
}

TEST(Permissions, list_owner_and_group_are_needed) {
  daos_prop_t* const list = daos_prop_alloc(1);
  uint64_t permissions = 0;
  EXPECT_EQ(daos_pool_get_perms(list, 0, nullptr, 0, &permissions), -DER_INVAL);
  EXPECT_EQ(daos_cont_get_perms(nullptr, 0, nullptr, 0, &permissions), -DER_INVAL);
  daos_prop_free(list);
}

TEST(Principals, are_names_of_this_host) {
  char* name = nullptr;
  ASSERT_EQ(daos_acl_uid_to_principal(0, &name), 0);
  EXPECT_STREQ(name, "root@");
  free(name);
  ASSERT_EQ(daos_acl_gid_to_principal(0, &name), 0);
  EXPECT_STREQ(name, "root@");
  free(name);
  uid_t uid = 1;
  gid_t gid = 1;
  EXPECT_EQ(daos_acl_principal_to_uid("root@", &uid), 0);
  EXPECT_EQ(daos_acl_principal_to_gid("root@", &gid), 0);
  EXPECT_EQ(uid, 0u);
  EXPECT_EQ(gid, 0u);
  EXPECT_EQ(daos_acl_principal_to_uid("nobody-of-this-name@", &uid), -DER_NONEXIST);
  EXPECT_EQ(daos_acl_principal_to_uid("root", &uid), -DER_INVAL);
  EXPECT_EQ(daos_acl_uid_to_principal(4000000000u, &name), -DER_NONEXIST);
  EXPECT_EQ(daos_acl_gid_to_principal(0, nullptr), -DER_INVAL);
}

}  // namespace
