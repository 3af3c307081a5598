// EntryChecker: the part of a check (check.h) that looks at entries of the tree, one after the other in the
// order of keys, and at those that log records will make.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "vos/check_context.h"
#include "vos/entry_name.h"
#include "vos/record.h"

namespace firn::vos {

class EntryChecker {
 public:
  // `owners`: whose collection the blocks of data go into. Both outlive the checker.
  EntryChecker(CheckContext& context, BlockOwners& owners) : context_(context), owners_(owners) {}

  // One entry; `place` is added to what is found. Finishes without a wait unless data is to be read. Key and
  // value stay until it has ended. `attached`: data of this entry's runs, and of others that follow, which
  // takes the place of what the device holds there; the entry's own is removed. Empty: it is on the device.
  Task<void> check(std::string_view key, std::string_view value, BlockOwner place, ByteView* attached);
  // As check(), and its relation to the entries before it, which sort lower.
  Task<void> check_next(std::string_view key, std::string_view value, BlockOwner place);

 private:
  // What the akey, or the object or dkey above it, has shown so far.
  struct Akey {
    std::string prefix;
    Epoch floor;  // newest punch of object, dkey and akey: entries below are hidden
    std::optional<bool> is_array;
    uint64_t record_bytes = 0;
    uint64_t unit = 0;                      // of the newest piece,
    std::map<Epoch, uint64_t> unit_pieces;  // and where the pieces of that unit end, by epoch
  };
  // An entry that decodes.
  struct Entry {
    EntryName name;
    BlockOwner place;
    std::string_view key;
    std::optional<RecordView> record;  // none: a punch
  };

  std::optional<Entry> decode(std::string_view key, std::string_view value, BlockOwner place);
  bool check_runs(const Entry& entry);
  Task<void> check_data(const Entry& entry);
  void check_attached(const Entry& entry, ByteView* attached);
  void compare(const Entry& entry, uint32_t checksum);
  Task<Result<uint32_t>> checksum_of(RecordView record);
  void check_relations(const Entry& entry);
  void enter(const Entry& entry);
  void check_kind(const Entry& entry);
  void check_overlap(const Entry& entry);
  void report(const Entry& entry, std::string what);
  void note(const Entry& entry, std::string what);

  CheckContext& context_;
  BlockOwners& owners_;
  std::string object_;  // prefixes that the scan is in, and their newest punches
  std::string dkey_;
  Epoch object_punch_;
  Epoch dkey_punch_;
  Akey akey_;
};

// Adds where an entry or record stands.
Finding at_place(Finding finding, BlockOwner place);

}  // namespace firn::vos
