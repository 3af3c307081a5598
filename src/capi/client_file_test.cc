// Tests of reading client.yml.
#include "capi/client_file.h"

#include <gtest/gtest.h>

namespace firn::capi {
namespace {

TEST(ClientFile, default_and_named_systems) {
  const auto file = parse_client_file(
      "# of this host\n---\nsystem: tcp://one:10001 # the nearest\n\nsystems:\n  archive: \"tcp://two:1\"\n"
      "  home: /data/firn\r\n");
  ASSERT_TRUE(file.has_value()) << file.error().message();
  EXPECT_EQ(file->system, "tcp://one:10001");
  EXPECT_EQ(file->systems.at("archive"), "tcp://two:1");
  EXPECT_EQ(file->systems.at("home"), "/data/firn");
}

TEST(ClientFile, empty_file_says_nothing) {
  const auto file = parse_client_file("");
  ASSERT_TRUE(file.has_value());
  EXPECT_EQ(file->system, "");
  EXPECT_TRUE(file->systems.empty());
}

TEST(ClientFile, other_lines_are_errors_that_name_them) {
  for (const char* text :
       {"system: a\nnonsense\n", "system: a\nport: 3\n", "system: a\n  b: c\n", "system: a\nsystems: b\n",
        "system: a\nsystem:\n", "system: a\nsystems:\n  b:\n"}) {
    const auto file = parse_client_file(text);
    ASSERT_FALSE(file.has_value()) << text;
    EXPECT_EQ(file.error().code(), Code::invalid);
    EXPECT_NE(file.error().subject("line"), "1") << text;
    EXPECT_NE(file.error().subject("line"), "") << text;
  }
  EXPECT_EQ(parse_client_file(std::string(ClientFile::kBytesMax + 1, '#')).error().code(), Code::too_big);
}

}  // namespace
}  // namespace firn::capi
