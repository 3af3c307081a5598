// Object classes by name and number, as compat facts §8 has them.
#include <string>

#include <daos_obj_class.h>
#include <gtest/gtest.h>

namespace {

std::string name_of(daos_oclass_id_t id) {
  char name[MAX_OBJ_CLASS_NAME_LEN];
  daos_oclass_id2name(id, name);
  return name;
}

TEST(ObjectClassNames, names_have_their_numbers) {
  EXPECT_EQ(daos_oclass_name2id("S1"), 0x01000001);
  EXPECT_EQ(daos_oclass_name2id("SX"), 0x0100FFFF);
  EXPECT_EQ(daos_oclass_name2id("RP_2GX"), 0x0800FFFF);
  EXPECT_EQ(daos_oclass_name2id("RP_128G1"), 0x14000001);
  EXPECT_EQ(daos_oclass_name2id("EC_8P2G1"), 0x25000001);
  EXPECT_EQ(daos_oclass_name2id("EC_16P3G32"), 0x2A000020);
  EXPECT_EQ(daos_oclass_name2id("EC_MAX"), 103);
  EXPECT_EQ(daos_oclass_name2id("RP_XSF"), 80);
}

TEST(ObjectClassNames, other_text_is_unknown) {
  for (const char* text :
       {"", "s1", "S", "S3", "S01", "RP_2G3", "RP_12G2", "RP_8G1", "OC_S1", "S1 ", "UNKNOWN"}) {
    EXPECT_EQ(daos_oclass_name2id(text), OC_UNKNOWN) << text;
  }
  EXPECT_EQ(daos_oclass_name2id(nullptr), OC_UNKNOWN);
}

TEST(ObjectClassNames, any_number_of_groups_prints) {
  EXPECT_EQ(name_of(OBJ_CLASS_DEF(OR_RP_1, 5)), "S5");
  EXPECT_EQ(name_of(OBJ_CLASS_DEF(OR_RP_2, 3)), "RP_2G3");
  EXPECT_EQ(name_of(OBJ_CLASS_DEF(OR_RS_4P1, 7)), "EC_4P1G7");
  EXPECT_EQ(name_of(OBJ_CLASS_DEF(OR_RS_16P3, 65534)), "EC_16P3G65534");
  EXPECT_EQ(name_of(OC_EC_2P1GX), "EC_2P1GX");
}

TEST(ObjectClassNames, what_is_no_class_is_said_to_be_unknown) {
  char name[MAX_OBJ_CLASS_NAME_LEN] = "";
  for (daos_oclass_id_t id : {0u, 1u, 50u, 104u, 0x01000000u, 0x01010001u, 0x02000001u, 0xFFFFFFFFu}) {
    EXPECT_EQ(daos_oclass_id2name(id, name), -1) << id;
    EXPECT_STREQ(name, "UNKNOWN") << id;
  }
  EXPECT_EQ(daos_oclass_id2name(OC_S1, nullptr), -DER_INVAL);
}

TEST(ObjectClassNames, list_has_every_name_with_a_comma_behind_it) {
  EXPECT_EQ(daos_oclass_nr(0), 177);  // 160 explicit ones and 17 automatic ones
  std::string list(4096, '\0');
  const ssize_t length = daos_oclass_names_list(list.size(), list.data());
  ASSERT_GT(length, 0);
  list.resize(static_cast<size_t>(length));
  EXPECT_TRUE(list.ends_with("EC_16P3GX, "));
  size_t begin = 0;
  int count = 0;
  for (size_t end = list.find(", "); end != std::string::npos; end = list.find(", ", begin)) {
    const std::string name = list.substr(begin, end - begin);
    const int id = daos_oclass_name2id(name.c_str());
    EXPECT_NE(id, OC_UNKNOWN) << name;
    EXPECT_EQ(name_of(static_cast<daos_oclass_id_t>(id)), name);
    begin = end + 2;
    count++;
  }
  EXPECT_EQ(count, 177);
}

TEST(ObjectClassNames, list_that_does_not_fit_is_refused) {
  char buffer[8192];
  const ssize_t length = daos_oclass_names_list(sizeof buffer, buffer);
  EXPECT_EQ(daos_oclass_names_list(static_cast<size_t>(length), buffer), -DER_OVERFLOW);
  EXPECT_EQ(daos_oclass_names_list(static_cast<size_t>(length) + 1, buffer), length);
  EXPECT_EQ(daos_oclass_names_list(0, nullptr), -DER_INVAL);
}

}  // namespace
