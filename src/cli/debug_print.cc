// Text and JSON of `firn debug`; see debug_print.h.
#include "cli/debug_print.h"

#include <fmt/format.h>

#include "cli/output.h"
#include "vos/entry_name.h"

namespace firn::cli {

namespace {

const char* state_name(vos::SuperblockState state) {
  switch (state) {
    case vos::SuperblockState::empty:
      return "empty";
    case vos::SuperblockState::damaged:
      return "damaged";
    case vos::SuperblockState::other_version:
      return "of another version";
    case vos::SuperblockState::valid:
      return "valid";
  }
  return "unknown";
}

std::string hexadecimal(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) out += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return out;
}

std::string key_of(const vos::Page& page, uint32_t slot) {
  return std::string(page.prefix()).append(page.suffix(slot));
}

nlohmann::json blob_json(const vos::BlobRef& ref) {
  return {{"block", ref.block}, {"bytes", ref.bytes}, {"segments", ref.segments}, {"crc", ref.crc}};
}

nlohmann::json leaf_entry_json(const std::string& key, std::string_view value) {
  nlohmann::json entry{{"key", hexadecimal(key)}, {"value", hexadecimal(value)}};
  const auto name = vos::EntryName::of(key);
  if (!name) return entry;
  entry["pg"] = name->object.pg.value;
  entry["container"] = name->object.container.uuid.text();
  entry["object"] = name->object.object.text();
  entry["kind"] = std::string(vos::entry_kind_name(name->kind));
  entry["epoch"] = name->epoch.value;
  entry["start"] = name->start;
  if (name->dkey) entry["dkey"] = hexadecimal(*name->dkey);
  if (name->akey) entry["akey"] = hexadecimal(*name->akey);
  return entry;
}

// Entry 0 of an inner page has no key.
nlohmann::json entry_json(const vos::Page& page, uint32_t slot) {
  if (page.level() == 0) return leaf_entry_json(key_of(page, slot), page.value(slot));
  return {{"key", slot == 0 ? "" : hexadecimal(key_of(page, slot))},
          {"child", page.child(slot).value},
          {"child_epoch", page.child_epoch(slot).value}};
}

std::string entry_text(const vos::Page& page, uint32_t slot) {
  const std::string key = page.level() > 0 && slot == 0 ? "" : key_of(page, slot);
  if (page.level() > 0) {
    return fmt::format("{:4}  page {} from {}\n", slot, page.child(slot).value, vos::describe_key(key));
  }
  const std::string_view value = page.value(slot);
  return fmt::format("{:4}  {}{}{}\n", slot, vos::describe_key(key), value.empty() ? "" : ": ",
                     value.empty() ? "" : vos::describe_value(value));
}

nlohmann::json superblock_json(const vos::SuperblockSlot& slot) {
  nlohmann::json json{{"state", state_name(slot.state)}};
  if (slot.state != vos::SuperblockState::valid) return json;
  const vos::Superblock& superblock = slot.superblock;
  json["version"] = slot.version;
  json["store"] = superblock.store.text();
  json["checkpoint"] = superblock.checkpoint;
  json["main_bytes"] = superblock.main_bytes;
  json["log_bytes"] = superblock.log_bytes;
  json["reserve_percent"] = superblock.reserve_percent;
  json["root"] = blob_json(superblock.root);
  return json;
}

}  // namespace

nlohmann::json superblocks_json(const vos::SuperblockSlots& slots) {
  auto json = nlohmann::json::array();
  for (const vos::SuperblockSlot& slot : slots) json.push_back(superblock_json(slot));
  return json;
}

std::string superblocks_text(const vos::SuperblockSlots& slots) {
  std::string out;
  for (size_t i = 0; i < slots.size(); i++) {
    out += fmt::format("superblock in block {}: {}\n", i, state_name(slots[i].state));
    if (slots[i].state != vos::SuperblockState::valid) continue;
    const vos::Superblock& superblock = slots[i].superblock;
    out += fmt::format(
        "  store {}  format {}\n  checkpoint {}  root in block {}, {} bytes, {} segments\n"
        "  main {}  log {}  reserve {} %\n",
        superblock.store.text(), slots[i].version, superblock.checkpoint, superblock.root.block,
        superblock.root.bytes, superblock.root.segments, human_bytes(superblock.main_bytes),
        human_bytes(superblock.log_bytes), superblock.reserve_percent);
  }
  return out;
}

nlohmann::json root_json(const vos::CheckpointRoot& root) {
  return {{"log_lsn", root.log.lsn.value},          {"log_sequence", root.log.sequence},
          {"log_generation", root.log.generation},  {"newest_epoch", root.newest_epoch.value},
          {"tree_root", root.tree_root.value},      {"chunks", root.chunks.size()},
          {"free_list", blob_json(root.free_list)}, {"requests", blob_json(root.requests)},
          {"reclaim", blob_json(root.reclaim)},     {"versions", blob_json(root.versions)}};
}

