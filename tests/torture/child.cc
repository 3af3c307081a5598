// The children; see child.h.
#include "child.h"

#include <algorithm>
#include <cstdio>
#include <map>
#include <memory>
#include <set>
#include <utility>

#include "compare.h"
#include "runtime/real_runtime.h"
#include "runtime/when_all.h"
#include "vos/check.h"

namespace firn::torture {

namespace {

constexpr size_t kInFlight = 32;
constexpr size_t kOlderEpochsChecked = 3;

using OpenedStore = std::unique_ptr<vos::Store>;

vos::StoreOptions store_options(bool reclaim) {
  vos::StoreOptions options{.cache_bytes = 4 << 20, .log_bytes_per_checkpoint = 256 << 10};
  if (!reclaim) options.retention.readable_from = kEpochNone;
  return options;
}

int report(const char* doing, const Error& error) {
  std::fprintf(stderr, "torture: %s: %s\n", doing, error.message().c_str());
  return 1;
}

Task<Result<void>> format(Runtime* runtime) {
  FIRN_CO_TRY(const auto log, co_await runtime->storage().create("log", kLogBytes));
  FIRN_CO_TRY(const auto main, co_await runtime->storage().create("main", kMainBytes));
  co_return co_await vos::Store::format(*runtime, *log, *main, {.store = Uuid::random(runtime->rng())});
}

Task<Result<OpenedStore>> open(Runtime* runtime, bool reclaim) {
  FIRN_CO_TRY(auto log, co_await runtime->storage().open("log"));
  FIRN_CO_TRY(auto main, co_await runtime->storage().open("main"));
  co_return co_await vos::Store::open(*runtime, std::move(log), std::move(main), store_options(reclaim));
}

// Makes a runtime and runs the task that `use` makes of it.
template <class Use>
int in_runtime(const Round& round, const char* doing, Use use) {
  const auto runtime = RealRuntime::create({.storage_root = round.directory, .log_level = LogLevel::error});
  if (!runtime) return report(doing, runtime.error());
  const Result<void> done = (*runtime)->run(use(runtime->get()));
  return done ? 0 : report(doing, done.error());
}

Task<Result<Epoch>> carry_out(vos::Store* store, const model::ChangeCall* call,
                              RequestSequence completed_below) {
  if (call->punch() != nullptr) {
    vos::Punch punch = *call->punch();
    punch.completed_below = completed_below;
    co_return co_await store->punch(std::move(punch));
  }
  vos::Update update = *call->update();
  update.completed_below = completed_below;
  const ByteView part = as_bytes(call->payload);
  co_return co_await store->update(std::move(update), {&part, 1});
}

// --- load ----------------------------------------------------------------------------------------

struct Load {
  const Round& round;
  Ledger& ledger;
  vos::Store& store;
  Rng rng;
  size_t next = 0;
  std::set<uint64_t> in_flight = {};  // sequences
};

// One of many at the same time.
Task<Result<void>> work(Load* load) {
  while (load->next < load->round.calls.size()) {
    const size_t operation = load->next++;
    const model::ChangeCall& call = load->round.calls[operation];
    const uint64_t sequence = call.request().sequence.value;
    load->in_flight.insert(sequence);
    load->ledger.sent(operation);
    const RequestSequence completed_below{*load->in_flight.begin()};
    const auto done = co_await carry_out(&load->store, &call, completed_below);
    load->in_flight.erase(sequence);
    if (done) {
      load->ledger.done(operation, *done);
    } else if (done.error().code() == Code::io || done.error().code() == Code::corrupt) {
      co_return done.error().clone();
    } else {
      load->ledger.refused(operation);
    }
    if (load->rng.chance(1, 300)) FIRN_CO_CHECK(co_await load->store.checkpoint());
  }
  co_return Result<void>();
}

Task<Result<void>> run_load(Runtime* runtime, const Round* round, Ledger* ledger) {
  FIRN_CO_TRY(const OpenedStore store, co_await open(runtime, round->reclaim));
  ledger->begin();
  Load load{*round, *ledger, *store, Rng(round->seed)};
  std::vector<Task<Result<void>>> workers;
  for (size_t i = 0; i < kInFlight; i++) workers.push_back(work(&load));
  FIRN_CO_CHECK(co_await when_all_ok(std::move(workers)));
  co_return co_await store->close();
}

Task<Result<void>> open_then_close(Runtime* runtime) {
  FIRN_CO_TRY(const OpenedStore store, co_await open(runtime, false));
  co_return co_await store->close();
}

// --- verification --------------------------------------------------------------------------------

Task<Result<void>> check_files(Runtime* runtime, bool data) {
  FIRN_CO_TRY(const auto log, co_await runtime->storage().open("log"));
  FIRN_CO_TRY(const auto main, co_await runtime->storage().open("main"));
  const vos::CheckReport report = co_await vos::check_store(*log, *main, {.data = data});
  if (report.clean()) co_return Result<void>();
  co_return fail(Code::corrupt, "the store on its files is damaged: " + report.findings.at(0).text());
}

Task<Result<void>> settle(vos::Store* store, const Round* round, Ledger* ledger) {
  for (size_t i = 0; i < round->calls.size(); i++) {
    if (ledger->outcome(i) != Outcome::in_flight) continue;
    const auto done = co_await carry_out(store, &round->calls[i], RequestSequence{});
    if (done) {
      ledger->done(i, *done);
    } else if (done.error().code() == Code::io || done.error().code() == Code::corrupt) {
      co_return done.error().clone();
    } else {
      ledger->refused(i);
    }
  }
  co_return Result<void>();
}

Task<Result<void>> compare_older(vos::Store* store, const Round* round,
                                 const model::ReferenceStore* reference) {
  if (round->reclaim || round->older_epochs.empty()) co_return Result<void>();
  Rng rng(round->seed + 1);
  for (size_t i = 0; i < kOlderEpochsChecked; i++) {
    const Epoch epoch = round->older_epochs[rng.below(round->older_epochs.size())];
    FIRN_CO_CHECK(co_await compare_all(store, reference, epoch));
  }
  co_return Result<void>();
}

Result<void> learned(const std::string& broken) {
  if (broken.empty()) return {};
  return fail(Code::corrupt, broken);
}

Task<Result<void>> verify_store(Runtime* runtime, const Round* round, Ledger* ledger,
                                model::ReferenceStore* reference) {
  Rng rng(round->seed + 2);
  FIRN_CO_CHECK(co_await check_files(runtime, rng.chance(1, 3)));
  FIRN_CO_TRY(const OpenedStore store, co_await open(runtime, false));
  const Epoch newest = store->newest_epoch();
  FIRN_CO_CHECK(co_await settle(store.get(), round, ledger));
  FIRN_CO_CHECK(learned(learn(*round, *ledger, *reference, kEpochNone, newest)));
  FIRN_CO_CHECK(co_await compare_all(store.get(), reference, newest));
  FIRN_CO_CHECK(co_await compare_older(store.get(), round, reference));
  FIRN_CO_CHECK(learned(learn(*round, *ledger, *reference, newest, kEpochMax)));
  FIRN_CO_CHECK(co_await compare_all(store.get(), reference, kEpochMax));
  co_return co_await store->close();
}

}  // namespace

int format_store(const Round& round) { return in_runtime(round, "format", format); }

int run_operations(const Round& round, Ledger& ledger) {
  return in_runtime(round, "operations",
                    [&](Runtime* runtime) { return run_load(runtime, &round, &ledger); });
}

int open_and_close(const Round& round) { return in_runtime(round, "open and close", open_then_close); }

int verify(const Round& round, Ledger& ledger, model::ReferenceStore& reference) {
  return in_runtime(round, "verification",
                    [&](Runtime* runtime) { return verify_store(runtime, &round, &ledger, &reference); });
}

std::string learn(const Round& round, const Ledger& ledger, model::ReferenceStore& reference, Epoch above,
                  Epoch upto) {
  std::map<Epoch, size_t> in_order;
  for (size_t i = 0; i < round.calls.size(); i++) {
    if (ledger.outcome(i) != Outcome::done) continue;
    const Epoch epoch = ledger.epoch(i);
    if (epoch <= above || epoch > upto) continue;
    if (!in_order.emplace(epoch, i).second)
      return "two operations have the epoch " + std::to_string(epoch.value);
  }
  for (const auto& [epoch, operation] : in_order) {
    const model::ChangeCall& call = round.calls[operation];
    const bool judged = call.punch() != nullptr || call.update()->conditions != Condition::none;
    if (judged) {
      const auto code =
          call.punch() != nullptr ? reference.judge(*call.punch()) : reference.judge(*call.update());
      if (code) return "operation " + std::to_string(operation) + " was acknowledged against its condition";
    }
    if (call.punch() != nullptr) {
      reference.apply(*call.punch(), epoch);
    } else {
      reference.apply(*call.update(), call.payload, epoch);
    }
  }
  return {};
}

}  // namespace firn::torture
