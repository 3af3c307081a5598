// Properties and labels: what is accepted, what it becomes, and what the refusals say.
#include "model/properties.h"

#include <gtest/gtest.h>

#include "model/limits.h"

namespace firn {
namespace {

template <class T>
Code code_of(const Result<T>& result) {
  return result ? Code{} : result.error().code();
}

TEST(Label, accepts_what_the_rule_says) {
  for (const auto* label : {"a", "tank", "My_pool.2:x-y", "0"})
    EXPECT_TRUE(check_label(label, "pool")) << label;
  EXPECT_TRUE(check_label(std::string(kLabelBytesMax, 'x'), "pool"));
}

TEST(Label, refuses_with_a_reason) {
  EXPECT_EQ(code_of(check_label("", "pool")), Code::invalid);
  EXPECT_EQ(code_of(check_label(std::string(kLabelBytesMax + 1, 'x'), "pool")), Code::name_too_long);
  EXPECT_EQ(code_of(check_label("a/b", "pool")), Code::invalid);
  EXPECT_EQ(code_of(check_label("ä", "pool")), Code::invalid);
  const auto like_uuid = check_label("01234567-89AB-cdef-0123-456789abcdef", "container");
  ASSERT_EQ(code_of(like_uuid), Code::invalid);
  EXPECT_NE(like_uuid.error().message().find("UUID"), std::string::npos);
  EXPECT_NE(check_label("a b", "container").error().message().find("position=1"), std::string::npos);
}

TEST(Properties, new_container_has_all_with_defaults) {
  const auto properties = new_container_properties({});
  ASSERT_TRUE(properties);
  EXPECT_EQ(*find_property(*properties, property::kLayoutType), "unknown");
  EXPECT_EQ(*find_property(*properties, property::kChunkSize), "1048576");
  EXPECT_EQ(*find_property(*properties, property::kObjectClass), "SX");
  EXPECT_EQ(*find_property(*properties, property::kRootOids), "");
  EXPECT_EQ(find_property(*properties, property::kLabel), nullptr);
}

TEST(Properties, values_become_canonical) {
  const auto properties = new_container_properties(
      {{"layout_type", "POSIX"}, {"chunk_size", "64KiB"}, {"dir_class", "S1"}, {"root_oids", "0B.1,c.02"}});
  ASSERT_TRUE(properties) << properties.error().message();
  EXPECT_EQ(*find_property(*properties, "layout_type"), "posix");
  EXPECT_EQ(*find_property(*properties, "chunk_size"), "65536");
  EXPECT_EQ(*find_property(*properties, "dir_class"), "S1");
  EXPECT_EQ(*find_property(*properties, "root_oids"), "b.1,c.2");
}

TEST(Properties, unknown_name_lists_the_known_ones) {
  const auto result = new_container_properties({{"chunksize", "1M"}});
  ASSERT_EQ(code_of(result), Code::invalid);
  EXPECT_NE(result.error().remedy().find("chunk_size"), std::string::npos);
  EXPECT_NE(result.error().message().find("chunksize"), std::string::npos);
  EXPECT_EQ(code_of(new_pool_properties({{"colour", "red"}})), Code::invalid);
}

TEST(Properties, what_daos_has_and_we_do_not_is_unsupported) {
  EXPECT_EQ(code_of(new_container_properties({{"rd_fac", "1"}})), Code::unsupported);
  EXPECT_EQ(code_of(new_container_properties({{"layout_type", "HDF6"}})), Code::invalid);
  EXPECT_EQ(code_of(new_container_properties({{"file_class", "RP_2GX"}})), Code::unsupported);
  EXPECT_EQ(code_of(new_pool_properties({{"scrub", "lazy"}})), Code::unsupported);
}

TEST(Properties, bad_values_are_refused) {
  for (const Property& bad : std::vector<Property>{{"chunk_size", "1"},
                                                   {"chunk_size", "33M"},
                                                   {"chunk_size", "big"},
                                                   {"object_class", ""},
                                                   {"object_class", "S0"},
                                                   {"layout_type", ""},
                                                   {"root_oids", "1,2"},
                                                   {"root_oids", "1.1,1.1,1.1,1.1,1.1"}}) {
    EXPECT_EQ(code_of(new_container_properties({bad})), Code::invalid) << bad.name << '=' << bad.value;
  }
  EXPECT_EQ(code_of(new_container_properties({{"dir_class", "S1"}, {"dir_class", "S1"}})), Code::invalid);
}

TEST(Properties, some_are_fixed_once_set) {
  auto properties = new_container_properties({});
  ASSERT_TRUE(properties);
  properties = changed_container_properties(*properties, {{"root_oids", "1.1,1.2"}, {"chunk_size", "2M"}});
  ASSERT_TRUE(properties) << properties.error().message();
  EXPECT_EQ(*find_property(*properties, "root_oids"), "1.1,1.2");
  EXPECT_TRUE(changed_container_properties(*properties, {{"root_oids", "1.1,1.2"}}));
  EXPECT_TRUE(changed_container_properties(*properties, {{"chunk_size", "4M"}}));
  EXPECT_EQ(code_of(changed_container_properties(*properties, {{"root_oids", "1.3"}})), Code::invalid);
}

TEST(Properties, label_is_taken_out) {
  std::vector<Property> properties = {{"dir_class", "S1"}, {"label", "home"}};
  const auto label = take_label(properties);
  ASSERT_TRUE(label);
  EXPECT_EQ(*label, "home");
  EXPECT_EQ(properties.size(), 1u);
  EXPECT_EQ(*take_label(properties), "");
  properties = {{"label", "a"}, {"label", "b"}};
  EXPECT_EQ(code_of(take_label(properties)), Code::invalid);
}

TEST(ByteCount, reads_units) {
  EXPECT_EQ(*parse_byte_count("0"), 0u);
  EXPECT_EQ(*parse_byte_count("4096"), 4096u);
  EXPECT_EQ(*parse_byte_count("2k"), 2048u);
  EXPECT_EQ(*parse_byte_count("3MiB"), 3u << 20);
  EXPECT_EQ(*parse_byte_count("1T"), uint64_t{1} << 40);
  for (const auto* bad : {"", "-1", "k", "1kk", "1b", "1.5M", " 1", "99999999999999999999", "999999999T"}) {
    EXPECT_EQ(code_of(parse_byte_count(bad)), Code::invalid) << bad;
  }
}

}  // namespace
}  // namespace firn
