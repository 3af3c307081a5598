// The log: group commit, the ring, what recovery finds after a crash, and what it must refuse.
#include "vos/log.h"

#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/endian.h"
#include "runtime/blocking_run.h"
#include "runtime/when_all.h"
#include "vos/crash_device_test.h"
#include "vos/log_reader.h"

namespace firn::vos {
namespace {

constexpr LogIdentity kIdentity = {Uuid{{1, 2, 3}}, 0x123456789abcdef0};
constexpr LogPosition kStart = {Lsn{0}, 1, 1};

struct Found {
  std::vector<std::string> records;
  LogPosition end;
};

class LogTest : public testing::Test {
 public:
  template <class T>
  T run(Task<T> task) {
    return blocking_run(runtime.executor(), std::move(task));
  }

  Log& open(LogPosition end = kStart, Lsn begin = Lsn{0}) {
    log.reset();
    log = std::make_unique<Log>(Log::Options{runtime, log_device, main_device, kIdentity, begin, end});
    return *log;
  }
  void append(const std::string& record, bool needs_main_flush = false) {
    const auto lsn = log->append(record, needs_main_flush);
    ASSERT_TRUE(lsn.has_value());
    EXPECT_EQ(*lsn, log->end());
  }
  void append_durably(const std::string& record) {
    append(record);
    ASSERT_TRUE(run(log->wait_durable(log->end())).has_value());
  }
  static Task<Result<Found>> read_all(BlockDevice* device, LogPosition from) {
    LogReader reader(*device, kIdentity, from);
    Found found;
    while (true) {
      FIRN_CO_TRY(const auto batch, co_await reader.next());
      if (!batch) break;
      for (const LogRecord& record : batch->records) found.records.emplace_back(record.bytes);
    }
    FIRN_CO_CHECK(co_await reader.finish());
    found.end = reader.position();
    co_return found;
  }
  Result<Found> recover(LogPosition from = kStart) { return run(read_all(&log_device, from)); }
  std::byte& at(Lsn lsn) { return log_medium.current[kLogHeaderBytes + lsn.value % log->capacity_bytes()]; }

  ~LogTest() override {
    if (log) run(log->close());
  }

  TestRuntime runtime;
  FaultPlan plan;
  Medium log_medium{1 << 20};
  Medium main_medium{4 << 20};
  CrashDevice log_device{runtime.executor(), log_medium, plan};
  CrashDevice main_device{runtime.executor(), main_medium, plan};
  std::unique_ptr<Log> log;
};

TEST_F(LogTest, records_come_back_in_order) {
  open();
  append("one");
  append("");
  append(std::string(5000, 'x'));
  ASSERT_TRUE(run(log->wait_durable(log->end())).has_value());
  append_durably("four");
  const auto found = recover();
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->records, (std::vector<std::string>{"one", "", std::string(5000, 'x'), "four"}));
  EXPECT_EQ(found->end, (LogPosition{log->durable(), 3, 1}));
}

TEST_F(LogTest, an_empty_log_is_whole) {
  open();
  const auto found = recover();
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->end, kStart);
}

Task<Result<void>> append_and_wait(Log* log, int number) {
  FIRN_CO_TRY(const Lsn lsn, log->append("record " + std::to_string(number), false));
  FIRN_CO_CHECK(co_await log->wait_durable(lsn));
  FIRN_CO_CHECK(log->append("second " + std::to_string(number), false));
  co_return Result<void>();
}

TEST_F(LogTest, many_appends_share_few_writes) {
  open();
  std::vector<Task<Result<void>>> clients;
  for (int i = 0; i < 1000; i++) clients.push_back(append_and_wait(log.get(), i));
  ASSERT_TRUE(run(when_all_ok(std::move(clients))).has_value());
  ASSERT_TRUE(run(log->wait_durable(log->end())).has_value());
  EXPECT_EQ(log->stats().records, 2000u);
  EXPECT_LE(log_medium.flushes, 4u);
  EXPECT_LE(log_medium.writes, log_medium.flushes + 1);  // one lays out space ahead
  EXPECT_EQ(main_medium.flushes, 0u);
  EXPECT_EQ(recover()->records.size(), 2000u);
}

