// Reading and writing the superblock; see superblock.h.
#include "dfs/superblock.h"

#include <array>

#include "base/assert.h"
#include "base/endian.h"
#include "dfs/layout.h"
#include "model/object_id.h"
#include "model/properties.h"

namespace firn::dfs {

namespace {

constexpr char kDkey[] = "DFS_SB_METADATA";
constexpr uint64_t kMagic = 0xda05df50da05df50;
constexpr uint16_t kSuperblockVersion = 2;
constexpr uint16_t kLayoutVersion = 3;
// Of DAOS: how careful a mount is with renames. Every mount of ours is as careful as it can be.
constexpr uint32_t kModeRelaxed = 0;

enum Value : size_t {
  magic,
  superblock_version,
  layout_version,
  chunk_size,
  object_class_id,
  directory_class_id,
  file_class_id,
  mode,
  value_count
};
struct ValueShape {
  const char* akey;
  size_t bytes;
};
constexpr std::array<ValueShape, value_count> kShapes{{{"DFS_MAGIC", 8},
                                                       {"DFS_SB_VERSION", 2},
                                                       {"DFS_LAYOUT_VERSION", 2},
                                                       {"DFS_CHUNK_SIZE", 8},
                                                       {"DFS_OBJ_CLASS", 4},
                                                       {"DFS_DIR_OBJ_CLASS", 4},
                                                       {"DFS_FILE_OBJ_CLASS", 4},
                                                       {"DFS_MODE", 4}}};

// Each value little endian in the first bytes of its place.
using Values = std::array<std::array<std::byte, 8>, value_count>;

uint64_t number(const Values& values, Value which) { return load_little<uint64_t>(values[which].data()); }
ObjectClassId class_of(const Values& values, Value which) {
  return ObjectClassId{static_cast<uint32_t>(number(values, which))};
}

Result<Superblock> decode_superblock(const Values& values) {
  if (number(values, magic) != kMagic) return fail(Code::corrupt, "the superblock has a wrong magic number");
  const uint64_t version = number(values, superblock_version);
  const uint64_t layout = number(values, layout_version);
  if (version > kSuperblockVersion || layout > kLayoutVersion) {
    return fail(Code::version, "the file system was made by a newer version")
        .on("superblock_version", version)
        .on("layout_version", layout)
        .remedy("update this program");
  }
  if (layout < kLayoutVersion) {
    return fail(Code::version, "the file system has an old layout that this version does not read")
        .on("layout_version", layout);
  }
  Superblock superblock{.chunk_bytes = number(values, chunk_size),
                        .object_class = class_of(values, object_class_id),
                        .directory_class = class_of(values, directory_class_id),
                        .file_class = class_of(values, file_class_id)};
  if (superblock.chunk_bytes == 0) return fail(Code::corrupt, "the superblock has the chunk size 0");
  return superblock;
}

}  // namespace

ObjectId default_superblock_id() { return make_object_id({}, ObjectType::multi_hashed, kClassS1, 1); }

Result<ObjectId> superblock_id(const client::Container& container) {
  const std::string* const roots = container.property(property::kRootOids);
  if (roots == nullptr || roots->empty()) return default_superblock_id();
  FIRN_TRY(const std::vector<ObjectId> oids, parse_root_oids(*roots));
  return oids.empty() ? default_superblock_id() : oids[0];
}

Task<Result<std::optional<Superblock>>> fetch_superblock(client::Object object) {
  Values values{};
  std::vector<client::FetchTarget> targets;
  for (size_t i = 0; i < value_count; i++) {
    targets.push_back({{.akey = kShapes[i].akey}, {MutableBytes(values[i]).first(kShapes[i].bytes)}});
  }
  FIRN_CO_TRY(const auto found, co_await object.fetch(kDkey, std::move(targets)));
  if (found[magic].record_bytes == 0) co_return std::nullopt;
  for (size_t i = 0; i < value_count; i++) {
    if (found[i].sent && found[i].record_bytes == kShapes[i].bytes) continue;
    co_return fail(Code::corrupt, "a value of the superblock is missing or of a wrong length")
        .on("akey", kShapes[i].akey)
        .on("bytes", found[i].record_bytes);
  }
  FIRN_CO_TRY(const Superblock superblock, decode_superblock(values));
  co_return superblock;
}

Task<Result<void>> write_superblock(client::Object object, Superblock superblock) {
  const std::array<uint64_t, value_count> numbers{kMagic,
                                                  kSuperblockVersion,
                                                  kLayoutVersion,
                                                  superblock.chunk_bytes,
                                                  superblock.object_class.value,
                                                  superblock.directory_class.value,
                                                  superblock.file_class.value,
                                                  kModeRelaxed};
  Values values{};
  std::vector<UpdateItem> items;
  std::vector<ByteView> data;
  for (size_t i = 0; i < value_count; i++) {
    store_little(values[i].data(), numbers[i]);
    items.push_back({.akey = kShapes[i].akey, .record_bytes = kShapes[i].bytes});
    data.push_back(ByteView(values[i]).first(kShapes[i].bytes));
  }
  FIRN_CO_CHECK(co_await object.update(kDkey, std::move(items), std::move(data), Condition::dkey_insert));
  co_return {};
}

}  // namespace firn::dfs
