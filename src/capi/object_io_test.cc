// Tests of how iods and sgls become requests, and of what callers may leave odd.
#include "capi/object_io.h"

#include <cstring>

#include <gtest/gtest.h>

#include "capi/convert.h"
#include "capi/errors.h"

namespace firn::capi {
namespace {

const ObjectId kBytes = make_object_id({.hi = 0, .lo = 1}, ObjectType::multi_hashed, kClassS1, 1);
const ObjectId kNumbers = make_object_id({.hi = 0, .lo = 1}, ObjectType::multi_uint64, kClassS1, 1);

// One akey, its buffers and its call.
struct Call {
  Call() {
    set_key(dkey, "dkey");
    set_key(iod.iod_name, "akey");
    iod.iod_type = DAOS_IOD_SINGLE;
    iod.iod_size = 8;
    iod.iod_nr = 1;
    iod.iod_flags = UINT64_MAX;  // what programs leave behind
    iod.iod_recxs = recxs;
    iov[0] = {.iov_buf = memory, .iov_buf_len = 5, .iov_len = 5};
    iov[1] = {.iov_buf = memory + 5, .iov_buf_len = 11, .iov_len = 3};
    sgl.sg_nr = 2;
    sgl.sg_iovs = iov;
  }
  static void set_key(daos_key_t& key, const char* text) {
    key = {
        .iov_buf = const_cast<char*>(text), .iov_buf_len = std::strlen(text), .iov_len = std::strlen(text)};
  }
  IoArguments arguments() {
    return {.flags = flags,
            .dkey = &dkey,
            .count = 1,
            .iods = &iod,
            .sgls = with_data ? &sgl : nullptr,
            .ioms = nullptr};
  }
  Code update_error(ObjectId object = kBytes) {
    const auto plan = plan_update(object, arguments());
    EXPECT_FALSE(plan.has_value());
    return plan ? Code::io : plan.error().code();
  }
  Code fetch_error() {
    const auto plan = plan_fetch(kBytes, arguments());
    EXPECT_FALSE(plan.has_value());
    return plan ? Code::io : plan.error().code();
  }

