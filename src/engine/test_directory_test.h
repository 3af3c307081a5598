// A directory for one test, removed with all it holds at the end.
#pragma once

#include <filesystem>
#include <string>

#include <gtest/gtest.h>
#include <unistd.h>

namespace firn::engine {

class TestDirectory {
 public:
  TestDirectory() {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    // The process id lets two runs of the tests go on at the same time.
    const std::string name = std::string("firn-") + test->test_suite_name() + "-" + test->name() + "-" +
                             std::to_string(::getpid());
    path_ = (std::filesystem::path(testing::TempDir()) / name).string();
    std::filesystem::remove_all(path_);
  }
  ~TestDirectory() { std::filesystem::remove_all(path_); }
  TestDirectory(const TestDirectory&) = delete;
  TestDirectory& operator=(const TestDirectory&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace firn::engine
