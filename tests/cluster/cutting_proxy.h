// CuttingProxy: forwards TCP connections to a server and breaks some of them after a given number of bytes:
// in the middle of a message, of its data, or between two.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace firn::cluster {

class CuttingProxy {
 public:
  // Where a connection ends: after so many bytes in one direction.
  struct Cut {
    bool to_server = true;
    uint64_t after_bytes = 0;
  };

  // `server`: "tcp://127.0.0.1:PORT".
  explicit CuttingProxy(const std::string& server);
  ~CuttingProxy();
  CuttingProxy(const CuttingProxy&) = delete;

  // "tcp://127.0.0.1:PORT"
  std::string address() const;
  // The next connections are cut, one for each; later ones are not.
  void cut_next(std::vector<Cut> cuts);
  // Connections cut so far.
  int cuts_made() const { return cuts_made_; }

 private:
  struct Connection;

  void run();
  void accept_one();
  // False when the connection has ended.
  bool forward(Connection& connection, bool to_server);

  int server_port_ = 0;
  int listener_ = -1;
  int port_ = 0;
  std::mutex mutex_;
  std::deque<Cut> cuts_;  // under the mutex
  std::atomic<int> cuts_made_ = 0;
  std::atomic<bool> ending_ = false;
  std::vector<std::unique_ptr<Connection>> connections_;  // of the thread
  std::thread thread_;
};

}  // namespace firn::cluster