  uint64_t flags = 0;
  bool with_data = true;
  daos_key_t dkey{};
  daos_iod_t iod{};
  daos_recx_t recxs[2] = {{10, 1}, {20, 1}};
  char memory[16] = "0123456789abcde";
  d_iov_t iov[2]{};
  d_sg_list_t sgl{};
};

TEST(PlanUpdate, takes_the_used_part_of_each_buffer) {
  Call call;
  const auto plan = plan_update(kBytes, call.arguments());
  ASSERT_TRUE(plan.has_value()) << plan.error().message();
  EXPECT_EQ(plan->items[0].record_bytes, 8u);
  EXPECT_EQ(plan->items[0].conditions, Condition::none);
  ASSERT_EQ(plan->data.size(), 2u);
  EXPECT_EQ(as_text(plan->data[1]), "567");
}

TEST(PlanUpdate, size_zero_removes_and_needs_no_buffer) {
  Call call;
  call.iod.iod_size = DAOS_REC_ANY;
  call.with_data = false;
  const auto plan = plan_update(kBytes, call.arguments());
  ASSERT_TRUE(plan.has_value());
  EXPECT_TRUE(plan->items[0].punch);
}

TEST(PlanUpdate, what_cannot_be_is_refused) {
  for (void (*const spoil)(Call&) :
       {+[](Call& call) { call.dkey.iov_len = 0; }, +[](Call& call) { call.dkey.iov_buf = nullptr; },
        +[](Call& call) { call.iod.iod_name.iov_buf = nullptr; }, +[](Call& call) { call.iod.iod_nr = 2; },
        +[](Call& call) { call.iod.iod_type = DAOS_IOD_NONE; },
        +[](Call& call) { call.flags = DAOS_COND_DKEY_FETCH; },
        +[](Call& call) { call.flags = DAOS_COND_PUNCH; },
        +[](Call& call) { call.flags = DAOS_COND_PER_AKEY | DAOS_COND_AKEY_INSERT; },
        +[](Call& call) { call.flags = DAOS_COND_PER_AKEY; },  // iod_flags are garbage
        +[](Call& call) { call.with_data = false; }, +[](Call& call) { call.iov[0].iov_len = 6; },
        +[](Call& call) { call.iov[0].iov_buf = nullptr; },
        +[](Call& call) { call.iov[0].iov_len = call.iov[1].iov_len = 0; },
        +[](Call& call) {
          call.iod.iod_type = DAOS_IOD_ARRAY;
          call.recxs[0].rx_nr = 0;
        },
        +[](Call& call) {
          call.iod.iod_type = DAOS_IOD_ARRAY;
          call.recxs[0].rx_idx = 1ull << 63;
        },
        +[](Call& call) {
          call.iod.iod_type = DAOS_IOD_ARRAY;
          call.iod.iod_recxs = nullptr;
        }}) {
    Call call;
    spoil(call);
    EXPECT_EQ(call.update_error(), Code::invalid);
  }
  Call numbers;  // keys of this object have 8 bytes
  EXPECT_EQ(numbers.update_error(kNumbers), Code::invalid);
}

TEST(PlanUpdate, less_data_than_records_is_too_big) {
  Call call;
  call.iod.iod_size = 9;
  EXPECT_EQ(call.update_error(), Code::too_big);
  call.iod.iod_size = UINT64_MAX;
  EXPECT_EQ(call.update_error(), Code::too_big);
  call.iod.iod_type = DAOS_IOD_ARRAY;
  call.recxs[0].rx_nr = UINT64_MAX / 4;
  EXPECT_EQ(call.update_error(), Code::too_big);
}

TEST(PlanFetch, takes_the_whole_of_each_buffer) {
  Call call;
  call.iov[0].iov_len = 99;  // means nothing before a fetch
  const auto plan = plan_fetch(kBytes, call.arguments());
  ASSERT_TRUE(plan.has_value());
  EXPECT_EQ(total_bytes(plan->targets[0].buffers), 16u);
}

TEST(PlanFetch, without_buffers_only_sizes_are_asked_for) {
  Call call;
  call.with_data = false;
  call.iod.iod_type = DAOS_IOD_ARRAY;
  call.iod.iod_nr = 2;
  EXPECT_EQ(call.fetch_error(), Code::invalid);
  call.iod.iod_size = DAOS_REC_ANY;
  const auto plan = plan_fetch(kBytes, call.arguments());
  ASSERT_TRUE(plan.has_value());
  EXPECT_TRUE(plan->targets[0].item.recxs.empty());
}

TEST(PlanFetch, conditions_that_change_are_refused) {
  Call call;
  call.flags = DAOS_COND_AKEY_INSERT;
  EXPECT_EQ(call.fetch_error(), Code::invalid);
}

TEST(TellFound, lengths_and_sizes_of_what_was_there) {
  Call call;
  call.iod.iod_type = DAOS_IOD_ARRAY;
  call.iod.iod_nr = 2;
  call.iod.iod_size = DAOS_REC_ANY;
  call.recxs[0] = {10, 2};
  const auto plan = plan_fetch(kBytes, call.arguments());
  ASSERT_TRUE(plan.has_value());
  FetchedItem found{.record_bytes = 3, .extents = {{{11, 1}, 0}, {{20, 1}, 0}}};
  EXPECT_EQ(tell_found(*plan, {found}, call.arguments()), 0);
  EXPECT_EQ(call.iod.iod_size, 3u);
  EXPECT_EQ(call.sgl.sg_nr_out, 2u);
  EXPECT_EQ(call.iov[0].iov_len, 5u);
  EXPECT_EQ(call.iov[1].iov_len, 4u);  // to the end of record 20, the third one
  EXPECT_EQ(tell_found(*plan, {FetchedItem{}}, call.arguments()), 0);
  EXPECT_EQ(call.iod.iod_size, 0u);
  EXPECT_EQ(call.sgl.sg_nr_out, 0u);
}

TEST(TellFound, value_longer_than_its_buffers) {
  Call call;
  const auto plan = plan_fetch(kBytes, call.arguments());
  ASSERT_TRUE(plan.has_value());
  EXPECT_EQ(tell_found(*plan, {FetchedItem{.record_bytes = 17}}, call.arguments()), der_of(Code::too_big));
  EXPECT_EQ(call.iod.iod_size, 17u);
}

TEST(Keys, numbers_sort_as_bytes_inside_and_come_back_as_they_were) {
  uint64_t number = 0x0102;
  const daos_key_t key{.iov_buf = &number, .iov_buf_len = 8, .iov_len = 8};
  const auto inside = key_of(&key, KeyForm::number);
  ASSERT_TRUE(inside.has_value());
  EXPECT_EQ(*inside, std::string("\0\0\0\0\0\0\1\2", 8));
  EXPECT_EQ(std::memcmp(caller_key(*inside, KeyForm::number).data(), &number, 8), 0);
}

}  // namespace
}  // namespace firn::capi
