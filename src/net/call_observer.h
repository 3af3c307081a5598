// CallObserver: who wants to know how calls went, for counting them. Called in the server's thread.
#pragma once

#include <cstdint>

#include "base/error.h"
#include "base/time.h"
#include "runtime/transport.h"

namespace firn::net {

class ServerCall;

// A call that has been answered, or whose client no longer waits.
struct EndedCall {
  uint16_t opcode = 0;
  const char* name = "";  // the request's kName; empty: the server does not know the opcode
  const ServerCall& call;
  const Channel& channel;
  Code outcome{};               // 0: no error
  uint64_t received_bytes = 0;  // message and payload
  uint64_t sent_bytes = 0;
  MonotonicTime begun{};     // its head was there
  MonotonicTime arrived{};   // all of its payload too
  MonotonicTime handled{};   // the handler was done
  MonotonicTime answered{};  // the transport had taken the answer
};

class CallObserver {
 public:
  virtual ~CallObserver() = default;
  // What `ended` refers to is valid during the call only.
  virtual void call_ended(const EndedCall& ended) = 0;
};

}  // namespace firn::net
