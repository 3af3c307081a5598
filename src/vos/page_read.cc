// Reading one page; see page_read.h.
#include "vos/page_read.h"

#include <utility>

#include "vos/page.h"

namespace firn::vos {

namespace {

Error unreadable(PageId page, PageTable::Place place, Error cause) {
  return fail(cause.code(), "cannot read an index page")
      .on("page", page.value)
      .on("block", place.block.value)
      .because(std::move(cause));
}

}  // namespace

Task<Result<void>> read_index_page(BlockDevice& main, PageId page, PageTable::Place place,
                                   MutableBytes target) {
  auto done = co_await main.read(place.block.value * kBlockBytes, target);
  if (done) done = check_page(target, page);
  if (done && (page_checksum(target) & kPlaceChecksumMask) != place.checksum) {
    done = fail(Code::corrupt, "an older or newer state of the page is stored here");
  }
  if (!done) co_return unreadable(page, place, std::move(done).error());
  co_return Result<void>();
}

}  // namespace firn::vos
