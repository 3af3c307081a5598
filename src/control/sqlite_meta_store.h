// SqliteMetaStore: a MetaStore in one SQLite database file, for systems of one node. Every commit is on the
// disk when it returns (write-ahead log, synchronous=FULL). Calls block the thread while the disk works, so
// it belongs to the control thread and never to a target's. Layout of the file: docs/formats/system.md.
#pragma once

#include <memory>

#include "control/meta_store.h"

namespace firn::control {

class SqliteMetaStore final : public MetaStore {
 public:
  // Opens the file or makes an empty one. Code::version if a newer Firn wrote it, Code::corrupt if it is no
  // store of ours or damaged, Code::in_use if another process writes to it, Code::io if the file cannot be
  // opened.
  static Result<std::unique_ptr<SqliteMetaStore>> open(std::string path);
  ~SqliteMetaStore() override;

  Task<Result<std::optional<MetaEntry>>> get(std::string key) override;
  Task<Result<std::vector<MetaEntry>>> list(std::string prefix) override;
  Task<Result<bool>> commit(MetaTransaction transaction) override;

 private:
  class Database;
  explicit SqliteMetaStore(std::unique_ptr<Database> database);
  std::unique_ptr<Database> database_;
};

}  // namespace firn::control
