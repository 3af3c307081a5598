// The check of a whole store: a sound one is clean, and what is damaged is named.
#include "vos/check.h"

#include <gtest/gtest.h>

#include "vos/entry_name.h"
#include "vos/log_format.h"
#include "vos/record.h"
#include "vos/small_store_test.h"

namespace firn::vos {
namespace {

// Of a value whose data lies in runs: where its last run's block stands.
std::byte* last_run(MutableBytes value) { return value.data() + value.size() - 2 * sizeof(uint64_t); }

class CheckTest : public testing::Test {
 protected:
  CheckTest() { store_.copy_devices(SmallStore::sample()); }

  // The first leaf that has an entry as wanted.
  struct Found {
    PageId page;
    uint32_t slot = 0;
  };
  Found find_entry(const std::function<bool(const EntryName&, std::string_view)>& wanted) {
    const IndexImage image = *store_.index();
    for (uint64_t id = 1; id < image.table.id_end().value; id++) {
      const auto place = image.table.find(PageId{id});
      if (!place) continue;
      const Page page(store_.main_bytes(place->block.value, kPageBytes).data());
      for (uint32_t slot = 0; page.level() == 0 && slot < page.count(); slot++) {
        const auto name = EntryName::of(std::string(page.prefix()).append(page.suffix(slot)));
        if (name && wanted(*name, page.value(slot))) return {PageId{id}, slot};
      }
    }
    ADD_FAILURE() << "no such entry";
    return {};
  }
  Found entry_with_runs(std::string_view dkey) {
    return find_entry([=](const EntryName& name, std::string_view value) {
      const auto record = RecordView::decode(value);
      return name.dkey && name.dkey->starts_with(dkey) && record && record->run_count() > 0;
    });
  }
  Page page(PageId id) {
    return Page(store_.main_bytes(store_.index()->table.find(id)->block.value, kPageBytes).data());
  }
  // Where a page's value lies within the page.
  static MutableBytes value_bytes(MutableBytes bytes, uint32_t slot) {
    const Page page(bytes.data());
    const auto offset = reinterpret_cast<const std::byte*>(page.value(slot).data()) - bytes.data();
    return bytes.subspan(static_cast<size_t>(offset), page.value(slot).size());
  }
  void forge_value(Found entry, const std::function<void(MutableBytes)>& change) {
    store_.forge_page(entry.page, [&](MutableBytes bytes) { change(value_bytes(bytes, entry.slot)); });
  }
  void flip(uint64_t block, uint64_t byte) {
    store_.main.current[block * kBlockBytes + byte] ^= std::byte{0x10};
  }

  // All findings, one per line.
  std::string findings(bool data = true) {
    std::string out;
    for (const Finding& finding : store_.check(data).findings) out += finding.text() + "\n";
    return out;
  }
  void expect_named(std::string_view what) {
    const CheckReport report = store_.check();
    EXPECT_FALSE(report.clean());
    EXPECT_NE(findings().find(what), std::string::npos) << findings();
  }

