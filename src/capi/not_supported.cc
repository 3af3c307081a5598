// The functions of not_supported.inc. A caller passes what its header declares; nothing of it is looked at.
#include "capi/not_supported.h"

using firn::capi::log_not_supported;
using firn::capi::not_supported_answer;

// One answer in the register of int and pointers. Where the header says void nobody reads it.
#define ANSWERS(name, answer)                \
  extern "C" intptr_t name() {               \
    static std::atomic<bool> logged = false; \
    log_not_supported(#name, logged);        \
    return answer;                           \
  }
#define NOT_SUPPORTED(name) ANSWERS(name, not_supported_answer(#name))
#define NOT_SUPPORTED_POINTER(name) ANSWERS(name, 0)

#include "capi/not_supported.inc"
