// Classes of new objects.
#include "capi/object_class_choice.h"

#include <string>

#include <daos_errno.h>
#include <gtest/gtest.h>

namespace firn::capi {
namespace {

// The class by name, or the error.
std::string choice(const ClassWish& wish) {
  daos_oclass_id_t chosen = OC_UNKNOWN;
  if (const int result = choose_object_class(wish, chosen)) return d_errstr(result);
  char name[MAX_OBJ_CLASS_NAME_LEN];
  daos_oclass_id2name(chosen, name);
  return name;
}

// `count` domains with four targets each.
ClassWish wish_on(uint32_t count, ClassWish wish = {}) {
  wish.domains = count;
  wish.targets = 4 * count;
  return wish;
}

TEST(ObjectClassChoice, without_redundancy_arrays_spread_and_others_do_not) {
  EXPECT_EQ(choice(wish_on(2)), "S1");
  EXPECT_EQ(choice(wish_on(2, {.type = DAOS_OT_ARRAY_BYTE})), "S8");
  EXPECT_EQ(choice(wish_on(2, {.type = DAOS_OT_KV_HASHED})), "S8");
  EXPECT_EQ(choice({.type = DAOS_OT_ARRAY}), "S1");
}

TEST(ObjectClassChoice, hints_decide_about_the_spread) {
  EXPECT_EQ(choice(wish_on(8, {.hints = DAOS_OCH_SHD_MAX})), "S32");
  EXPECT_EQ(choice(wish_on(8, {.type = DAOS_OT_ARRAY, .hints = DAOS_OCH_SHD_TINY})), "S1");
  EXPECT_EQ(choice(wish_on(1000, {.hints = DAOS_OCH_SHD_REG})), "S1000");
  EXPECT_EQ(choice(wish_on(1000, {.hints = DAOS_OCH_SHD_HI})), "S2000");
  EXPECT_EQ(choice(wish_on(1000, {.hints = DAOS_OCH_SHD_EXT})), "S2800");
  EXPECT_EQ(choice(wish_on(8, {.hints = DAOS_OCH_SHD_REG})), "S32");
}

TEST(ObjectClassChoice, hints_decide_about_the_protection) {
  EXPECT_EQ(choice(wish_on(4, {.hints = DAOS_OCH_RDD_RP})), "RP_2G1");
  EXPECT_EQ(choice(wish_on(1, {.hints = DAOS_OCH_RDD_RP})), "S1");
  EXPECT_EQ(choice(wish_on(4, {.hints = DAOS_OCH_RDD_EC})), "EC_2P1G1");
  EXPECT_EQ(choice(wish_on(18, {.hints = DAOS_OCH_RDD_EC})), "EC_16P1G1");
  EXPECT_EQ(choice(wish_on(2, {.hints = DAOS_OCH_RDD_EC})), "DER_INVAL");
}

TEST(ObjectClassChoice, redundancy_of_the_container_is_kept) {
  EXPECT_EQ(choice(wish_on(4, {.redundancy_factor = 1})), "RP_2G1");
  EXPECT_EQ(choice(wish_on(6, {.redundancy_factor = 2})), "RP_3G1");
  EXPECT_EQ(choice(wish_on(6, {.redundancy_factor = 3})), "RP_4G1");
  EXPECT_EQ(choice(wish_on(6, {.redundancy_factor = 4})), "RP_5G1");
  EXPECT_EQ(choice(wish_on(2, {.redundancy_factor = 2})), "DER_INVAL");
}

TEST(ObjectClassChoice, arrays_are_coded_where_there_are_domains_enough) {
  const auto array = [](uint32_t factor, uint32_t domains) {
    return choice(
        wish_on(domains, {.type = DAOS_OT_ARRAY, .hints = DAOS_OCH_SHD_TINY, .redundancy_factor = factor}));
  };
  EXPECT_EQ(array(1, 2), "RP_2G1");
  EXPECT_EQ(array(1, 3), "EC_2P1G1");
  EXPECT_EQ(array(1, 6), "EC_4P1G1");
  EXPECT_EQ(array(1, 10), "EC_8P1G1");
  EXPECT_EQ(array(2, 4), "EC_2P2G1");
  EXPECT_EQ(array(2, 20), "EC_16P2G1");
  EXPECT_EQ(array(3, 9), "RP_4G1");
  EXPECT_EQ(array(3, 10), "EC_4P3G1");
  EXPECT_EQ(array(4, 30), "RP_5G1");
}

TEST(ObjectClassChoice, default_hint_means_copies) {
  EXPECT_EQ(
      choice(wish_on(
          8, {.type = DAOS_OT_ARRAY, .hints = DAOS_OCH_RDD_DEF | DAOS_OCH_SHD_TINY, .redundancy_factor = 1})),
      "RP_2G1");
}

TEST(ObjectClassChoice, room_is_left_for_the_domains_that_may_fail) {
  EXPECT_EQ(choice(wish_on(4, {.hints = DAOS_OCH_SHD_MAX, .redundancy_factor = 1})), "RP_2G6");
  EXPECT_EQ(choice(wish_on(2, {.hints = DAOS_OCH_SHD_MAX, .redundancy_factor = 1})), "RP_2G4");
}

TEST(ObjectClassChoice, class_that_is_asked_for_is_taken) {
  EXPECT_EQ(choice(wish_on(2, {.wanted = OC_S2})), "S2");
  EXPECT_EQ(choice(wish_on(2, {.wanted = OC_SX})), "S8");
  EXPECT_EQ(choice(wish_on(2, {.wanted = OC_S32})), "S8");
  EXPECT_EQ(choice(wish_on(4, {.wanted = OC_RP_2GX})), "RP_2G8");
  EXPECT_EQ(choice(wish_on(4, {.wanted = OC_EC_2P1G1})), "EC_2P1G1");
}

TEST(ObjectClassChoice, class_that_breaks_the_promise_is_refused) {
  EXPECT_EQ(choice(wish_on(4, {.wanted = OC_S1, .redundancy_factor = 1})), "DER_INVAL");
  EXPECT_EQ(choice(wish_on(4, {.wanted = OC_EC_2P1G1, .redundancy_factor = 2})), "DER_INVAL");
  EXPECT_EQ(choice(wish_on(1, {.wanted = OC_RP_2G1})), "DER_INVAL");
  EXPECT_EQ(choice(wish_on(4, {.wanted = 77})), "DER_INVAL");
  EXPECT_EQ(choice(wish_on(4, {.wanted = 7u << OC_REDUN_SHIFT | 1})), "DER_INVAL");
  EXPECT_EQ(choice(wish_on(4, {.wanted = OR_RP_1 << OC_REDUN_SHIFT})), "DER_INVAL");
}

TEST(ObjectClassChoice, automatic_classes_are_made_explicit) {
  EXPECT_EQ(choice(wish_on(2, {.wanted = OC_TINY})), "S1");
  EXPECT_EQ(choice(wish_on(2, {.wanted = OC_MAX})), "S8");
  EXPECT_EQ(choice(wish_on(4, {.wanted = OC_RP_TINY})), "RP_2G1");
  EXPECT_EQ(choice(wish_on(4, {.wanted = OC_RP_SF_TINY})), "RP_3G1");
  EXPECT_EQ(choice(wish_on(6, {.wanted = OC_EC_TINY})), "EC_4P1G1");
  EXPECT_EQ(choice(wish_on(13, {.wanted = OC_RP_XSF})), "RP_12G1");
  EXPECT_EQ(choice(wish_on(1, {.wanted = OC_RP_XSF})), "S1");
}

TEST(ObjectClassChoice, group_sizes_are_copies_or_cells) {
  EXPECT_EQ(group_size_of(OC_S1), 1u);
  EXPECT_EQ(group_size_of(OC_RP_3GX), 3u);
  EXPECT_EQ(group_size_of(OC_EC_8P2G1), 10u);
  EXPECT_EQ(group_size_of(OC_TINY), 0u);
}

TEST(ObjectClassChoice, id_says_type_and_class) {
  daos_obj_id_t id{.lo = 5, .hi = 0xdeadbeef00000007};
  set_object_class(id, DAOS_OT_ARRAY_BYTE, OC_RP_2G1);
  EXPECT_EQ(id.lo, 5u);
  EXPECT_EQ(id.hi & 0xffffffff, 7u);
  EXPECT_EQ(daos_obj_id2type(id), DAOS_OT_ARRAY_BYTE);
  EXPECT_EQ(daos_obj_id2class(id), static_cast<daos_oclass_id_t>(OC_RP_2G1));
}

}  // namespace
}  // namespace firn::capi