TEST_F(LogTest, nothing_runs_when_all_is_written) {
  open();
  append("one");
  runtime.executor().run_ready();
  EXPECT_TRUE(log->is_durable(log->end()));
  EXPECT_TRUE(runtime.executor().idle());
}

TEST_F(LogTest, main_is_flushed_before_a_batch_that_names_its_data) {
  open();
  append_durably("plain");
  EXPECT_EQ(main_medium.flushes, 0u);
  append("plain");
  append("with data", true);
  plan.fail_at = plan.operations;  // the flush of main
  EXPECT_FALSE(run(log->wait_durable(log->end())).has_value());
  EXPECT_EQ(recover()->records.size(), 1u);
}

TEST_F(LogTest, a_batch_is_bounded_but_takes_any_record) {
  const std::string large(300'000, 'r');
  Medium wide_medium(16 << 20);
  CrashDevice wide(runtime.executor(), wide_medium, plan);
  Log wide_log({runtime, wide, main_device, kIdentity, Lsn{0}, kStart});
  for (int i = 0; i < 8; i++) ASSERT_TRUE(wide_log.append(large, false).has_value());
  ASSERT_TRUE(wide_log.append(std::string(3 << 20, 'h'), false).has_value());
  ASSERT_TRUE(run(wide_log.wait_durable(wide_log.end())).has_value());
  EXPECT_EQ(wide_log.stats().batches, 4u);
  EXPECT_EQ(run(read_all(&wide, kStart))->records.size(), 9u);
  run(wide_log.close());
}

TEST_F(LogTest, wraps_around_and_reuses_only_what_was_cut) {
  open();
  LogPosition kept = kStart;
  std::vector<std::string> expected;
  for (int i = 0; i < 300; i++) {
    const std::string record = std::to_string(i) + std::string(20'000 + i * 7, 'w');
    if (!log->has_room(record.size())) {
      const auto refused = log->append(record, false);
      ASSERT_FALSE(refused.has_value());
      EXPECT_EQ(refused.error().code(), Code::no_space);
      EXPECT_TRUE(recover(kept)->records == expected);
      kept = log->seal();
      log->cut(kept.lsn);
      expected.clear();
      EXPECT_EQ(log->bytes_used(), 0u);
    }
    append_durably(record);
    expected.push_back(record);
  }
  EXPECT_GT(log->end().value, 3 * log->capacity_bytes());
  EXPECT_TRUE(recover(kept)->records == expected);
}

TEST_F(LogTest, can_be_filled_to_the_last_byte) {
  open();
  while (log->has_room(400)) append_durably(std::string(400, 'f'));  // one batch of 512 each
  EXPECT_EQ(log->bytes_used(), log->capacity_bytes());
  EXPECT_EQ(recover()->records.size(), log->capacity_bytes() / 512);
}

TEST_F(LogTest, a_seal_lies_between_records) {
  open();
  append("before");
  const LogPosition point = log->seal();
  EXPECT_EQ(log->seal(), point);
  append("behind");
  ASSERT_TRUE(run(log->wait_durable(point.lsn)).has_value());
  ASSERT_TRUE(run(log->wait_durable(log->end())).has_value());
  EXPECT_EQ(recover(point)->records, (std::vector<std::string>{"behind"}));
  EXPECT_EQ(recover()->records.size(), 2u);
}

TEST_F(LogTest, any_failed_operation_fails_the_log_for_good) {
  for (uint64_t operation = 0; operation < 3; operation++) {
    open();
    plan.fail_at = plan.operations + operation;
    append("one", true);
    const Lsn lsn = log->end();
    const auto waited = run(log->wait_durable(lsn));
    ASSERT_FALSE(waited.has_value());
    EXPECT_EQ(waited.error().code(), Code::io);
    EXPECT_NE(log->failed(), nullptr);
    const auto refused = log->append("two", false);
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code(), Code::io);
    EXPECT_NE(refused.error().remedy().find("restart the store"), std::string_view::npos);
    run(log->close());
  }
}

TEST_F(LogTest, a_failure_reaches_those_who_wait_for_later_batches) {
  open();
  append("one");
  runtime.executor().run_ready();
  append("two");
  plan.fail_at = plan.operations + 1;
  const LogPosition point = log->seal();
  append("three");
  EXPECT_FALSE(run(log->wait_durable(log->end())).has_value());
  EXPECT_FALSE(run(log->wait_durable(point.lsn)).has_value());
  EXPECT_EQ(log->durable(), Lsn{512});
}

TEST_F(LogTest, a_torn_tail_is_cut_off_and_overwritten) {
  open();
  append_durably("kept");
  const LogPosition torn = {log->durable(), 2, 1};
  append_durably(std::string(3000, 't'));
  at(Lsn{torn.lsn.value + 1024}) ^= std::byte{1};
  auto found = recover();
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->end, torn);
  run(log->close());
  open({torn.lsn, torn.sequence, 2});
  append_durably("new");
  found = recover();
  EXPECT_EQ(found->records, (std::vector<std::string>{"kept", "new"}));
  EXPECT_EQ(found->end.generation, 2u);
}

