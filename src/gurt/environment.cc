// Environment variables as values; gurt/common.h. One lock for those who read and change them through here.
#include <array>
#include <cctype>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <string_view>

#include <gurt/common.h>
#include <strings.h>

namespace {

// The C library's own functions do not protect readers from those who change a variable.
std::mutex& environment_lock() {
  static std::mutex lock;
  return lock;
}

// A copy that the caller frees; nullptr if the variable is not there.
char* copy_of(const char* name) {
  const std::lock_guard guard(environment_lock());
  const char* const value = name == nullptr ? nullptr : getenv(name);
  return value == nullptr ? nullptr : strdup(value);
}

template <class Number>
int read_number(const char* name, Number* number) {
  if (number == nullptr) return -DER_INVAL;
  char* const value = copy_of(name);
  if (value == nullptr) return -DER_NONEXIST;
  const std::string_view text = value;
  Number parsed = 0;
  // Hexadecimal with 0x, as people write masks.
  const bool hexadecimal = text.starts_with("0x") || text.starts_with("0X");
  const char* const begin = text.data() + (hexadecimal ? 2 : 0);
  const auto [end, error] = std::from_chars(begin, text.data() + text.size(), parsed, hexadecimal ? 16 : 10);
  const bool valid = error == std::errc{} && end == text.data() + text.size();
  free(value);
  if (!valid) return -DER_INVAL;
  *number = parsed;
  return 0;
}

bool is_one_of(const char* value, const auto& words) {
  for (const char* word : words) {
    if (strcasecmp(value, word) == 0) return true;
  }
  return false;
}

int errno_of(int result) { return result == 0 ? 0 : errno; }

}  // namespace

int d_getenv_str(char* str_val, size_t str_size, const char* name) {
  char* const value = copy_of(name);
  if (value == nullptr) return -DER_NONEXIST;
  const size_t length = strlen(value);
  if (str_val != nullptr && str_size > 0) snprintf(str_val, str_size, "%s", value);
  free(value);
  return length < str_size ? static_cast<int>(length) : -DER_TRUNC;
}

int d_agetenv_str(char** str_val, const char* name) {
  if (str_val == nullptr) return -DER_INVAL;
  *str_val = copy_of(name);
  return *str_val == nullptr ? -DER_NONEXIST : 0;
}

void d_freeenv_str(char** str_val) {
  if (str_val == nullptr) return;
  free(*str_val);
  *str_val = nullptr;
}

int d_getenv_bool(const char* name, bool* bool_val) {
  constexpr std::array kTrue = {"1", "y", "yes", "true", "on"};
  constexpr std::array kFalse = {"0", "n", "no", "false", "off"};
  if (bool_val == nullptr) return -DER_INVAL;
  char* const value = copy_of(name);
  if (value == nullptr) return -DER_NONEXIST;
  const bool is_true = is_one_of(value, kTrue);
  const bool is_false = is_one_of(value, kFalse);
  free(value);
  if (is_true || is_false) {
    *bool_val = is_true;
    return 0;
  }
  uint64_t number = 0;
  if (read_number(name, &number) != 0) return -DER_INVAL;
  *bool_val = number != 0;
  return 0;
}

int d_getenv_char(const char* name, char* char_val) {
  if (char_val == nullptr) return -DER_INVAL;
  char* const value = copy_of(name);
  if (value == nullptr) return -DER_NONEXIST;
  const bool single = value[0] != '\0' && value[1] == '\0';
  if (single) *char_val = value[0];
  free(value);
  return single ? 0 : -DER_INVAL;
}

int d_getenv_uint(const char* name, unsigned int* uint_val) { return read_number(name, uint_val); }

int d_getenv_uint32_t(const char* name, uint32_t* uint32_val) { return read_number(name, uint32_val); }

int d_getenv_uint64_t(const char* name, uint64_t* uint64_val) { return read_number(name, uint64_val); }

bool d_isenv_def(char* name) {
  const std::lock_guard guard(environment_lock());
  return name != nullptr && getenv(name) != nullptr;
}

int d_putenv(char* name) {
  const std::lock_guard guard(environment_lock());
  return errno_of(putenv(name));
}

int d_setenv(const char* name, const char* value, int overwrite) {
  const std::lock_guard guard(environment_lock());
  return errno_of(setenv(name, value, overwrite));
}

int d_unsetenv(const char* name) {
  const std::lock_guard guard(environment_lock());
  return errno_of(unsetenv(name));
}

int d_clearenv() {
  const std::lock_guard guard(environment_lock());
  return clearenv() == 0 ? 0 : ENOMEM;
}
