// What every MetaStore does, and what the SQLite one does beside: it stays, and it refuses what is not its
// own.
#include "control/meta_store.h"

#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>

#include <gtest/gtest.h>
#include <sqlite3.h>
#include <unistd.h>

#include "control/manual_runtime_test.h"
#include "control/memory_meta_store.h"
#include "control/sqlite_meta_store.h"

namespace firn::control {
namespace {

// A file name that no other test uses; removed at the end, with what SQLite puts beside it.
class TestFile {
 public:
  TestFile() {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    // The process id lets two runs of the tests go on at the same time.
    std::string name = std::string(test->test_suite_name()) + "-" + test->name() + "-" +
                       std::to_string(::getpid()) + ".sqlite";
    for (char& c : name) c = c == '/' ? '-' : c;
    path_ = (std::filesystem::path(testing::TempDir()) / name).string();
    remove();
  }
  ~TestFile() { remove(); }
  const std::string& path() const { return path_; }

 private:
  void remove() {
    for (const auto* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(path_ + suffix);
  }
  std::string path_;
};

class Conformance : public testing::TestWithParam<bool> {
 protected:
  Conformance() {
    if (GetParam())
      store_ = ok(SqliteMetaStore::open(file_.path()));
    else
      store_ = std::make_unique<MemoryMetaStore>();
  }
  bool commit(MetaTransaction transaction) {
    return ok(runtime_.run(store_->commit(std::move(transaction))));
  }
  bool put(std::string key, std::string value) { return commit({{}, {{std::move(key), std::move(value)}}}); }
  std::optional<MetaEntry> get(std::string key) { return ok(runtime_.run(store_->get(std::move(key)))); }
  std::vector<std::string> keys(std::string prefix) {
    std::vector<std::string> found;
    for (const auto& entry : ok(runtime_.run(store_->list(std::move(prefix))))) found.push_back(entry.key);
    return found;
  }