  SmallStore store_;
};

TEST_F(CheckTest, sound_store_is_clean) {
  const CheckReport report = store_.check();
  EXPECT_TRUE(report.clean()) << findings();
  EXPECT_TRUE(report.findings.empty()) << findings();
  EXPECT_GT(report.pages, 3u);
  EXPECT_GT(report.entries, 300u);
  EXPECT_GT(report.log_records, 60u);
  EXPECT_EQ(report.data_bytes, report.data_bytes_verified);
}

TEST_F(CheckTest, check_writes_nothing) {
  static_cast<void>(store_.check());
  EXPECT_TRUE(store_.log.current == SmallStore::sample().log.current);
  EXPECT_TRUE(store_.main.current == SmallStore::sample().main.current);
  EXPECT_TRUE(store_.log.unflushed.empty());
  EXPECT_TRUE(store_.main.unflushed.empty());
}

TEST_F(CheckTest, store_that_was_opened_and_closed_is_clean) {
  auto store = *store_.open();
  ASSERT_TRUE(store_.run(store->close()).has_value());
  EXPECT_TRUE(store_.check().clean()) << findings();
  EXPECT_EQ(store_.check().log_records, 0u);
}

TEST_F(CheckTest, one_damaged_superblock_is_a_note_and_two_are_damage) {
  // The one that is not in force.
  CrashDevice main(store_.runtime.executor(), store_.main, store_.plan);
  const uint32_t in_force = store_.run(read_superblock(main))->slot;
  flip(1 - in_force, 40);
  EXPECT_TRUE(store_.check().clean());
  EXPECT_NE(findings().find("one of the two superblocks is not whole"), std::string::npos);
  flip(in_force, 40);
  expect_named("both superblocks are damaged");
}

TEST_F(CheckTest, damaged_parts_of_the_checkpoint_are_named) {
  const IndexImage image = *store_.index();
  flip(image.root.requests.block, 70);
  expect_named("request table does not match its checksum");
  flip(image.root.free_list.block, 70);
  expect_named("free list does not match its checksum");
  flip(image.root.chunks[0].block, 70);
  expect_named("page table chunk does not match its checksum");
  flip(image.superblock.root.block, 70);
  expect_named("checkpoint root does not match its checksum");
}

TEST_F(CheckTest, damaged_page_is_named_with_the_keys_it_held) {
  const Found entry = entry_with_runs("large");
  flip(store_.index()->table.find(entry.page)->block.value, 9000);
  expect_named("checksum does not match");
  expect_named("page=" + std::to_string(entry.page.value));
  expect_named("container 02000000");
  EXPECT_EQ(findings().find("neither free nor used"), std::string::npos) << "nobody can know";
}

TEST_F(CheckTest, damaged_data_is_named_down_to_the_extent) {
  const Found entry = entry_with_runs("large");
  const auto record = RecordView::decode(page(entry.page).value(entry.slot));
  flip(record->run(0).first.value, 5);
  EXPECT_TRUE(store_.check(false).clean()) << "data was not to be read";
  expect_named("data does not match its checksum");
  expect_named("dkey=large, akey=array, kind=piece, start=");
}

TEST_F(CheckTest, damaged_log_is_named) {
  store_.log.current[20] ^= std::byte{1};
  expect_named("log header does not match its checksum");
  store_.log.current[20] ^= std::byte{1};
  const uint64_t at = LogRing{(1 << 20) - kLogHeaderBytes}.offset_of(store_.index()->root.log.lsn);
  store_.log.current[at + 100] ^= std::byte{1};
  expect_named("the log is damaged in the middle");
}

TEST_F(CheckTest, log_of_another_store_is_named) {
  CrashDevice log(store_.runtime.executor(), store_.log, store_.plan);
  ASSERT_TRUE(store_.run(write_log_header(log, {Uuid{{9}}, 9})).has_value());
  expect_named("belong to different stores");
}

// --- behind checksums that match -----------------------------------------------------------------

TEST_F(CheckTest, record_that_does_not_decode_is_named) {
  forge_value(entry_with_runs("large"), [](MutableBytes value) { value[1] = std::byte{77}; });
  expect_named("the record of an entry does not decode");
  expect_named("dkey=large");
}

TEST_F(CheckTest, data_outside_of_the_device_is_named) {
  forge_value(entry_with_runs("large"),
              [](MutableBytes value) { store_little<uint64_t>(last_run(value), uint64_t{1} << 40); });
  expect_named("data lies outside of the device");
}

TEST_F(CheckTest, blocks_with_two_owners_are_named_with_both) {
  const Found large = entry_with_runs("large");
  const Found single = entry_with_runs("dkey");
  const uint64_t block = RecordView::decode(page(single.page).value(single.slot))->run(0).first.value;
  forge_value(large, [=](MutableBytes value) { store_little<uint64_t>(last_run(value), block); });
  expect_named("blocks are used twice");
  expect_named("dkey=dkey");
  expect_named("dkey=large");
  expect_named("blocks are neither free nor used");
}

TEST_F(CheckTest, used_blocks_in_the_free_list_are_named) {
  IndexImage image = *store_.index();
  const Found large = entry_with_runs("large");
  const uint64_t block = RecordView::decode(page(large.page).value(large.slot))->run(0).first.value;
  CrashDevice main(store_.runtime.executor(), store_.main, store_.plan);
  const BlobIdentity identity{BlobKind::free_list, image.superblock.store, image.superblock.checkpoint};
  const std::string bytes = store_.run(read_blob(main, identity, image.root.free_list))->bytes;
  FreeList list = *FreeList::decode(bytes, 2, store_.main.current.size() / kBlockBytes);
  list.adjust({}, {{block, 1}});
  image.root.free_list = store_.forge_blob(image, BlobKind::free_list, image.root.free_list, list.encode());
  store_.forge_root(image);
  expect_named("the free list");
  expect_named("dkey=large");
}

TEST_F(CheckTest, keys_outside_of_their_separators_are_named) {
  const IndexImage image = *store_.index();
  store_.forge_page(image.root.tree_root, [](MutableBytes bytes) {
    const Page root(bytes.data());
    ASSERT_GT(root.level(), 0);
    ASSERT_GT(root.count(), 2u);
    // Two children change places.
    const MutableBytes first = value_bytes(bytes, 0);
    const MutableBytes second = value_bytes(bytes, 1);
    std::swap_ranges(first.begin(), first.end(), second.begin());
  });
  expect_named("keys that do not lie between the separators");
}

TEST_F(CheckTest, page_reached_twice_and_page_never_reached_are_named) {
  const IndexImage image = *store_.index();
  store_.forge_page(image.root.tree_root,
                    [](MutableBytes bytes) { copy_bytes(value_bytes(bytes, 1), value_bytes(bytes, 0)); });
  expect_named("the index refers to one page twice");
}

TEST_F(CheckTest, wrong_level_and_wrong_epoch_are_named) {
  const Found entry = entry_with_runs("large");
  store_.forge_page(entry.page, [](MutableBytes bytes) {
    store_little<uint64_t>(bytes.data() + offsetof(PageHeader, newest_epoch), 1);
  });
  expect_named("is newer than its page says");
  store_.forge_page(entry.page, [](MutableBytes bytes) {
    store_little<uint64_t>(bytes.data() + offsetof(PageHeader, newest_epoch), UINT64_MAX);
  });
  expect_named("a page has a newer change");
  const IndexImage image = *store_.index();
  store_.forge_page(image.root.tree_root,
                    [](MutableBytes bytes) { bytes[offsetof(PageHeader, level)] = std::byte{5}; });
  expect_named("a page is of level 0 below one of level 5");
}

TEST_F(CheckTest, record_of_the_log_that_makes_no_sense_is_named) {
  const LogRing ring{(1 << 20) - kLogHeaderBytes};
  const uint64_t at = ring.offset_of(store_.index()->root.log.lsn);
  std::byte* const batch = store_.log.current.data() + at;
  LogBatchHeader header = load_log_batch_header(batch);
  batch[sizeof header + sizeof(LogRecordHeader)] = std::byte{99};  // the record's kind
  header.crc = log_batch_crc({batch, sizeof header + header.payload_bytes});
  store_log_batch_header(batch, header);
  expect_named("a record of the log does not make sense");
  expect_named("kind=99");
}

}  // namespace
}  // namespace firn::vos
