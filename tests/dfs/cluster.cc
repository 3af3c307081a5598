// Simulated clusters for tests of the file system; see cluster.h.
#include "cluster.h"

#include <algorithm>

#include "model/properties.h"

namespace firn::dfs {

namespace {

constexpr char kServer[] = "server";
constexpr uint64_t kPoolBytes = uint64_t{1} << 30;

class EngineProgram final : public sim::NodeProgram {
 public:
  EngineProgram(sim::NodeContext& context, control::MetaStore& meta)
      : context_(context),
        gate_(context.runtime().executor()),
        engine_(context.runtime(), runtimes(context), meta, options()) {
    gate_.spawn(start(this));
  }

  Task<void> stop() override {
    co_await gate_.close();
    co_await engine_.close();
  }

 private:
  static engine::EngineOptions options() {
    return {.disk_free_bytes = []() -> Result<uint64_t> { return uint64_t{1} << 40; }};
  }
  static std::vector<Runtime*> runtimes(sim::NodeContext& context) {
    std::vector<Runtime*> all;
    for (uint32_t i = 0; i < context.thread_count(); i++) all.push_back(&context.runtime(i));
    return all;
  }
  static Task<void> start(EngineProgram* self) {
    const auto started = co_await self->engine_.start();
    if (!started) co_return self->context_.runtime().log().error(started.error().message());
    for (uint32_t i = 0; i < self->context_.thread_count(); i++) {
      self->context_.runtime(i).executor().submit(
          [self, i] { self->context_.transport(i).listen(i, self->engine_.acceptor(i)); });
    }
    constexpr uint32_t kControl = Address::kControlTarget;
    self->context_.transport().listen(kControl, self->engine_.acceptor(kControl));
  }

  sim::NodeContext& context_;
  Gate gate_;
  engine::Engine engine_;
};

// Calls meet a server that has just crashed: they come back soon.
client::ClientOptions client_options() {
  client::ClientOptions options;
  options.rpc.resend_after = 500ms;
  return options;
}

Task<Result<void>> open_container(UserProgram* user, std::string label) {
  FIRN_CO_TRY(auto pool, co_await user->client.connect_pool(Cluster::kPool));
  FIRN_CO_TRY(user->container, co_await pool->open_container(std::move(label)));
  co_return Result<void>();
}

Task<Result<void>> open_and_mount(UserProgram* user, MountOptions options) {
  user->file_system.reset();
  FIRN_CO_CHECK(co_await open_container(user, Cluster::kContainer));
  FIRN_CO_TRY(user->file_system, co_await FileSystem::mount(user->container, options));
  co_return Result<void>();
}

Task<Result<void>> make_file_system(UserProgram* user, FormatOptions options) {
  FIRN_CO_CHECK(co_await user->client.create_pool(
      {.label = Cluster::kPool, .capacity_bytes = kPoolBytes, .pg_count = 64}));
  FIRN_CO_CHECK(
      co_await user->client.create_container({.pool = Cluster::kPool, .label = Cluster::kContainer}));
  FIRN_CO_CHECK(co_await open_container(user, Cluster::kContainer));
  co_return co_await FileSystem::format(user->container, options);
}

Task<Result<std::shared_ptr<client::Container>>> create_and_open(UserProgram* user,
                                                                 ContainerCreateRequest request) {
  const std::string label = request.label;
  FIRN_CO_CHECK(co_await user->client.create_container(std::move(request)));
  FIRN_CO_TRY(auto pool, co_await user->client.connect_pool(Cluster::kPool));
  co_return co_await pool->open_container(label);
}

}  // namespace

UserProgram::UserProgram(sim::NodeContext& context, std::string system_uri)
    : gate(context.runtime().executor()),
      client(context.runtime(), context.transport(), Address{std::move(system_uri)}, client_options()) {}

UserProgram::~UserProgram() = default;

Task<void> UserProgram::stop() {
  co_await gate.close();
  file_system.reset();
  container.reset();
  co_await client.close();
}

UserProgram& User::program() { return *static_cast<UserProgram*>(cluster_.world().program(node_)); }

Result<void> User::mount(MountOptions options) { return run(open_and_mount(&program(), options)); }

void User::crash() {
  cluster_.world().kill(node_);
  cluster_.world().start(node_);
}

void User::write(Node file, uint64_t offset, std::string text) {
  ok(program().file_system->write(std::move(file), offset, {as_bytes(text)}));
}

std::string User::read(Node file, uint64_t offset, uint64_t bytes_max) {
  std::string text(bytes_max, '?');
  const MutableBytes room{reinterpret_cast<std::byte*>(text.data()), text.size()};
  text.resize(ok(program().file_system->read(std::move(file), offset, {room})));
  return text;
}

Node User::create(Node parent, std::string name, std::string content) {
  Node file = ok(program().file_system->create(std::move(parent), std::move(name), {.exclusive = true}));
  if (!content.empty()) write(file, 0, std::move(content));
  return file;
}

Node User::make_directory(Node parent, std::string name) {
  return ok(program().file_system->make_directory(std::move(parent), std::move(name), {.mode = 0755}));
}

std::vector<std::string> User::names(Node directory, uint32_t entries_max) {
  std::vector<std::string> names;
  DirectoryAnchor anchor;
  while (!anchor.end()) {
    for (DirectoryEntry& entry : ok(program().file_system->read_directory(directory, anchor, entries_max))) {
      names.push_back(std::move(entry.name));
    }
  }
  std::ranges::sort(names);
  if (std::ranges::adjacent_find(names) != names.end()) throw std::runtime_error("a name is listed twice");
  return names;
}

Cluster::Cluster(uint64_t seed, FormatOptions format, const sim::WorldOptions& options)
    : world_(seed, options) {
  server_ = world_.add_node(
      kServer, [this](sim::NodeContext& context) { return std::make_unique<EngineProgram>(context, meta_); },
      {.thread_count = kTargets});
  world_.start(server_);
  User& user = add_unmounted_user();
  user.ok(make_file_system(&user.program(), format));
}

User& Cluster::add_unmounted_user() {
  const std::string uri = world_.context(server_).transport().uri();
  const auto node = world_.add_node("user" + std::to_string(users_.size()), [uri](sim::NodeContext& context) {
    return std::make_unique<UserProgram>(context, uri);
  });
  world_.start(node);
  return *users_.emplace_back(std::make_unique<User>(*this, node));
}

User& Cluster::add_user() {
  User& user = add_unmounted_user();
  const auto mounted = user.mount();
  if (!mounted) throw std::runtime_error(mounted.error().message());
  return user;
}

std::shared_ptr<client::Container> Cluster::make_container(User& user, std::string label,
                                                           std::vector<Property> properties) {
  return user.ok(create_and_open(
      &user.program(), {.pool = kPool, .label = std::move(label), .properties = std::move(properties)}));
}

void Cluster::crash_server() {
  world_.kill(server_);
  world_.start(server_);
}

}  // namespace firn::dfs
