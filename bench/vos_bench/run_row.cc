#include "vos_bench/run_row.h"

#include <cerrno>
#include <csignal>
#include <filesystem>

#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "vos_bench/must.h"

namespace firn::bench {

namespace {

volatile std::sig_atomic_t interrupted = 0;

// A directory that is removed with all that is in it.
class ScratchDirectory {
 public:
  explicit ScratchDirectory(const std::string& parent)
      : path_(fmt::format("{}/{}.{}", parent, program_invocation_short_name, ::getpid())) {
    std::filesystem::create_directory(path_);
  }
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;
  ~ScratchDirectory() {
    std::error_code ignored;  // what is left is in a directory that bears the program's name
    std::filesystem::remove_all(path_, ignored);
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// --- the row's process

std::string config_text(const Row& row, const Options& options, const Variant& variant) {
  return fmt::format("row={} variant={} keys={} seconds={} repetitions={} {}", row.name, variant.name(),
                     options.keys, options.seconds, options.repetitions, variant.config);
}

void add_figures(std::vector<Series>& series, const std::vector<Figure>& figures) {
  series.resize(figures.size());
  for (size_t i = 0; i < figures.size(); i++) {
    series[i].name = figures[i].name;
    series[i].unit = figures[i].unit;
    series[i].values.push_back(figures[i].value);
  }
}

const Series* find_series(const RowResult& result, const std::string& variant, const std::string& figure) {
  for (const VariantResult& candidate : result.variants) {
    if (candidate.name != variant) continue;
    for (const Series& series : candidate.figures) {
      if (series.name == figure) return &series;
    }
  }
  return nullptr;
}

// Of stores that were measured.
void add_ratios(RowResult& result, const std::vector<Ratio>& ratios) {
  for (const Ratio& ratio : ratios) {
    const Series* const over = find_series(result, ratio.over, ratio.figure);
    const Series* const under = find_series(result, ratio.under, ratio.figure);
    if (over == nullptr || under == nullptr) continue;
    Series series{"ratio of " + ratio.figure, "x", {}};
    for (size_t i = 0; i < over->values.size(); i++) {
      series.values.push_back(over->values[i] / under->values[i]);
    }
    result.ratios.push_back({ratio.over + " / " + ratio.under, ratio.bar, std::move(series)});
  }
}

RowResult measure_row(const Row& row, const RowContext& context) {
  const std::unique_ptr<Scenario> scenario = row.make(context);
  RowResult result{row.name, row.about, row.bar, {}, {}};
  for (const Variant& variant : scenario->variants) {
    const std::string config = config_text(row, context.options, variant);
    result.variants.push_back({variant.name(), config, config_hash(config), {}});
  }
  for (int repetition = 0; repetition < context.options.repetitions; repetition++) {
    for (size_t i = 0; i < scenario->variants.size(); i++) {
      add_figures(result.variants[i].figures, scenario->variants[i].measure());
    }
  }
  add_ratios(result, scenario->ratios);
  return result;
}

[[noreturn]] void row_process(const Row& row, const RowContext& context, int answer) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
  const std::string text = nlohmann::json(measure_row(row, context)).dump();
  for (size_t at = 0; at < text.size();) {
    const ssize_t written = ::write(answer, text.data() + at, text.size() - at);
    if (written <= 0) give_up("the result cannot be handed over");
    at += static_cast<size_t>(written);
  }
  std::exit(0);
}

// --- the program

std::string read_all(int answer) {
  std::string text;
  char part[4096];
  for (;;) {
    const ssize_t got = ::read(answer, part, sizeof part);
    if (got == 0 || (got < 0 && (errno != EINTR || interrupted != 0))) return text;
    if (got > 0) text.append(part, static_cast<size_t>(got));
  }
}

// Its status as a shell tells it.
int end_of(pid_t process) {
  int status = 0;
  while (::waitpid(process, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void note_interrupt(int) { interrupted = 1; }

void catch_interrupts() {
  struct sigaction action{};
  action.sa_handler = note_interrupt;  // no SA_RESTART: the read for the result ends
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
}

std::optional<RowResult> run_in_process(const Row& row, const RowContext& context) {
  int ends[2];
  if (::pipe(ends) != 0) give_up("no pipe");
  std::fflush(nullptr);
  const pid_t process = ::fork();
  if (process < 0) give_up("no process");
  if (process == 0) {
    ::close(ends[0]);
    row_process(row, context, ends[1]);
  }
  ::close(ends[1]);
  const std::string text = read_all(ends[0]);
  ::close(ends[0]);
  if (interrupted != 0) ::kill(process, SIGKILL);
  const int status = end_of(process);
  if (status == 0) return nlohmann::json::parse(text).get<RowResult>();
  fmt::print(stderr, "{}: row {} ended with status {}\n", program_invocation_short_name, row.name, status);
  return std::nullopt;
}

}  // namespace

std::optional<RowResult> run_row(const Row& row, const Options& options) {
  catch_interrupts();
  std::optional<RowResult> result;
  {
    const ScratchDirectory disk(options.directory);
    const ScratchDirectory memory(options.memory_directory);
    result = run_in_process(row, {options, disk.path(), memory.path()});
  }
  if (interrupted != 0) std::exit(130);
  return result;
}

}  // namespace firn::bench