  ManualRuntime runtime_;
  TestFile file_;
  std::unique_ptr<MetaStore> store_;
};

TEST_P(Conformance, get_gives_what_was_put) {
  EXPECT_FALSE(get("a"));
  ASSERT_TRUE(put("a", "one"));
  ASSERT_TRUE(put("empty", ""));
  ASSERT_TRUE(put("bytes", std::string("\0\xff\n", 3)));
  EXPECT_EQ(get("a")->value, "one");
  EXPECT_EQ(get("a")->key, "a");
  EXPECT_EQ(get("empty")->value, "");
  EXPECT_EQ(get("bytes")->value, std::string("\0\xff\n", 3));
  ASSERT_TRUE(put("a", "two"));
  EXPECT_EQ(get("a")->value, "two");
}

TEST_P(Conformance, delete_removes_and_may_be_repeated) {
  ASSERT_TRUE(put("a", "one"));
  ASSERT_TRUE(commit({{}, {{"a", std::nullopt}}}));
  EXPECT_FALSE(get("a"));
  EXPECT_TRUE(commit({{}, {{"a", std::nullopt}}}));
}

TEST_P(Conformance, list_is_by_prefix_and_sorted) {
  for (const auto* key : {"pool/b", "pool/a", "pool", "pool-label/x", "pool0", "poo"})
    ASSERT_TRUE(put(key, key));
  EXPECT_EQ(keys("pool/"), (std::vector<std::string>{"pool/a", "pool/b"}));
  EXPECT_EQ(keys("pool"), (std::vector<std::string>{"pool", "pool-label/x", "pool/a", "pool/b", "pool0"}));
  EXPECT_TRUE(keys("nothing").empty());
}

TEST_P(Conformance, keys_are_case_sensitive) {
  ASSERT_TRUE(put("label/Tank", "1"));
  EXPECT_FALSE(get("label/tank"));
  ASSERT_TRUE(put("label/tank", "2"));
  EXPECT_EQ(get("label/Tank")->value, "1");
}

TEST_P(Conformance, versions_grow_and_are_not_reused) {
  ASSERT_TRUE(put("a", "1"));
  ASSERT_TRUE(put("b", "1"));
  const MetaVersion first = get("b")->version;
  EXPECT_GT(first, get("a")->version);
  ASSERT_TRUE(commit({{}, {{"b", std::nullopt}}}));
  ASSERT_TRUE(put("b", "1"));
  EXPECT_GT(get("b")->version, first);
}

TEST_P(Conformance, changes_happen_only_if_all_expectations_hold) {
  ASSERT_TRUE(put("a", "1"));
  const MetaVersion at = get("a")->version;
  EXPECT_TRUE(commit({{{"a", at}, {"b", {}}}, {{"a", "2"}, {"b", "2"}}}));
  EXPECT_FALSE(commit({{{"a", at}}, {{"a", "3"}}})) << "a has changed since";
  EXPECT_FALSE(commit({{{"a", get("a")->version}, {"b", {}}}, {{"a", "3"}}})) << "b exists";
  EXPECT_EQ(get("a")->value, "2");
  EXPECT_EQ(get("b")->value, "2");
}

INSTANTIATE_TEST_SUITE_P(MetaStores, Conformance, testing::Values(false, true),
                         [](const auto& chosen) { return chosen.param ? "sqlite" : "memory"; });

TEST(SqliteMetaStore, keeps_entries_and_versions_over_reopening) {
  ManualRuntime runtime;
  const TestFile file;
  MetaVersion version;
  {
    const auto store = ok(SqliteMetaStore::open(file.path()));
    ASSERT_TRUE(ok(runtime.run(store->commit({{}, {{"a", "1"}}}))));
    version = ok(runtime.run(store->get("a")))->version;
    ASSERT_TRUE(ok(runtime.run(store->commit({{}, {{"b", "1"}}}))));
    ASSERT_TRUE(ok(runtime.run(store->commit({{}, {{"b", std::nullopt}}}))));
  }
  const auto store = ok(SqliteMetaStore::open(file.path()));
  EXPECT_EQ(ok(runtime.run(store->get("a")))->version, version);
  ASSERT_TRUE(ok(runtime.run(store->commit({{}, {{"c", "1"}}}))));
  EXPECT_EQ(ok(runtime.run(store->get("c")))->version.value, version.value + 3);
}

TEST(SqliteMetaStore, refuses_a_second_process_writing_the_same_file) {
  const TestFile file;
  const auto first = ok(SqliteMetaStore::open(file.path()));
  const auto second = SqliteMetaStore::open(file.path());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code(), Code::in_use) << second.error().message();
}

TEST(SqliteMetaStore, refuses_files_that_are_not_its_own) {
  const TestFile file;
  std::ofstream(file.path()) << std::string(5000, 'x');
  auto opened = SqliteMetaStore::open(file.path());
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code(), Code::corrupt) << opened.error().message();
  opened = SqliteMetaStore::open("/nonexistent/meta.sqlite");
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code(), Code::io);
  EXPECT_NE(opened.error().message().find("/nonexistent/meta.sqlite"), std::string::npos);
}

void run_sql(const std::string& path, const char* sql) {
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open(path.c_str(), &database), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(database, sql, nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(database);
}

TEST(SqliteMetaStore, refuses_another_programs_database) {
  const TestFile file;
  run_sql(file.path(), "CREATE TABLE t(a)");
  const auto opened = SqliteMetaStore::open(file.path());
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code(), Code::corrupt);
}

TEST(SqliteMetaStore, refuses_a_newer_format) {
  const TestFile file;
  ASSERT_TRUE(SqliteMetaStore::open(file.path()));
  run_sql(file.path(), "PRAGMA user_version=2");
  const auto opened = SqliteMetaStore::open(file.path());
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code(), Code::version);
  EXPECT_FALSE(opened.error().remedy().empty());
}

}  // namespace
}  // namespace firn::control
