// Transport inside one process: for a program that embeds its targets. Ends of a channel may live in
// different threads; frames cross by Executor::submit, and the receiving side copies payload once, from the
// sender's buffers straight to where `place` says. A frame without payload is not waited for by its sender:
// rpc bounds how many there are.
//
//   InprocHub hub;                                                          // one for the program, outlives
//   all users hub.listen({"inproc://engine", 0}, runtime.executor(), rpc_server);    // in the service's
//   thread InprocTransport transport(runtime.executor(), hub);                     // in the client's thread
//
// Real threads only: the hub and each channel hold a mutex, and nothing here is deterministic between
// threads.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "runtime/executor.h"
#include "runtime/transport.h"

namespace firn::net {

class InprocLink;

// Which services there are in this process. Any thread.
class InprocHub {
 public:
  // Channels to `at` go to `acceptor`, in `executor`'s thread. False when somebody listens there already.
  bool listen(Address at, Executor& executor, ChannelAcceptor& acceptor);
  // In the service's thread: when it returns no further channel comes. Before executor or acceptor go away.
  void unlisten(const Address& at);

 private:
  friend class InprocTransport;
  friend class InprocLink;
  struct Service {
    Executor* executor = nullptr;
    ChannelAcceptor* acceptor = nullptr;
  };
  // Lets the service accept the link, in its thread. False when there is none.
  bool call(std::shared_ptr<InprocLink> link, const Address& to);
  // Nobody when it has gone.
  Service find(const Address& at);

  std::mutex mutex_;
  std::map<Address, Service> services_;
};

class InprocTransport final : public Transport {
 public:
  InprocTransport(Executor& executor, InprocHub& hub) : executor_(executor), hub_(hub) {}

  // The executor runs until all channels of this transport are closed and destroyed.
  Task<Result<std::unique_ptr<Channel>>> connect(Address to, ChannelReceiver& receiver,
                                                 Duration timeout) override;

 private:
  Executor& executor_;
  InprocHub& hub_;
};

}  // namespace firn::net
