// Wire: encode, decode and print of any struct that describes itself with one `fields()`:
//
//   struct PunchRequest {
//     ObjectId object;
//     std::vector<Key> akeys;
//     static void fields(auto& self, auto&& visit) { visit("object", self.object); visit("akeys",
//     self.akeys); }
//   };
//   std::string bytes = encode(request);
//   FIRN_TRY(auto request, decode<PunchRequest>(bytes));
//
// Encoding: integers, enums and strong ids fixed width, little endian; bool one byte; strings and vectors a
// u32 count and their elements; optional a bool and the value; a struct a u32 length and its fields in order.
// The length lets versions differ: a reader skips what follows the fields it knows, and fields missing at the
// end keep their defaults. New fields therefore go to the end; a field never changes its type or place. ids,
// Recx and the like are sealed: no length. A struct that has pack() and unpack() beside it says itself how it
// is written. Decoding checks every bound and never allocates more than the
// input could hold. Nesting is bounded by the types.
#pragma once

#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/endian.h"
#include "base/error.h"
#include "model/io.h"

namespace firn {

namespace wire {

// Sealed structs are written as their members without a length.
void sealed_fields(auto& self, auto&& visit)
  requires std::same_as<std::remove_const_t<std::remove_reference_t<decltype(self)>>, ObjectId>
{
  visit("hi", self.hi);
  visit("lo", self.lo);
}
void sealed_fields(auto& self, auto&& visit)
  requires std::same_as<std::remove_const_t<std::remove_reference_t<decltype(self)>>, RequestId>
{
  visit("client", self.client);
  visit("sequence", self.sequence);
}
void sealed_fields(auto& self, auto&& visit)
  requires std::same_as<std::remove_const_t<std::remove_reference_t<decltype(self)>>, Recx>
{
  visit("start", self.start);
  visit("count", self.count);
}
void sealed_fields(auto& self, auto&& visit)
  requires std::same_as<std::remove_const_t<std::remove_reference_t<decltype(self)>>, FetchedExtent>
{
  visit("recx", self.recx);
  visit("checksum", self.checksum);
}

struct IgnoreField {
  void operator()(std::string_view, const auto&) const {}
};
template <class T>
concept Sealed = requires(const T& v) { sealed_fields(v, IgnoreField{}); };
template <class T>
concept Described = requires(const T& v) { T::fields(v, IgnoreField{}); };
// `void pack(const T&, std::string&)` appends; `bool unpack(std::string_view&, T&)` removes what it read, at
// least a byte, or says that it is none.
template <class T>
concept Packed = requires(const T& from, T& to, std::string& out, std::string_view& in) {
  pack(from, out);
  { unpack(in, to) } -> std::same_as<bool>;
};
template <class T>
concept Number = std::is_arithmetic_v<T> || std::is_enum_v<T>;
template <class T>
concept StrongId = requires { typename T::Representation; };
template <class T>
concept UuidId = std::same_as<T, PoolId> || std::same_as<T, ContainerId> || std::same_as<T, TransactionId>;

template <class T>
struct VectorOf : std::false_type {};
template <class E>
struct VectorOf<std::vector<E>> : std::true_type {};
template <class T>
struct OptionalOf : std::false_type {};
template <class E>
struct OptionalOf<std::optional<E>> : std::true_type {};

class Encoder {
 public:
  explicit Encoder(std::string& out) : out_(out) {}
  void operator()(std::string_view, const auto& value) { put(value); }

  template <class T>
  void put(const T& value) {
    if constexpr (std::is_enum_v<T>) {
      put_integer(static_cast<std::underlying_type_t<T>>(value));
    } else if constexpr (std::same_as<T, bool>) {
      put_integer(static_cast<uint8_t>(value));
    } else if constexpr (std::integral<T>) {
      put_integer(value);
    } else if constexpr (StrongId<T>) {
      put_integer(value.value);
    } else if constexpr (std::same_as<T, Uuid>) {
      out_.append(reinterpret_cast<const char*>(value.bytes.data()), value.bytes.size());
    } else if constexpr (UuidId<T>) {
      put(value.uuid);
    } else if constexpr (std::same_as<T, std::string>) {
      put_integer(static_cast<uint32_t>(value.size()));
      out_.append(value);
    } else if constexpr (VectorOf<T>::value) {
      put_integer(static_cast<uint32_t>(value.size()));
      for (const auto& element : value) put(element);
    } else if constexpr (OptionalOf<T>::value) {
      put(value.has_value());
      if (value) put(*value);
    } else if constexpr (Sealed<T>) {
      sealed_fields(value, *this);
    } else if constexpr (Packed<T>) {
      pack(value, out_);
    } else {
      static_assert(Described<T>, "a wire type needs fields()");
      const size_t length_at = out_.size();
      out_.append(4, '\0');
      T::fields(value, *this);
      store_little(out_.data() + length_at, static_cast<uint32_t>(out_.size() - length_at - 4));
    }
  }

 private:
  template <std::integral T>
  void put_integer(T value) {
    value = to_little(value);
    out_.append(reinterpret_cast<const char*>(&value), sizeof value);
  }

  std::string& out_;
};

// After the first failure every further read is a no-op; look at failed() at the end.
class Decoder {
 public:
  explicit Decoder(std::string_view in) : in_(in) {}
  void operator()(std::string_view, auto& value) { get(value); }
  bool failed() const { return failed_; }
  size_t remaining() const { return in_.size(); }