std::string root_text(const vos::CheckpointRoot& root) {
  return fmt::format(
      "checkpoint root\n  log from lsn {}, sequence {}, generation {}\n  newest epoch {}\n"
      "  tree root page {}, {} chunks of the page table\n"
      "  free list in block {}, {} bytes; request table in block {}, {} bytes\n"
      "  removals and usage in block {}, {} bytes; state of versions in block {}, {} bytes\n",
      root.log.lsn.value, root.log.sequence, root.log.generation, root.newest_epoch.value,
      root.tree_root.value, root.chunks.size(), root.free_list.block, root.free_list.bytes,
      root.requests.block, root.requests.bytes, root.reclaim.block, root.reclaim.bytes, root.versions.block,
      root.versions.bytes);
}

nlohmann::json batch_json(const vos::LogBatch& batch, vos::LogPosition behind) {
  nlohmann::json json{{"lsn", batch.first.value},
                      {"sequence", behind.sequence - 1},
                      {"generation", behind.generation},
                      {"bytes", behind.lsn.value - batch.first.value},
                      {"records", nlohmann::json::array()}};
  for (const vos::LogRecord& record : batch.records) {
    const vos::RecordDescription described = vos::describe_record(record.bytes);
    auto writes = nlohmann::json::array();
    for (const vos::TreeWrite& write : described.writes) {
      writes.push_back(leaf_entry_json(write.key, write.value));
    }
    json["records"].push_back({{"lsn_end", record.end.value},
                               {"bytes", record.bytes.size()},
                               {"kind", described.kind},
                               {"writes", writes},
                               {"lines", described.lines}});
  }
  return json;
}

std::string batch_text(const vos::LogBatch& batch, vos::LogPosition behind) {
  std::string out = fmt::format("batch {} at lsn {}, {} bytes, generation {}, {} records\n",
                                behind.sequence - 1, batch.first.value, behind.lsn.value - batch.first.value,
                                behind.generation, batch.records.size());
  for (const vos::LogRecord& record : batch.records) {
    const vos::RecordDescription described = vos::describe_record(record.bytes);
    out += fmt::format("  record to lsn {}, kind {}, {} bytes\n", record.end.value, described.kind,
                       record.bytes.size());
    for (const std::string& line : described.lines) out += "    " + line + "\n";
  }
  return out;
}

nlohmann::json page_json(const vos::Page& page, vos::PageTable::Place place, bool entries) {
  nlohmann::json json{{"page", page.id().value},         {"block", place.block.value},
                      {"level", page.level()},           {"entries", page.count()},
                      {"used_bytes", page.used_bytes()}, {"newest_epoch", page.newest_epoch().value}};
  if (!entries) return json;
  json["prefix"] = hexadecimal(page.prefix());
  json["entry"] = nlohmann::json::array();
  for (uint32_t slot = 0; slot < page.count(); slot++) json["entry"].push_back(entry_json(page, slot));
  return json;
}

std::string page_text(const vos::Page& page, vos::PageTable::Place place) {
  std::string out = fmt::format(
      "page {} in block {}: level {}, {} entries, {} of {} bytes used, newest epoch {}, common prefix {} "
      "bytes\n",
      page.id().value, place.block.value, page.level(), page.count(), page.used_bytes(), vos::kPageBytes,
      page.newest_epoch().value, page.prefix_bytes());
  for (uint32_t slot = 0; slot < page.count(); slot++) out += entry_text(page, slot);
  return out;
}

nlohmann::json report_json(const vos::CheckReport& report) {
  auto findings = nlohmann::json::array();
  for (const vos::Finding& finding : report.findings) {
    auto where = nlohmann::json::object();
    for (const auto& [name, value] : finding.where) where[name] = value;
    findings.push_back({{"damage", finding.damage}, {"what", finding.what}, {"where", where}});
  }
  return {{"clean", report.clean()},
          {"store", report.store.text()},
          {"checkpoint", report.checkpoint},
          {"findings", findings},
          {"findings_left_out", report.findings_left_out},
          {"damage_count", report.damage_count},
          {"pages", report.pages},
          {"entries", report.entries},
          {"data_bytes", report.data_bytes},
          {"data_bytes_verified", report.data_bytes_verified},
          {"log_batches", report.log_batches},
          {"log_records", report.log_records},
          {"blocks", report.blocks},
          {"free_blocks", report.free_blocks}};
}

std::string report_text(const vos::CheckReport& report) {
  std::string out;
  for (const vos::Finding& finding : report.findings) {
    out += fmt::format("{}: {}\n", finding.damage ? "damaged" : "note", finding.text());
  }
  if (report.findings_left_out > 0) out += fmt::format("and {} more\n", report.findings_left_out);
  out += fmt::format(
      "store {}, checkpoint {}: {} pages, {} entries, {} of {} data verified, {} log records\n",
      report.store.text(), report.checkpoint, report.pages, report.entries,
      human_bytes(report.data_bytes_verified), human_bytes(report.data_bytes), report.log_records);
  return out + (report.clean() ? "clean\n" : fmt::format("{} things are damaged\n", report.damage_count));
}

}  // namespace firn::cli
