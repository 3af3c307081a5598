// Asking all services of a system (its targets and the control service) the same thing.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/session.h"
#include "model/metrics_messages.h"
#include "runtime/when_all.h"

namespace firn::cli {

template <class Reply>
struct ServiceAnswer {
  std::string service;  // a target's number, or "control"
  Result<Reply> reply;
};

std::vector<uint32_t> services_of(const SystemQueryReply& system);
std::string service_name(uint32_t service);

// Targets in order, the control service last. Each may take so long.
template <class Request>
Task<std::vector<ServiceAnswer<typename Request::Reply>>> ask_services(client::Client* client,
                                                                       SystemQueryReply system,
                                                                       Duration patience) {
  std::vector<Task<Result<typename Request::Reply>>> asking;
  for (const uint32_t service : services_of(system))
    asking.push_back(client->ask_service(service, Request(), patience));
  auto replies = co_await when_all(std::move(asking));
  std::vector<ServiceAnswer<typename Request::Reply>> answers;
  for (size_t i = 0; i < replies.size(); i++)
    answers.push_back({service_name(services_of(system)[i]), std::move(replies[i])});
  co_return answers;
}

}  // namespace firn::cli