  template <class T>
  void get(T& value) {
    if constexpr (std::is_enum_v<T>) {
      std::underlying_type_t<T> raw{};
      get_integer(raw);
      value = static_cast<T>(raw);
    } else if constexpr (std::same_as<T, bool>) {
      uint8_t raw = 0;
      get_integer(raw);
      if (raw > 1) failed_ = true;
      value = raw == 1;
    } else if constexpr (std::integral<T>) {
      get_integer(value);
    } else if constexpr (StrongId<T>) {
      get_integer(value.value);
    } else if constexpr (std::same_as<T, Uuid>) {
      const std::string_view raw = take(value.bytes.size());
      if (!failed_) std::memcpy(value.bytes.data(), raw.data(), raw.size());
    } else if constexpr (UuidId<T>) {
      get(value.uuid);
    } else if constexpr (std::same_as<T, std::string>) {
      value.assign(take(get_count()));
    } else if constexpr (VectorOf<T>::value) {
      get_vector(value);
    } else if constexpr (OptionalOf<T>::value) {
      bool present = false;
      get(present);
      value.reset();
      if (present && !failed_) get(value.emplace());
    } else if constexpr (Sealed<T>) {
      sealed_fields(value, *this);
    } else if constexpr (Packed<T>) {
      failed_ = failed_ || !unpack(in_, value);
    } else {
      static_assert(Described<T>, "a wire type needs fields()");
      get_section(value);
    }
  }

 private:
  template <std::integral T>
  void get_integer(T& value) {
    const std::string_view raw = take(sizeof(T));
    if (!failed_) value = load_little<T>(raw.data());
  }
  uint32_t get_count() {
    uint32_t count = 0;
    get_integer(count);
    return count;
  }
  template <class T>
  void get_vector(std::vector<T>& value) {
    const uint32_t count = get_count();
    if (count > in_.size()) failed_ = true;  // each element takes at least a byte
    value.clear();
    for (uint32_t i = 0; i < count && !failed_; i++) get(value.emplace_back());
  }
  template <class T>
  void get_section(T& value) {
    Decoder section(take(get_count()));
    if (failed_) return;
    OptionalTail tail{section};
    T::fields(value, tail);
    if (section.failed_) failed_ = true;
  }
  // A field may be missing at the end of a section: it was written by an older version.
  struct OptionalTail {
    Decoder& section;
    void operator()(std::string_view, auto& value) {
      if (section.remaining() > 0 || section.failed()) section.get(value);
    }
  };
  std::string_view take(size_t bytes) {
    if (failed_ || bytes > in_.size()) {
      failed_ = true;
      return {};
    }
    const std::string_view taken = in_.substr(0, bytes);
    in_.remove_prefix(bytes);
    return taken;
  }

  std::string_view in_;
  bool failed_ = false;
};

// One line: {name: value, …}; bytes that are not printable as \xNN, long ones cut.
class Printer {
 public:
  explicit Printer(std::string& out) : out_(out) {}
  void operator()(std::string_view name, const auto& value) {
    if (!first_) out_ += ", ";
    first_ = false;
    out_.append(name).append(": ");
    put(value);
  }

  template <class T>
  void put(const T& value) {
    if constexpr (std::is_enum_v<T>) {
      out_ += std::to_string(static_cast<uint64_t>(value));
    } else if constexpr (std::same_as<T, bool>) {
      out_ += value ? "true" : "false";
    } else if constexpr (std::integral<T>) {
      out_ += std::to_string(value);
    } else if constexpr (StrongId<T>) {
      out_ += std::to_string(value.value);
    } else if constexpr (std::same_as<T, Uuid>) {
      out_ += value.text();
    } else if constexpr (UuidId<T>) {
      out_ += value.uuid.text();
    } else if constexpr (std::same_as<T, ObjectId>) {
      out_ += value.text();
    } else if constexpr (std::same_as<T, std::string>) {
      put_bytes(value);
    } else if constexpr (VectorOf<T>::value) {
      out_ += '[';
      for (size_t i = 0; i < value.size(); i++) {
        if (i > 0) out_ += ", ";
        put(value[i]);
      }
      out_ += ']';
    } else if constexpr (OptionalOf<T>::value) {
      if (value)
        put(*value);
      else
        out_ += "none";
    } else if constexpr (Sealed<T>) {
      Printer inner(out_);
      out_ += '{';
      sealed_fields(value, inner);
      out_ += '}';
    } else {
      Printer inner(out_);
      out_ += '{';
      T::fields(value, inner);
      out_ += '}';
    }
  }

 private:
  void put_bytes(std::string_view bytes);

  std::string& out_;
  bool first_ = true;
};

}  // namespace wire

template <class T>
void encode_to(std::string& out, const T& value) {
  wire::Encoder(out).put(value);
}
// Behind `front_bytes` of zeros: room for what goes before it.
template <class T>
std::string encode(const T& value, size_t front_bytes = 0) {
  constexpr size_t kMostBytes = 256;  // most messages fit: they grow no string
  std::string out;
  out.reserve(front_bytes + kMostBytes);
  out.resize(front_bytes);
  encode_to(out, value);
  return out;
}

// Decodes one value from the front of `in` and removes its bytes; Code::corrupt if they are no T.
template <class T>
Result<T> decode_from(std::string_view& in) {
  wire::Decoder decoder(in);
  T value{};
  decoder.get(value);
  if (decoder.failed())
    return fail(Code::corrupt, "message cannot be decoded: a length or value is out of bounds");
  in.remove_prefix(in.size() - decoder.remaining());
  return value;
}
// All of `in` is one value; bytes behind it are an error.
template <class T>
Result<T> decode(std::string_view in) {
  FIRN_TRY(T value, decode_from<T>(in));
  if (!in.empty()) return fail(Code::corrupt, "message is followed by bytes that do not belong to it");
  return value;
}

template <class T>
std::string print(const T& value) {
  std::string out;
  wire::Printer(out).put(value);
  return out;
}

}  // namespace firn
