// Bare TCP over loopback, written for comparison: what remote calls are measured beside. The other end is a
// thread of its own.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <thread>
#include <vector>

namespace firn::bench {

constexpr size_t kSmallBytes = 64;
constexpr size_t kLargeBytes = 1 << 20;

// Two connected sockets.
class SocketPair {
 public:
  SocketPair();
  SocketPair(const SocketPair&) = delete;
  SocketPair& operator=(const SocketPair&) = delete;
  ~SocketPair();
  // Sends and receives give EAGAIN instead of waiting.
  void make_nonblocking() const;
  // Ends what either side is doing.
  void shut_down() const;

  int client = -1;
  int server = -1;
};

// A spinning end asks its socket again and again; a blocking one sleeps in the kernel.
enum class Waiting { blocking, spinning };

// The other end answers each request of `there_bytes` with `back_bytes`.
class BarePingPong {
 public:
  BarePingPong(size_t there_bytes, size_t back_bytes, Waiting waiting);
  ~BarePingPong();
  void round_trip();

 private:
  SocketPair pair_;
  std::vector<char> there_;
  std::vector<char> back_;
  std::thread server_;
};

// The other end sends back what it gets, as much at a time as has come. Both ends spin.
class BareEcho {
 public:
  explicit BareEcho(size_t message_bytes);
  ~BareEcho();
  // `count` messages, `in_flight` of them at a time: as many as have come back are sent with the next call.
  void exchange(size_t count, size_t in_flight);

 private:
  SocketPair pair_;
  size_t message_bytes_;
  std::thread server_;
};

// Blocks of 1 MiB in one direction without a pause. A copy more than the network's own is made of a block
// where data is put into, or taken from, a store of 64 MiB in memory, or written to a new file.
enum class MoreCopies { none, receiver, sender, new_file };
class BareStream {
 public:
  // `directory` is where the new file is; it is removed.
  explicit BareStream(MoreCopies copies, std::string directory = "");
  ~BareStream();
  void send_block();

 private:
  MoreCopies copies_;
  SocketPair pair_;
  std::vector<char> block_;
  std::vector<char> store_;
  size_t next_ = 0;  // of the store
  std::thread receiver_;
};

}  // namespace firn::bench
