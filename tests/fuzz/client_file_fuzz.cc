// client.yml: any text is an error, or systems by names; what is said of them is in the text.
#include "capi/client_file.h"

#include <cstdint>
#include <string_view>

#include "base/assert.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto file = firn::capi::parse_client_file(text);
  if (!file) {
    FIRN_ASSERT(!file.error().message().empty());
    return 0;
  }
  FIRN_ASSERT(text.contains(file->system));
  for (const auto& [name, system] : file->systems) FIRN_ASSERT(text.contains(name) && text.contains(system));
  return 0;
}
