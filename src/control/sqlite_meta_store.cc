// A MetaStore in SQLite; see sqlite_meta_store.h.
#include "control/sqlite_meta_store.h"

#include <utility>

#include <sqlite3.h>

#include "base/assert.h"

namespace firn::control {

namespace {

constexpr int kApplicationId = 0x4669726e;  // "Firn"
constexpr int kFormatVersion = 1;

// One row per key. The counter keeps versions growing when the newest key is deleted.
constexpr const char* kSchema =
    "CREATE TABLE kv(key TEXT PRIMARY KEY, value BLOB NOT NULL, version INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE counter(version INTEGER NOT NULL);"
    "INSERT INTO counter VALUES(0);";

// The smallest text that is greater than all that begin with `prefix`. Keys are ASCII, so the last byte can
// grow.
std::string after_prefix(std::string prefix) {
  FIRN_ASSERT(!prefix.empty());
  prefix.back()++;
  return prefix;
}

Code code_of(int sqlite_code) {
  switch (sqlite_code & 0xff) {
    case SQLITE_FULL:
      return Code::no_space;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return Code::corrupt;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return Code::in_use;
    case SQLITE_PERM:
    case SQLITE_READONLY:
      return Code::permission;
    default:
      return Code::io;
  }
}

std::string remedy_for(Code code) {
  switch (code) {
    case Code::no_space:
      return "free some space on the disk of the system's directory";
    case Code::corrupt:
      return "restore the file from a backup; the stores of the pools are not touched";
    case Code::in_use:
      return "another process has the database open: end it";
    default:
      return "check that the directory exists, that its disk works, and who may read and write the file";
  }
}

}  // namespace

class SqliteMetaStore::Database {
 public:
  Database(sqlite3* handle, std::string path) : handle_(handle), path_(std::move(path)) {}
  ~Database() {
    for (sqlite3_stmt* statement : {get_, list_, put_, remove_, count_}) sqlite3_finalize(statement);
    sqlite3_close(handle_);
  }
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  Error error(const char* what) const {
    const int code = sqlite3_extended_errcode(handle_);
    return fail(code_of(code), what)
        .on("file", path_)
        .remedy(remedy_for(code_of(code)))
        .because(fail(code_of(code), std::string("SQLite: ") + sqlite3_errmsg(handle_)));
  }

  Result<void> run(const char* sql, const char* what) {
    if (sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr) != SQLITE_OK) return error(what);
    return {};
  }

  // The value of a pragma that is one number.
  Result<int> number(const char* sql) {
    sqlite3_stmt* statement = nullptr;
    FIRN_CHECK(prepare(sql, statement));
    const int stepped = sqlite3_step(statement);
    const int value = stepped == SQLITE_ROW ? sqlite3_column_int(statement, 0) : 0;
    sqlite3_finalize(statement);
    if (stepped != SQLITE_ROW) return error("the metadata file cannot be read");
    return value;
  }

  // Makes the tables in a new file; refuses files that are not ours.
  Result<void> prepare_file() {
    // The lock is taken at once and kept: a second process gets an error here instead of waiting somewhere
    // else.
    FIRN_CHECK(run("PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
                   "the metadata file cannot be opened"));
    FIRN_TRY(const int tables, number("SELECT count(*) FROM sqlite_schema"));
    if (tables == 0) FIRN_CHECK(create_tables());
    FIRN_TRY(const int application, number("PRAGMA application_id"));
    if (application != kApplicationId) {
      return fail(Code::corrupt, "the metadata file is a database of another program").on("file", path_);
    }
    FIRN_TRY(const int version, number("PRAGMA user_version"));
    if (version != kFormatVersion) {
      return fail(Code::version, "the metadata file has a format that this version cannot read")
          .on("file", path_)
          .on("format", static_cast<uint64_t>(version))
          .on("known", static_cast<uint64_t>(kFormatVersion))
          .remedy("use the version of Firn that wrote it, or a newer one");
    }
    return prepare_statements();
  }

  Result<std::optional<MetaEntry>> get(const std::string& key) {
    bind_text(get_, 1, key);
    const int stepped = sqlite3_step(get_);
    std::optional<MetaEntry> entry;
    if (stepped == SQLITE_ROW) entry = row(get_);
    sqlite3_reset(get_);
    if (stepped != SQLITE_ROW && stepped != SQLITE_DONE) return error("metadata cannot be read");
    return entry;
  }

  Result<std::vector<MetaEntry>> list(const std::string& prefix) {
    const std::string end = after_prefix(prefix);
    bind_text(list_, 1, prefix);
    bind_text(list_, 2, end);
    std::vector<MetaEntry> entries;
    int stepped = sqlite3_step(list_);
    for (; stepped == SQLITE_ROW; stepped = sqlite3_step(list_)) entries.push_back(row(list_));
    sqlite3_reset(list_);
    if (stepped != SQLITE_DONE) return error("metadata cannot be read");
    return entries;
  }

