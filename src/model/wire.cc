// Printing of byte strings in messages; see wire.h.
#include "model/wire.h"

namespace firn::wire {

void Printer::put_bytes(std::string_view bytes) {
  constexpr size_t kShown = 64;
  constexpr char kDigits[] = "0123456789abcdef";
  out_ += '"';
  for (const char c : bytes.substr(0, kShown)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7f && c != '"' && c != '\\') {
      out_ += c;
    } else {
      out_.append("\\x") += kDigits[byte >> 4];
      out_ += kDigits[byte & 15];
    }
  }
  out_ += '"';
  if (bytes.size() > kShown) out_.append("… (").append(std::to_string(bytes.size())).append(" bytes)");
}

}  // namespace firn::wire
