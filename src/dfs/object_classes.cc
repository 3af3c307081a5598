// Which object classes and chunk sizes there may be; see object_classes.h.
#include "dfs/object_classes.h"

#include "model/limits.h"
#include "model/object_id.h"

namespace firn::dfs {

Result<void> check_class(ObjectClassId object_class) {
  const uint32_t ordinal = object_class.value >> 24;
  const uint32_t groups = object_class.value & kGroupCountAll;
  const bool known = ordinal == kOrdinalUnprotected && groups > 0 && (object_class.value >> 16 & 0xff) == 0;
  if (known) return {};
  return fail(Code::unsupported, "this version has no such object class")
      .on("class", class_name(object_class));
}

Result<void> check_chunk_bytes(uint64_t chunk_bytes) {
  if (chunk_bytes > 0 && chunk_bytes <= kRequestDataBytesMax) return {};
  return fail(Code::invalid, "a chunk of a file has at least 1 byte and at most 32 MiB")
      .on("chunk_bytes", chunk_bytes);
}

}  // namespace firn::dfs