  Result<bool> commit(const MetaTransaction& transaction) {
    FIRN_CHECK(run("BEGIN IMMEDIATE", "metadata cannot be written"));
    auto applied = apply(transaction);
    if (applied && *applied) {
      if (auto committed = run("COMMIT", "metadata cannot be written"))
        return true;
      else
        applied = std::move(committed).error();
    }
    // Fails, harmlessly, if SQLite has rolled back by itself after the error.
    (void)sqlite3_exec(handle_, "ROLLBACK", nullptr, nullptr, nullptr);
    return applied;
  }

 private:
  Result<void> create_tables() {
    const std::string sql = std::string("BEGIN IMMEDIATE;") + kSchema +
                            "PRAGMA application_id=" + std::to_string(kApplicationId) +
                            ";PRAGMA user_version=" + std::to_string(kFormatVersion) + ";COMMIT;";
    return run(sql.c_str(), "the metadata file cannot be made");
  }

  Result<void> prepare(const char* sql, sqlite3_stmt*& statement) {
    if (sqlite3_prepare_v2(handle_, sql, -1, &statement, nullptr) == SQLITE_OK) return {};
    return error("the metadata file cannot be read");
  }

  Result<void> prepare_statements() {
    FIRN_CHECK(prepare("SELECT key, value, version FROM kv WHERE key = ?1", get_));
    FIRN_CHECK(
        prepare("SELECT key, value, version FROM kv WHERE key >= ?1 AND key < ?2 ORDER BY key", list_));
    FIRN_CHECK(
        prepare("INSERT INTO kv VALUES(?1, ?2, (SELECT version FROM counter)) "
                "ON CONFLICT(key) DO UPDATE SET value = excluded.value, version = excluded.version",
                put_));
    FIRN_CHECK(prepare("DELETE FROM kv WHERE key = ?1", remove_));
    return prepare("UPDATE counter SET version = version + 1", count_);
  }

  // Inside a transaction. False: an expectation does not hold.
  Result<bool> apply(const MetaTransaction& transaction) {
    for (const auto& expectation : transaction.expectations) {
      FIRN_TRY(const auto entry, get(expectation.key));
      if ((entry ? entry->version : MetaVersion{}) != expectation.version) return false;
    }
    FIRN_CHECK(step(count_));
    for (const auto& change : transaction.changes) {
      sqlite3_stmt* const statement = change.value ? put_ : remove_;
      bind_text(statement, 1, change.key);
      if (change.value) bind_blob(statement, 2, *change.value);
      FIRN_CHECK(step(statement));
    }
    return true;
  }

  Result<void> step(sqlite3_stmt* statement) {
    const int stepped = sqlite3_step(statement);
    sqlite3_reset(statement);
    if (stepped != SQLITE_DONE) return error("metadata cannot be written");
    return {};
  }

  // What is bound lives until the statement is reset or bound anew.
  static void bind_text(sqlite3_stmt* statement, int index, const std::string& text) {
    sqlite3_bind_text(statement, index, text.data(), static_cast<int>(text.size()), SQLITE_STATIC);
  }
  static void bind_blob(sqlite3_stmt* statement, int index, const std::string& bytes) {
    // A null pointer would be bound as NULL.
    sqlite3_bind_blob(statement, index, bytes.c_str(), static_cast<int>(bytes.size()), SQLITE_STATIC);
  }
  static std::string column(sqlite3_stmt* statement, int index) {
    const void* const bytes = sqlite3_column_blob(statement, index);
    const auto size = static_cast<size_t>(sqlite3_column_bytes(statement, index));
    return size == 0 ? std::string() : std::string(static_cast<const char*>(bytes), size);
  }
  static MetaEntry row(sqlite3_stmt* statement) {
    const auto version = static_cast<uint64_t>(sqlite3_column_int64(statement, 2));
    return {column(statement, 0), column(statement, 1), MetaVersion{version}};
  }

  sqlite3* handle_;
  std::string path_;
  sqlite3_stmt* get_ = nullptr;
  sqlite3_stmt* list_ = nullptr;
  sqlite3_stmt* put_ = nullptr;
  sqlite3_stmt* remove_ = nullptr;
  sqlite3_stmt* count_ = nullptr;
};

Result<std::unique_ptr<SqliteMetaStore>> SqliteMetaStore::open(std::string path) {
  sqlite3* handle = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
  const int opened = sqlite3_open_v2(path.c_str(), &handle, flags, nullptr);
  // Also after an error there is a handle, which holds the reason and must be closed.
  auto database = std::make_unique<Database>(handle, std::move(path));
  if (opened != SQLITE_OK) return database->error("the metadata file cannot be opened");
  FIRN_CHECK(database->prepare_file());
  return std::unique_ptr<SqliteMetaStore>(new SqliteMetaStore(std::move(database)));
}

SqliteMetaStore::SqliteMetaStore(std::unique_ptr<Database> database) : database_(std::move(database)) {}
SqliteMetaStore::~SqliteMetaStore() = default;

Task<Result<std::optional<MetaEntry>>> SqliteMetaStore::get(std::string key) {
  co_return database_->get(key);
}
Task<Result<std::vector<MetaEntry>>> SqliteMetaStore::list(std::string prefix) {
  co_return database_->list(prefix);
}
Task<Result<bool>> SqliteMetaStore::commit(MetaTransaction transaction) {
  co_return database_->commit(transaction);
}

}  // namespace firn::control
