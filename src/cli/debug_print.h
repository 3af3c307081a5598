// What `firn debug` prints: text for people, JSON for scripts.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "vos/check.h"
#include "vos/inspect.h"
#include "vos/log_reader.h"
#include "vos/page.h"

namespace firn::cli {

nlohmann::json superblocks_json(const vos::SuperblockSlots& slots);
std::string superblocks_text(const vos::SuperblockSlots& slots);

nlohmann::json root_json(const vos::CheckpointRoot& root);
std::string root_text(const vos::CheckpointRoot& root);

// A batch, and the position behind it.
nlohmann::json batch_json(const vos::LogBatch& batch, vos::LogPosition behind);
std::string batch_text(const vos::LogBatch& batch, vos::LogPosition behind);

// Header, and with `entries` also those. Keys as JSON strings in hexadecimal, since they may be any bytes.
nlohmann::json page_json(const vos::Page& page, vos::PageTable::Place place, bool entries);
std::string page_text(const vos::Page& page, vos::PageTable::Place place);

nlohmann::json report_json(const vos::CheckReport& report);
std::string report_text(const vos::CheckReport& report);

}  // namespace firn::cli
