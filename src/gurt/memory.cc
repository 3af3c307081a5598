// Allocation and strings behind the macros of gurt/common.h. All of it is the C library's memory.
#include <algorithm>
#include <cstdarg>
#include <cstdlib>
#include <cstring>

#include <gurt/common.h>

void* d_calloc(size_t nmemb, size_t size) { return calloc(nmemb, size); }

void* d_malloc(size_t size) { return malloc(size); }

void* d_realloc(void* ptr, size_t size) { return realloc(ptr, size); }

void d_free(void* ptr) { free(ptr); }

void* d_aligned_alloc(size_t alignment, size_t size, bool zero) {
  void* memory = nullptr;
  if (posix_memalign(&memory, std::max(alignment, sizeof(void*)), size) != 0) return nullptr;
  if (zero) memset(memory, 0, size);
  return memory;
}

char* d_strndup(const char* s, size_t n) { return strndup(s, n); }

char* d_realpath(const char* path, char* resolved_path) { return realpath(path, resolved_path); }

int d_asprintf(char** strp, const char* fmt, ...) {
  va_list arguments;
  va_start(arguments, fmt);
  const int length = vasprintf(strp, fmt, arguments);
  va_end(arguments);
  if (length < 0) *strp = nullptr;
  return length;
}

char* d_asprintf2(int* rc, const char* fmt, ...) {
  char* text = nullptr;
  va_list arguments;
  va_start(arguments, fmt);
  *rc = vasprintf(&text, fmt, arguments);
  va_end(arguments);
  return *rc < 0 ? nullptr : text;
}

int d_write_string_buffer(d_string_buffer_t* buf, const char* fmt, ...) {
  if (buf == nullptr || buf->status != 0) return buf == nullptr ? -DER_INVAL : buf->status;
  char* addition = nullptr;
  va_list arguments;
  va_start(arguments, fmt);
  const int length = vasprintf(&addition, fmt, arguments);
  va_end(arguments);
  if (length < 0) return buf->status = -DER_NOMEM;

  const size_t needed = buf->str_size + static_cast<size_t>(length) + 1;
  if (needed > buf->buf_size) {
    const size_t grown = std::max(needed, buf->buf_size * 2);
    auto* const moved = static_cast<char*>(realloc(buf->str, grown));
    if (moved == nullptr) {
      free(addition);
      return buf->status = -DER_NOMEM;
    }
    buf->str = moved;
    buf->buf_size = grown;
  }
  memcpy(buf->str + buf->str_size, addition, static_cast<size_t>(length) + 1);
  buf->str_size = needed - 1;
  free(addition);
  return 0;
}

void d_free_string(d_string_buffer_t* buf) {
  if (buf == nullptr) return;
  free(buf->str);
  *buf = {};
}
