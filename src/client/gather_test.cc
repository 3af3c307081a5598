// Cutting stretches out of data that lies in several buffers.
#include "client/gather.h"

#include <string>

#include <gtest/gtest.h>

namespace firn::client {
namespace {

std::vector<ByteView> views(const std::vector<std::string>& texts) {
  std::vector<ByteView> buffers;
  for (const std::string& text : texts) buffers.push_back(as_bytes(text));
  return buffers;
}

std::string joined(const std::vector<ByteView>& parts) {
  std::string text;
  for (const ByteView part : parts) text += as_text(part);
  return text;
}

TEST(Slicer, cuts_across_buffers_and_skips_empty_ones) {
  const std::vector<std::string> texts = {"abc", "", "defgh", "i"};
  const auto buffers = views(texts);
  for (uint64_t begin = 0; begin < 9; begin++) {
    for (uint64_t length = 0; begin + length <= 9; length++) {
      Slicer<ByteView> slicer(buffers);
      std::vector<ByteView> parts;
      slicer.slice(begin, length, parts);
      EXPECT_EQ(joined(parts), std::string("abcdefghi").substr(begin, length));
      for (const ByteView part : parts) EXPECT_FALSE(part.empty());
    }
  }
}

TEST(Slicer, goes_on_from_where_it_was) {
  const std::vector<std::string> texts = {"ab", "cd", "ef"};
  const auto buffers = views(texts);
  Slicer<ByteView> slicer(buffers);
  std::vector<ByteView> parts;
  slicer.slice(1, 2, parts);
  slicer.slice(4, 1, parts);
  slicer.slice(5, 1, parts);
  EXPECT_EQ(joined(parts), "bcef");
}

TEST(SlicerDeathTest, asking_for_more_than_there_is_is_a_bug) {
  const std::vector<std::string> texts = {"ab"};
  const auto buffers = views(texts);
  Slicer<ByteView> slicer(buffers);
  std::vector<ByteView> parts;
  EXPECT_DEATH(slicer.slice(1, 2, parts), "assertion failed");
}

}  // namespace
}  // namespace firn::client
