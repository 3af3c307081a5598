// Lists of properties, and container properties from text.
#include <cstring>
#include <memory>
#include <string>

#include <daos_prop.h>
#include <daos_security.h>
#include <gtest/gtest.h>
#include <gurt/common.h>

namespace {

struct Free {
  void operator()(daos_prop_t* list) const { daos_prop_free(list); }
};
using List = std::unique_ptr<daos_prop_t, Free>;

List list_of(std::initializer_list<uint32_t> types) {
  List list(daos_prop_alloc(static_cast<uint32_t>(types.size())));
  uint32_t index = 0;
  for (uint32_t type : types) list->dpp_entries[index++].dpe_type = type;
  return list;
}

List parsed(const std::string& text) {
  daos_prop_t* list = nullptr;
  EXPECT_EQ(daos_prop_from_str(text.data(), text.size(), &list), 0) << text;
  return List(list);
}

TEST(Properties, list_is_zeroed_and_bounded) {
  const List list(daos_prop_alloc(3));
  EXPECT_EQ(list->dpp_nr, 3u);
  EXPECT_EQ(list->dpp_entries[2].dpe_val, 0u);
  EXPECT_EQ(List(daos_prop_alloc(0))->dpp_entries, nullptr);
  EXPECT_EQ(daos_prop_alloc(DAOS_PROP_ENTRIES_MAX_NR + 1), nullptr);
  daos_prop_free(nullptr);
}

TEST(Properties, text_is_copied_into_entries_that_hold_text) {
  const List list = list_of({DAOS_PROP_CO_LABEL, DAOS_PROP_CO_CSUM});
  EXPECT_EQ(daos_prop_set_str(list.get(), DAOS_PROP_CO_LABEL, "container", 4), 0);
  EXPECT_STREQ(daos_prop_entry_get(list.get(), DAOS_PROP_CO_LABEL)->dpe_str, "cont");
  EXPECT_EQ(daos_prop_set_str(list.get(), DAOS_PROP_CO_LABEL, "other", 5), 0);
  EXPECT_STREQ(list->dpp_entries[0].dpe_str, "other");
  EXPECT_EQ(daos_prop_set_str(list.get(), DAOS_PROP_CO_CSUM, "crc32", 5), -DER_INVAL);
  EXPECT_EQ(daos_prop_set_str(list.get(), DAOS_PROP_CO_OWNER, "root@", 5), -DER_NONEXIST);
}

TEST(Properties, bytes_are_copied_into_entries_that_hold_them) {
  const daos_prop_co_roots roots{{{1, 2}, {3, 4}, {0, 0}, {0, 0}}};
  const List list = list_of({DAOS_PROP_CO_ROOTS, DAOS_PROP_PO_SVC_LIST});
  EXPECT_EQ(daos_prop_set_ptr(list.get(), DAOS_PROP_CO_ROOTS, &roots, sizeof roots), 0);
  const List other = list_of({DAOS_PROP_CO_ROOTS});
  EXPECT_EQ(daos_prop_entry_dup_co_roots(&other->dpp_entries[0], &list->dpp_entries[0]), 0);
  EXPECT_EQ(memcmp(other->dpp_entries[0].dpe_val_ptr, &roots, sizeof roots), 0);
  EXPECT_EQ(daos_prop_set_ptr(list.get(), DAOS_PROP_PO_SVC_LIST, &roots, 8), -DER_NOTSUPPORTED);
}

TEST(Properties, new_values_win_a_merge_and_sources_stay) {
  const List before = list_of({DAOS_PROP_CO_LABEL, DAOS_PROP_CO_CSUM});
  ASSERT_EQ(daos_prop_set_str(before.get(), DAOS_PROP_CO_LABEL, "one", 3), 0);
  before->dpp_entries[1].dpe_val = 1;
  const List after = list_of({DAOS_PROP_CO_CSUM, DAOS_PROP_PO_SVC_LIST});
  after->dpp_entries[0].dpe_val = 2;
  after->dpp_entries[1].dpe_val_ptr = d_rank_list_alloc(2);
  const List merged(daos_prop_merge(before.get(), after.get()));
  ASSERT_NE(merged, nullptr);
  EXPECT_EQ(merged->dpp_nr, 3u);
  EXPECT_STREQ(daos_prop_entry_get(merged.get(), DAOS_PROP_CO_LABEL)->dpe_str, "one");
  EXPECT_NE(merged->dpp_entries[0].dpe_str, before->dpp_entries[0].dpe_str);
  EXPECT_EQ(daos_prop_entry_get(merged.get(), DAOS_PROP_CO_CSUM)->dpe_val, 2u);
  daos_prop_t* none = nullptr;
  EXPECT_EQ(daos_prop_merge2(nullptr, nullptr, &none), -DER_INVAL);
}

TEST(Properties, access_lists_compare_by_content) {
  const List list = list_of({DAOS_PROP_CO_ACL, DAOS_PROP_CO_ACL, DAOS_PROP_CO_LABEL});
  daos_acl empty{.dal_ver = DAOS_ACL_VERSION, .dal_reserv = 0, .dal_len = 0};
  daos_prop_entry* const entries = list->dpp_entries;
  ASSERT_EQ(daos_prop_entry_set_ptr(&entries[0], &empty, sizeof empty), 0);
  EXPECT_EQ(daos_prop_entry_cmp_acl(&entries[0], &entries[1]), -DER_MISMATCH);
  ASSERT_EQ(daos_prop_entry_set_ptr(&entries[1], &empty, sizeof empty), 0);
  EXPECT_EQ(daos_prop_entry_cmp_acl(&entries[0], &entries[1]), 0);
  EXPECT_EQ(daos_prop_entry_cmp_acl(&entries[0], &entries[2]), -DER_INVAL);
}

TEST(Properties, status_is_packed_into_a_number) {
  daos_co_status status{.dcs_status = DAOS_PROP_CO_UNCLEAN, .dcs_flags = DAOS_PROP_CO_CLEAR, .dcs_pm_ver = 7};
  EXPECT_EQ(daos_prop_co_status_2_val(&status), 0x0001000100000007u);
  daos_co_status back{};
  daos_prop_val_2_co_status(0x0001000100000007u, &back);
  EXPECT_EQ(memcmp(&status, &back, sizeof status), 0);
}

TEST(Properties, labels_are_short_words_that_are_no_uuid) {
  EXPECT_TRUE(daos_label_is_valid("tank-1.a:b_c"));
  EXPECT_TRUE(daos_label_is_valid(std::string(127, 'x').c_str()));
  for (const std::string& label :
       {std::string(128, 'x'), std::string(), std::string("a b"), std::string("a/b"), std::string("\xc3\xa4"),
        std::string("12345678-1234-1234-1234-123456789abc")}) {
    EXPECT_FALSE(daos_label_is_valid(label.c_str())) << label;
  }
  EXPECT_FALSE(daos_label_is_valid(nullptr));
}

TEST(PropertyText, names_and_values_become_entries) {
  const List list = parsed("label:tank;cksum:crc32;cksum_size:32768;rd_fac:2;srv_cksum:on;ec_cell_sz:65536");
  EXPECT_EQ(list->dpp_nr, 6u);
  EXPECT_STREQ(daos_prop_entry_get(list.get(), DAOS_PROP_CO_LABEL)->dpe_str, "tank");
  const auto value = [&](uint32_t type) { return daos_prop_entry_get(list.get(), type)->dpe_val; };
  EXPECT_EQ(value(DAOS_PROP_CO_CSUM), static_cast<uint64_t>(DAOS_PROP_CO_CSUM_CRC32));
  EXPECT_EQ(value(DAOS_PROP_CO_CSUM_CHUNK_SIZE), 32768u);
  EXPECT_EQ(value(DAOS_PROP_CO_REDUN_FAC), 2u);
  EXPECT_EQ(value(DAOS_PROP_CO_CSUM_SERVER_VERIFY), 1u);
  EXPECT_EQ(value(DAOS_PROP_CO_EC_CELL_SZ), 65536u);
  EXPECT_EQ(parsed("rf:1;")->dpp_nr, 1u);  // a former name, and an end without a property
}

TEST(PropertyText, nonsense_is_refused) {
  for (const char* text :
       {"", "rd_fac", "rd_fac:", "rd_fac:5", "rd_fac:-1", "rd_fac:1x", "unknown:1", ":1", ";", "cksum:md5",
        "cksum:2", "label:a b", "rd_fac:1;rf:2", "ec_cell_sz:1", "owner:me@"}) {
    daos_prop_t* list = nullptr;
    EXPECT_EQ(daos_prop_from_str(text, strlen(text), &list), -DER_INVAL) << text;
    EXPECT_EQ(list, nullptr);
  }
  daos_prop_t* list = nullptr;
  const std::string too_long = "label:" + std::string(DAOS_PROP_LABEL_MAX_LEN + 1, 'x');
  EXPECT_EQ(daos_prop_from_str(too_long.data(), too_long.size(), &list), -DER_INVAL);
  EXPECT_EQ(daos_prop_from_str(nullptr, 0, nullptr), -DER_INVAL);
}

TEST(PropertyText, reads_no_further_than_the_length) {
  daos_prop_t* list = nullptr;
  ASSERT_EQ(daos_prop_from_str("rd_fac:1;nonsense", 8, &list), 0);
  EXPECT_EQ(List(list)->dpp_nr, 1u);
}

}  // namespace
