// ThreadTeam: threads that do the same job at the same time, again and again.
#pragma once

#include <barrier>
#include <functional>
#include <thread>
#include <vector>

namespace firn::bench {

class ThreadTeam {
 public:
  explicit ThreadTeam(size_t size) : begin_(with_caller(size)), end_(with_caller(size)) {
    for (size_t i = 0; i < size; i++) threads_.emplace_back([this, i] { work(i); });
  }
  ThreadTeam(const ThreadTeam&) = delete;
  ThreadTeam& operator=(const ThreadTeam&) = delete;
  ~ThreadTeam() {
    job_ = nullptr;
    begin_.arrive_and_wait();
    for (std::thread& thread : threads_) thread.join();
  }

  // job(i) in thread i of the team; returns when all have ended.
  void run(std::function<void(size_t)> job) {
    job_ = std::move(job);
    begin_.arrive_and_wait();
    end_.arrive_and_wait();
  }
  size_t size() const { return threads_.size(); }

 private:
  static std::ptrdiff_t with_caller(size_t size) { return static_cast<std::ptrdiff_t>(size) + 1; }

  void work(size_t index) {
    for (;;) {
      begin_.arrive_and_wait();
      if (!job_) return;
      job_(index);
      end_.arrive_and_wait();
    }
  }

  std::barrier<> begin_;
  std::barrier<> end_;
  std::function<void(size_t)> job_;
  std::vector<std::thread> threads_;
};

}  // namespace firn::bench
