// Bytes of files: reading, writing, holes, ends, truncation.
#include <algorithm>

#include <gtest/gtest.h>

#include "base/rng.h"
#include "cluster.h"
#include "runtime/when_all.h"

namespace firn::dfs {
namespace {

std::string pattern(size_t bytes, uint64_t seed = 7) {
  Rng rng(seed);
  std::string text(bytes, '\0');
  for (char& c : text) c = static_cast<char>(rng.between(1, 255));
  return text;
}

class Data : public testing::Test {
 protected:
  Node create(uint64_t chunk_bytes = 0) {
    return user.ok(user->create(user.root(), "file" + std::to_string(files++), {.chunk_bytes = chunk_bytes}));
  }

  Cluster cluster;
  User& user = cluster.add_user();
  int files = 0;
};

TEST_F(Data, what_was_written_is_read) {
  const Node file = create();
  user.write(file, 0, "hello");
  EXPECT_EQ(user.read(file), "hello");
  user.write(file, 3, "p me");
  EXPECT_EQ(user.read(file), "help me");
  EXPECT_EQ(user.read(file, 2, 3), "lp ");
  EXPECT_EQ(user.ok(user->file_size(file)), 7u);
}

TEST_F(Data, reading_is_short_only_at_the_end) {
  const Node file = create(10);
  EXPECT_EQ(user.read(file), "");
  EXPECT_EQ(user.read(file, 100, 10), "");
  user.write(file, 0, pattern(25));
  EXPECT_EQ(user.read(file, 0, 25), pattern(25));
  EXPECT_EQ(user.read(file, 0, 24), pattern(25).substr(0, 24));
  EXPECT_EQ(user.read(file, 0, 26), pattern(25));
  EXPECT_EQ(user.read(file, 20, 100), pattern(25).substr(20));
  EXPECT_EQ(user.read(file, 25, 1), "");
  EXPECT_EQ(user.read(file, 26, 1), "");
  EXPECT_EQ(user.read(file, 7, 0), "");
}

TEST_F(Data, many_chunks_and_buffers_of_any_cut) {
  const Node file = create(1000);
  const std::string text = pattern(12'345);
  std::vector<ByteView> parts;
  for (size_t at = 0, step = 1; at < text.size(); at += step, step = step * 3 + 1) {
    parts.push_back(as_bytes(text).subspan(at, std::min(step, text.size() - at)));
  }
  user.ok(user->write(file, 777, parts));
  std::string read(20'000, '?');
  std::vector<MutableBytes> targets;
  for (size_t at = 0; at < read.size(); at += 3333) {
    targets.push_back({reinterpret_cast<std::byte*>(&read[at]), std::min<size_t>(3333, read.size() - at)});
  }
  read.resize(user.ok(user->read(file, 0, targets)));
  EXPECT_EQ(read, std::string(777, '\0') + text);
}

TEST_F(Data, megabytes) {
  const Node file = create();
  const std::string text = pattern(9'000'001);
  user.write(file, 500'000, text);
  EXPECT_EQ(user.ok(user->file_size(file)), 9'500'001u);
  EXPECT_EQ(user.read(file, 500'000, text.size()), text);
  EXPECT_EQ(user.read(file, 0, 10'000'000), std::string(500'000, '\0') + text);
}

TEST_F(Data, holes_read_as_zeros) {
  const Node file = create(4096);
  user.write(file, 1'000'000'000'000, "end");
  EXPECT_EQ(user.ok(user->file_size(file)), 1'000'000'000'003u);
  EXPECT_EQ(user.read(file, 5, 10'000), std::string(10'000, '\0'));
  EXPECT_EQ(user.read(file, 999'999'999'998, 100), std::string(2, '\0') + "end");
  user.write(file, 4090, "middle");
  EXPECT_EQ(user.read(file, 4089, 8), std::string(1, '\0') + "middle" + std::string(1, '\0'));
}

TEST_F(Data, truncation_at_chunk_borders) {
  for (const uint64_t size : {0, 1, 9, 10, 11, 19, 20, 21, 30}) {
    const Node file = create(10);
    user.write(file, 0, pattern(30));
    user.ok(user->truncate(file, size));
    EXPECT_EQ(user.ok(user->file_size(file)), size);
    EXPECT_EQ(user.read(file), pattern(30).substr(0, size));
    user.ok(user->truncate(file, 35));
    EXPECT_EQ(user.read(file), pattern(30).substr(0, size) + std::string(35 - size, '\0')) << size;
  }
}

TEST_F(Data, truncation_into_holes) {
  for (const uint64_t size : {1, 9, 10, 11, 20, 25, 49, 50, 51}) {
    const Node file = create(10);
    user.write(file, 48, "end");
    user.ok(user->truncate(file, size));
    EXPECT_EQ(user.ok(user->file_size(file)), size);
    EXPECT_EQ(user.read(file), (std::string(48, '\0') + "end").substr(0, size)) << size;
  }
}

TEST_F(Data, growing_leaves_a_hole) {
  const Node file = create();
  user.ok(user->truncate(file, 3'000'000));
  EXPECT_EQ(user.ok(user->file_size(file)), 3'000'000u);
  EXPECT_EQ(user.read(file, 2'999'000, 5000), std::string(1000, '\0'));
  user.write(file, 10, "x");
  EXPECT_EQ(user.ok(user->file_size(file)), 3'000'000u);
}

TEST_F(Data, only_files_have_bytes) {
  const Node directory = user.make_directory(user.root(), "directory");
  const Node link = user.ok(user->make_symlink(user.root(), "link", "directory", {}));
  EXPECT_EQ(user.code(user->write(directory, 0, {as_bytes("x")})), Code::is_directory);
  EXPECT_EQ(user.code(user->read(directory, 0, {})), Code::is_directory);
  EXPECT_EQ(user.code(user->truncate(directory, 0)), Code::is_directory);
  EXPECT_EQ(user.code(user->file_size(directory)), Code::is_directory);
  EXPECT_EQ(user.code(user->write(link, 0, {as_bytes("x")})), Code::invalid);
}

TEST_F(Data, files_end_at_two_to_the_63) {
  const Node file = create();
  const uint64_t last = (uint64_t{1} << 63) - 2;
  user.write(file, last, "x");
  EXPECT_EQ(user.ok(user->file_size(file)), last + 1);
  EXPECT_EQ(user.read(file, last, 1), "x");
  EXPECT_EQ(user.code(user->write(file, last, {as_bytes("xx")})), Code::too_big);
  EXPECT_EQ(user.code(user->write(file, UINT64_MAX, {as_bytes("x")})), Code::too_big);
  EXPECT_EQ(user.code(user->truncate(file, last + 2)), Code::too_big);
}

TEST_F(Data, chunk_size_is_checked_and_inherited) {
  EXPECT_EQ(user.code(user->create(user.root(), "x", {.chunk_bytes = uint64_t{33} << 20})), Code::invalid);
  const Node parent = user.ok(user->make_directory(user.root(), "parent", {.chunk_bytes = 12'288}));
  const Node below = user.make_directory(parent, "below");
  EXPECT_EQ(user.create(below, "file").chunk_bytes, 12'288u);
  EXPECT_EQ(user.ok(user->create(below, "other", {.chunk_bytes = 4096})).chunk_bytes, 4096u);
  EXPECT_EQ(user.create(user.root(), "plain").chunk_bytes, 1u << 20);
  EXPECT_EQ(user.ok(user->lookup("/parent/below/file")).chunk_bytes, 12'288u);
}

// Random operations on a file with small chunks, compared with a string.
TEST_F(Data, behaves_like_a_string) {
  Rng rng(11);
  for (int round = 0; round < 20; round++) {
    const Node file = create(rng.between(1, 40));
    std::string model;
    for (int step = 0; step < 40; step++) {
      const uint64_t at = rng.below(150);
      const uint64_t bytes = rng.below(60);
      switch (rng.below(4)) {
        case 0: {
          const std::string text = pattern(bytes, rng.next());
          if (bytes > 0 && model.size() < at + bytes) model.resize(at + bytes);
          if (bytes > 0) model.replace(at, bytes, text);
          user.write(file, at, text);
          break;
        }
        case 1:
          model.resize(at);
          user.ok(user->truncate(file, at));
          break;
        default: {
          const std::string expected = at < model.size() ? model.substr(at, bytes) : "";
          ASSERT_EQ(user.read(file, at, bytes), expected) << "round " << round << " step " << step;
          ASSERT_EQ(user.ok(user->file_size(file)), model.size()) << "round " << round << " step " << step;
        }
      }
    }
  }
}

// Whoever reads while another appends sees a beginning of what is there in the end: never zeros for bytes
// that came between two of its requests.
TEST_F(Data, reader_beside_an_appender_sees_a_prefix) {
  User& other = cluster.add_user();
  for (int round = 0; round < 10; round++) {
    const Node file = create();
    const std::string text = pattern(2000);
    const ByteView all = as_bytes(text);
    auto append = [](FileSystem* fs, Node to, ByteView bytes) -> Task<Result<void>> {
      for (size_t at = 0; at < bytes.size(); at += 50) {
        FIRN_CO_CHECK(co_await fs->write(to, at, {bytes.subspan(at, 50)}));
      }
      co_return Result<void>();
    };
    auto appending = user.begin(append(user.operator->(), file, all));
    while (!appending.ended()) {
      const std::string seen = other.read(file, 0, 4096);
      ASSERT_EQ(seen, text.substr(0, seen.size()));
    }
    EXPECT_TRUE(appending.result());
    EXPECT_EQ(other.read(file), text);
  }
}

TEST_F(Data, punched_bytes_are_a_hole) {
  const Node file = create(10);
  user.write(file, 0, std::string(35, 'x'));
  user.ok(user->punch(file, 5, 20));
  EXPECT_EQ(user.read(file), std::string(5, 'x') + std::string(20, '\0') + std::string(10, 'x'));
  user.ok(user->punch(file, 7, 0));
  user.ok(user->punch(file, 100, 10));
  EXPECT_EQ(user.ok(user->file_size(file)), 35u);
  EXPECT_EQ(user.code(user->punch(user.root(), 0, 1)), Code::is_directory);
}

TEST_F(Data, hole_that_reaches_the_end_shortens_the_file) {
  const Node file = create(10);
  user.write(file, 0, std::string(35, 'x'));
  user.ok(user->punch(file, 30, 5));
  EXPECT_EQ(user.ok(user->file_size(file)), 30u);
  user.ok(user->punch(file, 12, UINT64_MAX));
  EXPECT_EQ(user.read(file), std::string(12, 'x'));
}

TEST_F(Data, is_the_same_by_another_handle_of_the_container) {
  const Node file = create();
  user.write(file, 0, "hello");
  const auto container = std::make_shared<client::Container>(user.container());
  const auto other = FileSystem::join(container, user->description());
  EXPECT_EQ(user.ok(other->file_size(file)), 5u);
  EXPECT_EQ(other->root().object, user.root().object);
}

}  // namespace
}  // namespace firn::dfs