TEST_F(LogTest, damage_before_a_whole_batch_is_refused) {
  open();
  for (int i = 0; i < 5; i++) append_durably(std::string(700, static_cast<char>('a' + i)));
  at(Lsn{2 * 1024 + 100}) ^= std::byte{1};
  const auto found = recover();
  ASSERT_FALSE(found.has_value());
  EXPECT_EQ(found.error().code(), Code::corrupt);
  EXPECT_NE(found.error().message().find("lsn=2048"), std::string::npos);
  EXPECT_FALSE(found.error().remedy().empty());
}

// As when an old superblock is found because the newest is damaged: the log behind its position was used
// again.
TEST_F(LogTest, a_position_that_was_overwritten_is_refused) {
  open();
  for (int i = 0; i < 100; i++) {
    append_durably(std::string(30'000, 'o'));
    log->cut(log->seal().lsn);
  }
  const auto found = recover();
  ASSERT_FALSE(found.has_value());
  EXPECT_EQ(found.error().code(), Code::corrupt);
}

TEST_F(LogTest, batches_of_another_log_are_nothing) {
  open();
  for (int i = 0; i < 5; i++) append_durably("old " + std::to_string(i));
  const LogIdentity other = {kIdentity.store, kIdentity.salt + 1};
  LogReader reader(log_device, other, kStart);
  const auto batch = run(reader.next());
  ASSERT_TRUE(batch.has_value());
  EXPECT_FALSE(batch->has_value());
  EXPECT_TRUE(run(reader.finish()).has_value());
}

TEST_F(LogTest, a_batch_of_an_unknown_version_is_refused) {
  open();
  append_durably("one");
  store_little<uint32_t>(&at(Lsn{offsetof(LogBatchHeader, version)}), kLogVersion + 1);
  const ByteView batch(&at(Lsn{0}),
                       sizeof(LogBatchHeader) + load_log_batch_header(&at(Lsn{0})).payload_bytes);
  store_little(&at(Lsn{offsetof(LogBatchHeader, crc)}), log_batch_crc(batch));
  const auto found = recover();
  ASSERT_FALSE(found.has_value());
  EXPECT_EQ(found.error().code(), Code::version);
}

TEST_F(LogTest, batches_begin_where_the_device_can_be_written) {
  log_medium.alignment = 4096;
  open();
  append_durably("one");
  EXPECT_EQ(log->seal().lsn, Lsn{4096});
  append_durably("two");
  EXPECT_EQ(log->seal().lsn, Lsn{2 * 4096});
  const auto found = recover();
  ASSERT_TRUE(found.has_value()) << found.error().message();
  EXPECT_EQ(found->records, (std::vector<std::string>{"one", "two"}));
  EXPECT_EQ(found->end.lsn, Lsn{2 * 4096});
}

TEST_F(LogTest, a_log_with_shorter_batches_than_the_device_can_write_is_refused) {
  open();
  append_durably("one");
  log_medium.alignment = 4096;
  const auto found = recover();
  ASSERT_FALSE(found.has_value());
  EXPECT_EQ(found.error().code(), Code::unsupported);
  log_medium.alignment = 1;
  EXPECT_TRUE(recover().has_value());
}

// What the lives of a log so far have left.
struct History {
  LogPosition kept = kStart;
  LogPosition end = kStart;
  std::vector<std::string> durable;  // acknowledged, from `kept` on
  std::vector<std::string> perhaps;  // appended behind them
};

// Appends by chance until the device fails or the life is over.
void live(LogTest& test, Rng& rng, History& history) {
  Log& log = *test.log;
  for (int i = 0; i < 40 && !test.plan.crashed(); i++) {
    const std::string record = std::to_string(rng.next()) + std::string(rng.below(40'000), 'c');
    if (!log.has_room(record.size())) {
      const LogPosition point = log.seal();
      if (!test.run(log.wait_durable(point.lsn)).has_value()) return;
      log.cut(point.lsn);
      history = {point, {}, {}, {}};
    }
    if (!log.append(record, rng.chance(1, 3)).has_value()) return;
    history.perhaps.push_back(record);
    if (rng.chance(1, 2) && test.run(log.wait_durable(log.end())).has_value()) {
      history.durable.insert(history.durable.end(), history.perhaps.begin(), history.perhaps.end());
      history.perhaps.clear();
    }
  }
}

// Whatever happened in earlier lives of the log: what was acknowledged is there, in order, and nothing else
// that was not appended in this order; and the log opens.
TEST_F(LogTest, survives_crash_after_crash) {
  for (uint64_t seed = 1; seed <= 60; seed++) {
    Rng rng(seed);
    log_medium = Medium(1 << 20);
    log_medium.alignment = seed % 2 == 0 ? 1 : BlockDevice::kAlignmentMax;
    History history;
    for (int life = 0; life < 12; life++) {
      open(history.end, history.kept.lsn);
      plan = {};
      const bool power_fails = rng.chance(2, 3);  // else an operation fails and the process starts anew
      (power_fails ? plan.crash_at : plan.fail_at) = rng.below(30);
      live(*this, rng, history);
      run(log->close());
      plan = {};
      if (power_fails) log_medium.crash(rng);
      const auto found = recover(history.kept);
      ASSERT_TRUE(found.has_value()) << found.error().message() << " seed " << seed;
      ASSERT_GE(found->records.size(), history.durable.size());
      std::vector<std::string> expected = history.durable;
      expected.insert(expected.end(), history.perhaps.begin(), history.perhaps.end());
      expected.resize(found->records.size());
      ASSERT_TRUE(found->records == expected) << "seed " << seed << " life " << life;
      history = {history.kept, found->end, expected, {}};
      history.end.generation++;
    }
  }
}

TEST_F(LogTest, the_header_block_names_its_store) {
  ASSERT_TRUE(run(write_log_header(log_device, kIdentity)).has_value());
  EXPECT_EQ(*run(read_log_header(log_device)), kIdentity);
  log_medium.current[20] ^= std::byte{1};
  EXPECT_EQ(run(read_log_header(log_device)).error().code(), Code::corrupt);
  log_medium.current[20] ^= std::byte{1};
  Medium longer(2 << 20);
  std::copy_n(log_medium.current.begin(), kLogHeaderBytes, longer.current.begin());
  CrashDevice longer_device(runtime.executor(), longer, plan);
  EXPECT_EQ(run(read_log_header(longer_device)).error().code(), Code::invalid);
  Medium empty(1 << 20);
  CrashDevice empty_device(runtime.executor(), empty, plan);
  EXPECT_EQ(run(read_log_header(empty_device)).error().code(), Code::corrupt);
}

}  // namespace
}  // namespace firn::vos
