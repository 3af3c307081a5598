// Entries as they are stored: one dkey of the directory's object each, with the inode and what belongs to it
// in its akeys. What the rest of the room reads and changes entries with. One operation is one request unless
// it says otherwise.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "client/object.h"
#include "dfs/inode.h"

namespace firn::dfs {

// The dkey that holds, or shall hold, an entry.
struct Place {
  client::Object directory;
  Key name;
};

// All of an entry. Extended attributes with the akeys' names.
struct Entry {
  struct Value {
    Key akey;
    std::string bytes;
  };
  Inode inode;
  std::string symlink_target;  // symlinks
  std::vector<Value> xattrs;
};

// Nothing if there is no entry. Code::corrupt if the dkey holds something else.
Task<Result<std::optional<Inode>>> fetch_inode(Place place, Epoch epoch = kEpochMax);
// The inode, and an epoch at which it was like that.
struct SeenInode {
  Inode inode;
  Epoch epoch;
};
Task<Result<std::optional<SeenInode>>> see_inode(Place place);
// The inode, and with it one more single value of the dkey.
struct InodeAndValue {
  Inode inode;
  std::optional<std::string> value;
};
Task<Result<std::optional<InodeAndValue>>> fetch_inode_and_value(Place place, Key akey,
                                                                 Epoch epoch = kEpochMax);
// All of it, in several requests: an attribute that changes meanwhile is the old or the new one.
// Code::too_big if it has more than kXattrsMax attributes.
Task<Result<std::optional<Entry>>> fetch_entry(Place place, Epoch epoch = kEpochMax);

// The update of an extended attribute. An empty one is an akey without a value: a store holds no value of
// length 0.
UpdateItem value_item(Key akey, std::string_view bytes);

// Writes the entry. Akeys of `previous`, the entry that is there now, that the new one has not lose their
// values at the same time, but are there until drop_akeys.
Task<Result<Epoch>> write_entry(Place place, Entry entry, std::optional<Entry> previous,
                                Condition conditions);
// Removes the akeys of `previous` that `entry` has not.
Task<Result<void>> drop_akeys(Place place, Entry entry, Entry previous);
// Writes some fields of the inode. Code::not_found if there is no entry.
Task<Result<void>> write_fields(Place place, Inode inode, std::vector<InodeField> fields);

// What was there just before the change at `epoch`: what it replaced or removed. Nothing if there was none,
// or if the store does not know any more: stores forget what no reader of the present can see, soon if they
// need the space. Callers then go by what they saw before their change.
Task<Result<std::optional<Entry>>> fetch_former_entry(Place place, Epoch epoch);

// Removes whatever entry is there; not_found if none is. Gives the one removed, which two requests find out;
// `seen` if the store has forgotten it.
struct RemovedEntry {
  Inode inode;
  Epoch epoch;  // of the removal
};
Task<Result<RemovedEntry>> remove_entry(Place place, Inode seen);
// Removes the entry as it was seen. Nothing, and nothing done, if it has changed since; not_found if it is
// gone.
Task<Result<std::optional<RemovedEntry>>> remove_seen(Place place, SeenInode seen);
// Puts back what was there just before `epoch`. Code::exists if the name has been taken since.
Task<Result<void>> restore_entry(Place place, Epoch epoch);
// When the entry at the place was made there, or written anew as a whole: which changes of single fields do
// not count for. kEpochNone if there is none.
Task<Result<Epoch>> entry_written(Place place);

}  // namespace firn::dfs
