// AdminService: what the admin port answers: /metrics (Prometheus), /healthz, /slow (JSON). Belongs to the
// control thread, as the engine does.
#pragma once

#include <functional>
#include <string>

#include "engine/engine.h"
#include "engine/metrics_text.h"
#include "net/http_server.h"

namespace firn::engine {

class AdminService {
 public:
  using HostFiguresOf = std::function<HostFigures()>;

  // The engine has been started and is closed after the last answer.
  AdminService(Engine& engine, HostFiguresOf host) : engine_(engine), host_(std::move(host)) {}

  Task<net::HttpAnswer> answer(std::string path);

 private:
  Task<net::HttpAnswer> metrics();
  Task<net::HttpAnswer> health();
  Task<net::HttpAnswer> slow_requests();

  Engine& engine_;
  const HostFiguresOf host_;
};

}  // namespace firn::engine
