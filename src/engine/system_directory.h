// SystemDirectory: the directory of a system on this host: who uses it (firn.lock), its format and number of
// targets (the file `system`), and where the rest is (docs/formats/system.md). Real files only; plain
// blocking calls, for the start of a process.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "base/error.h"
#include "runtime/descriptor.h"

namespace firn::engine {

class SystemDirectory {
 public:
  // Takes the directory for this process, until this object goes away; makes a new system if there is none,
  // with `target_count` targets (0: one per core, at most kTargetsDefaultMax). An existing system keeps its
  // number. Code::in_use (with the holder's process id), version, corrupt, invalid (another number is asked
  // for than the system has), permission, io.
  static Result<SystemDirectory> open(std::string path, uint32_t target_count);

  // Takes the directory of a system that exists, whatever its format, so that no engine uses it meanwhile;
  // changes nothing in it but the name of the lock's holder. Code::in_use as open, not_found, permission, io.
  static Result<Descriptor> hold(const std::string& path);

  // Whether there is a system to open. A mistyped directory is not to become one, nor one that holds
  // something else. Code::invalid: it does; not_found: nothing is there, unless one may be made.
  static Result<void> check_there(const std::string& path, bool may_make);

  static constexpr uint32_t kTargetsDefaultMax = 8;
  static constexpr uint32_t kTargetsMax = 1024;

  const std::string& path() const { return path_; }
  uint32_t target_count() const { return target_count_; }
  std::string metadata_path() const { return path_ + "/meta.sqlite"; }
  // Lets another process have the directory.
  void release() { lock_.reset(); }
  // Of the disk the directory is on.
  Result<uint64_t> free_bytes() const;

 private:
  SystemDirectory(std::string path, Descriptor lock) : path_(std::move(path)), lock_(std::move(lock)) {}
  Result<void> load(uint32_t target_count);
  Result<void> create(uint32_t target_count);
  void remove_empty_folders() const;

  std::string path_;
  Descriptor lock_;  // closing it gives the lock back
  uint32_t target_count_ = 0;
};

}  // namespace firn::engine
