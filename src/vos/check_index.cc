// Walk over the index; see check_index.h.
#include "vos/check_index.h"

#include <algorithm>
#include <utility>

#include "vos/page_read.h"
#include "vos/recovery.h"

namespace firn::vos {

namespace {

// The full key of an entry.
std::string key_at(const Page& page, uint32_t slot) {
  return std::string(page.prefix()).append(page.suffix(slot));
}

}  // namespace

Task<void> IndexChecker::check() {
  co_await load_table();
  claim_pages();
  co_await walk();
  if (context_.index_is_whole) report_unreached();
}

// --- page table ----------------------------------------------------------------------------------

Task<void> IndexChecker::load_table() {
  for (uint32_t i = 0; i < root_.chunks.size(); i++) {
    const BlockRange blocks{root_.chunks[i].block, Space::kPageBlocks};
    if (context_.within_device(blocks)) context_.owners.add(blocks, {BlockOwner::Kind::chunk, i});
    const auto loaded = co_await load_page_table_chunk(context_.main, i, root_.chunks[i], table_);
    if (loaded) continue;
    context_.index_is_whole = false;
    context_.findings.add(loaded.error());
  }
  table_.finish_loading();
  reached_.assign(static_cast<size_t>(table_.id_end().value), false);
}

void IndexChecker::claim_pages() {
  for (uint64_t id = 1; id < table_.id_end().value; id++) {
    const auto place = table_.find(PageId{id});
    if (!place) continue;
    const BlockRange blocks{place->block.value, Space::kPageBlocks};
    if (context_.within_device(blocks)) {
      context_.owners.add(blocks, {BlockOwner::Kind::page, id});
    } else {
      context_.findings.add(Finding{.what = "the page table places a page outside of the device"}
                                .on("device", "main")
                                .on("page", id)
                                .on("block", place->block.value));
    }
  }
}

void IndexChecker::report_unreached() {
  for (uint64_t id = 1; id < table_.id_end().value; id++) {
    if (reached_[static_cast<size_t>(id)] || !table_.find(PageId{id})) continue;
    context_.findings.add(Finding{.what = "a page is in the page table but not in the tree"}.on("page", id));
  }
}

// --- tree ----------------------------------------------------------------------------------------

// Depth first, so that leaves come in the order of keys.
Task<void> IndexChecker::walk() {
  to_visit_.push_back({root_.tree_root, PageId{}, kTreeLevelsMax, {}, {}, root_.newest_epoch});
  while (!to_visit_.empty()) {
    const Visit next = std::move(to_visit_.back());
    to_visit_.pop_back();
    co_await visit(next);
  }
}

void IndexChecker::report(const Visit& visit, std::string what) {
  Finding finding = Finding{.what = std::move(what)}
                        .on("device", "main")
                        .on("page", visit.page.value)
                        .on("parent", visit.parent.value)
                        .on("keys_from", describe_key(visit.low))
                        .on("keys_below", visit.high ? describe_key(*visit.high) : "the end");
  context_.findings.add(std::move(finding));
}

Task<void> IndexChecker::visit(const Visit& visit) {
  const bool readable = co_await read(visit);
  context_.index_is_whole = context_.index_is_whole && readable;
  if (!readable) co_return;
  context_.report.pages++;
  const Page page(buffer_.data());
  check_header(visit, page);
  check_bounds(visit, page);
  if (page.level() == 0) {
    co_await check_leaf(visit, page);
  } else {
    add_children(visit, page);
  }
}

// Into the buffer.
Task<bool> IndexChecker::read(const Visit& visit) {
  const auto place = table_.find(visit.page);
  if (!place) {
    report(visit, "the index refers to a page that is not in the page table");
    co_return false;
  }
  if (!context_.within_device({place->block.value, Space::kPageBlocks})) {
    report(visit, "the index refers to a page outside of the device");
    co_return false;
  }
  if (reached_[static_cast<size_t>(visit.page.value)]) {
    report(visit, "the index refers to one page twice");
    co_return false;
  }
  reached_[static_cast<size_t>(visit.page.value)] = true;
  const auto done = co_await read_index_page(context_.main, visit.page, *place, buffer_.bytes());
  if (done) co_return true;
  report(visit, done.error().message());
  co_return false;
}

void IndexChecker::check_header(const Visit& visit, const Page& page) {
  if (visit.parent.value != 0 && page.level() + 1u != visit.level) {
    report(visit, "a page is of level " + std::to_string(page.level()) + " below one of level " +
                      std::to_string(visit.level));
  }
  if (page.newest_epoch() > visit.newest) {
    report(visit, "a page has a newer change (epoch " + std::to_string(page.newest_epoch().value) +
                      ") than what is above it says (" + std::to_string(visit.newest.value) + ")");
  }
  if (page.level() == 0 && page.count() == 0 && visit.parent.value != 0) report(visit, "a leaf is empty");
}

void IndexChecker::check_bounds(const Visit& visit, const Page& page) {
  const uint32_t first = page.level() > 0 ? 1 : 0;
  if (page.count() <= first) return;
  const bool fits =
      key_at(page, first) >= visit.low && (!visit.high || key_at(page, page.count() - 1) < *visit.high);
  if (!fits) report(visit, "a page holds keys that do not lie between the separators above it");
}

// In reverse: the last one added is visited next. A level that does not descend ends the walk there.
void IndexChecker::add_children(const Visit& visit, const Page& page) {
  if (page.level() >= visit.level) {
    context_.index_is_whole = false;
    return;
  }
  for (uint32_t slot = page.count(); slot > 0; slot--) {
    Visit child{page.child(slot - 1),      visit.page, page.level(), visit.low, visit.high,
                page.child_epoch(slot - 1)};
    if (child.newest > page.newest_epoch())
      report(visit, "a page says of a child that it is newer than itself");
    if (slot > 1) child.low = key_at(page, slot - 1);
    if (slot < page.count()) child.high = key_at(page, slot);
    to_visit_.push_back(std::move(child));
  }
}

Task<void> IndexChecker::check_leaf(const Visit& visit, Page page) {
  const Epoch newest = page.newest_epoch();
  for (uint32_t slot = 0; slot < page.count(); slot++) {
    const std::string key = key_at(page, slot);
    const auto parsed = parse_key(key);
    if (parsed && parsed->epoch > newest) {
      report(visit, "an entry's epoch (" + std::to_string(parsed->epoch.value) +
                        ") is newer than its page says (" + std::to_string(newest.value) + ")");
    }
    co_await entries_.check_next(key, page.value(slot), {BlockOwner::Kind::data, visit.page.value});
  }
}

Task<std::string> IndexChecker::find_owner(PageId id, BlockRange blocks) {
  const BlockOwner owner{BlockOwner::Kind::data, id.value};
  const auto place = table_.find(id);
  if (!place || !co_await read_index_page(context_.main, id, *place, buffer_.bytes())) co_return owner.text();
  const Page page(buffer_.data());
  for (uint32_t slot = 0; slot < page.count(); slot++) {
    const auto record = RecordView::decode(page.value(slot));
    const auto name = EntryName::of(key_at(page, slot));
    for (size_t i = 0; record && name && i < record->run_count(); i++) {
      const BlockRange own = range_of(record->run(i));
      if (own.first < blocks.end() && blocks.first < own.end()) {
        co_return name->locate(at_place({.what = "data of an entry"}, owner)).text();
      }
    }
  }
  co_return owner.text();
}

}  // namespace firn::vos
