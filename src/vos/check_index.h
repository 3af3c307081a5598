// IndexChecker: the part of a check (check.h) that looks at the page table and walks the tree.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/buffer.h"
#include "vos/check_context.h"
#include "vos/check_entry.h"
#include "vos/checkpoint_root.h"
#include "vos/page.h"
#include "vos/page_table.h"

namespace firn::vos {

class IndexChecker {
 public:
  // Both outlive the checker.
  IndexChecker(CheckContext& context, const CheckpointRoot& root)
      : context_(context), root_(root), entries_(context, context.owners) {}

  // All pages in the order of their keys; claims the blocks of chunks, pages and data.
  Task<void> check();
  // The entry of that page whose data lies on one of these blocks, in words.
  Task<std::string> find_owner(PageId page, BlockRange blocks);

 private:
  // A page that is to be looked at, and what its parent says of it.
  struct Visit {
    PageId page;
    PageId parent;                    // 0: the root
    uint32_t level = 0;               // of the parent
    std::string low;                  // its keys are not below this,
    std::optional<std::string> high;  // and below this
    Epoch newest;                     // none of its changes is newer
  };

  Task<void> load_table();
  void claim_pages();
  Task<void> walk();
  Task<void> visit(const Visit& visit);
  Task<bool> read(const Visit& visit);
  void check_header(const Visit& visit, const Page& page);
  void check_bounds(const Visit& visit, const Page& page);
  void add_children(const Visit& visit, const Page& page);
  Task<void> check_leaf(const Visit& visit, Page page);
  void report(const Visit& visit, std::string what);
  void report_unreached();

  CheckContext& context_;
  const CheckpointRoot& root_;
  EntryChecker entries_;
  PageTable table_;
  Buffer buffer_{kPageBytes};
  std::vector<Visit> to_visit_;  // the next one last
  std::vector<bool> reached_;    // by page id
};

}  // namespace firn::vos
