// Array: an object as one array of equal-size cells, cut into chunks (dkey = chunk number + 1, akey "0"): the
// DAOS array layout. Byte arrays (cell 1) are what DFS files are.
#pragma once

#include "client/object.h"

namespace firn::client {

class Array {
 public:
  Array(Object object, uint64_t cell_bytes, uint64_t chunk_cells)
      : object_(object), cell_bytes_(cell_bytes), chunk_cells_(chunk_cells) {}
  Object& object() { return object_; }

  // `data` in any cuts; its total is count * cell_bytes. Chunks are written at the same time; each is atomic,
  // all together are not.
  Task<Result<void>> write(uint64_t start, uint64_t count, std::vector<ByteView> data);
  // Cells that are not there read as zeros, those behind the end too. Gives one past the last cell of the
  // range that is there, `start` if none is: a reader that got all it asked for need not ask for the size.
  Task<Result<uint64_t>> read(uint64_t start, uint64_t count, std::vector<MutableBytes> target);
  // One past the highest cell that is there.
  Task<Result<uint64_t>> size();
  // Also the newest epoch of what is there.
  struct Stat {
    uint64_t cells = 0;
    Epoch newest;
  };
  Task<Result<Stat>> stat();
  // Shrinking removes cells; growing writes one zero cell at the end. compat facts: array API.
  Task<Result<void>> set_size(uint64_t cells);
  Task<Result<void>> punch(uint64_t start, uint64_t count);

 private:
  static Task<Result<void>> write_range(Array self, uint64_t start, uint64_t count,
                                        std::vector<ByteView> data);
  static Task<Result<uint64_t>> read_range(Array self, uint64_t start, uint64_t count,
                                           std::vector<MutableBytes> target);
  static Task<Result<void>> punch_range(Array self, uint64_t start, uint64_t count);
  static Task<Result<Stat>> find_size(Array self, bool find_newest);
  static Task<Result<uint64_t>> size_of(Array self);
  static Task<Result<void>> change_size(Array self, uint64_t cells);
  static Task<Result<void>> punch_chunks_from(Array self, uint64_t first_chunk);

  Object object_;
  uint64_t cell_bytes_;
  uint64_t chunk_cells_;
};

}  // namespace firn::client
