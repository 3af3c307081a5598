// Tests of hash tables: the same for every kind of lock and reference, then what is particular to a kind.
#include <deque>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <gurt/common.h>
#include <gurt/hash.h>

namespace {

struct Record {
  d_list_t link{};
  std::string key;
  int references = 0;
  int* freed = nullptr;
};

Record& record_of(d_list_t* link) { return *d_list_entry(link, Record, link); }

bool compare(d_hash_table*, d_list_t* link, const void* key, unsigned size) {
  return record_of(link).key == std::string_view(static_cast<const char*>(key), size);
}
uint32_t hash_record(d_hash_table*, d_list_t* link) {
  const std::string& key = record_of(link).key;
  return d_hash_string_u32(key.data(), static_cast<unsigned>(key.size()));
}
void make_key(d_hash_table*, d_list_t* link, void* arg) {
  record_of(link).key = static_cast<const char*>(arg);
}
void add(d_hash_table*, d_list_t* link) { record_of(link).references++; }
bool drop(d_hash_table*, d_list_t* link) { return --record_of(link).references == 0; }
void destroy(d_hash_table*, d_list_t* link) { ++*record_of(link).freed; }

d_hash_table_ops_t operations() {
  return {.hop_key_cmp = compare,
          .hop_key_init = make_key,
          .hop_rec_hash = hash_record,
          .hop_rec_addref = add,
          .hop_rec_decref = drop,
          .hop_rec_free = destroy};
}

class HashTable : public testing::TestWithParam<uint32_t> {
 protected:
  void SetUp() override { ASSERT_EQ(d_hash_table_create(GetParam(), 2, this, &ops, &table), 0); }
  void TearDown() override {
    if (table != nullptr) EXPECT_EQ(d_hash_table_destroy(table, true), 0);
  }

  bool ephemeral() const { return (GetParam() & D_HASH_FT_EPHEMERAL) != 0; }
  // Lives as long as the table.
  Record& make(const std::string& key) {
    return records.emplace_back(Record{.key = key, .references = 1, .freed = &freed});
  }
  int insert(Record& record, bool exclusive = true) {
    return d_hash_rec_insert(table, record.key.data(), static_cast<unsigned>(record.key.size()), &record.link,
                             exclusive);
  }
  Record* find(const std::string& key) {
    d_list_t* const link = d_hash_rec_find(table, key.data(), static_cast<unsigned>(key.size()));
    return link == nullptr ? nullptr : &record_of(link);
  }

  int freed = 0;
  std::deque<Record> records;
  d_hash_table_ops_t ops = operations();
  d_hash_table* table = nullptr;
};

TEST_P(HashTable, finds_what_was_inserted_with_a_reference) {
  Record& a = make("a");
  Record& b = make("b");
  ASSERT_EQ(insert(a), 0);
  ASSERT_EQ(insert(b), 0);
  EXPECT_EQ(a.references, ephemeral() ? 1 : 2);
  EXPECT_EQ(find("a"), &a);
  EXPECT_EQ(find("b"), &b);
  EXPECT_EQ(find("c"), nullptr);
  EXPECT_EQ(a.references, ephemeral() ? 2 : 3);
}

TEST_P(HashTable, many_keys_share_few_buckets) {
  for (int number = 0; number < 100; ++number) ASSERT_EQ(insert(make(std::to_string(number))), 0);
  for (Record& record : records) EXPECT_EQ(find(record.key), &record);
  int count = 0;
  const auto increment = [](d_list_t*, void* arg) { return ++*static_cast<int*>(arg) < 0 ? 1 : 0; };
  EXPECT_EQ(d_hash_table_traverse(table, increment, &count), 0);
  EXPECT_EQ(count, 100);
}

TEST_P(HashTable, traverse_ends_with_what_the_callback_returns) {
  Record& a = make("a");
  Record& b = make("b");
  ASSERT_EQ(insert(a), 0);
  ASSERT_EQ(insert(b), 0);
  int calls = 0;
  const auto stop = [](d_list_t*, void* arg) { return ++*static_cast<int*>(arg) + 6; };
  EXPECT_EQ(d_hash_table_traverse(table, stop, &calls), 7);
  EXPECT_EQ(calls, 1);
}

TEST_P(HashTable, exclusive_insert_refuses_a_key_that_is_there) {
  Record& old = make("key");
  Record& other = make("key");
  ASSERT_EQ(insert(old), 0);
  EXPECT_EQ(insert(other), -DER_EXIST);
  EXPECT_EQ(other.references, 1);
  EXPECT_EQ(insert(other, false), 0);
  EXPECT_EQ(find("key"), &other);
}

TEST_P(HashTable, find_insert_gives_the_one_that_is_there) {
  Record& first = make("key");
  Record& second = make("key");
  EXPECT_EQ(d_hash_rec_find_insert(table, "key", 3, &first.link), &first.link);
  const int before = first.references;
  EXPECT_EQ(d_hash_rec_find_insert(table, "key", 3, &second.link), &first.link);
  EXPECT_EQ(first.references, before + 1);
  EXPECT_TRUE(d_hash_rec_unlinked(&second.link));
}

TEST_P(HashTable, insert_anonym_makes_the_key) {
  Record& record = make("");
  char name[] = "made";
  EXPECT_EQ(d_hash_rec_insert_anonym(table, &record.link, name), 0);
  EXPECT_EQ(find("made"), &record);
}

TEST_P(HashTable, last_reference_of_a_deleted_record_frees_it) {
  Record& record = make("key");
  ASSERT_EQ(insert(record), 0);
  EXPECT_TRUE(d_hash_rec_delete(table, "key", 3));
  EXPECT_FALSE(d_hash_rec_delete(table, "key", 3));
  EXPECT_FALSE(d_hash_rec_delete_at(table, &record.link));
  EXPECT_TRUE(d_hash_rec_unlinked(&record.link));
  EXPECT_EQ(freed, 0);  // the maker's reference is left
  d_hash_rec_decref(table, &record.link);
  EXPECT_EQ(freed, 1);
}

TEST_P(HashTable, several_references_are_dropped_at_once) {
  Record& record = make("key");
  ASSERT_EQ(insert(record), 0);
  ASSERT_TRUE(d_hash_rec_delete(table, "key", 3));
  d_hash_rec_addref(table, &record.link);
  EXPECT_EQ(d_hash_rec_ndecref(table, 2, &record.link), 0);
  EXPECT_EQ(freed, 1);
}

TEST_P(HashTable, dropping_more_references_than_there_are_is_an_error) {
  Record& record = make("key");
  ASSERT_EQ(insert(record), 0);
  ASSERT_TRUE(d_hash_rec_delete(table, "key", 3));
  EXPECT_EQ(d_hash_rec_ndecref(table, 2, &record.link), -DER_INVAL);
}

TEST_P(HashTable, is_drained_through_its_first_record) {
  Record& a = make("a");
  Record& b = make("b");
  ASSERT_EQ(insert(a), 0);
  ASSERT_EQ(insert(b), 0);
  int drained = 0;
  while (d_list_t* const link = d_hash_rec_first(table)) {
    EXPECT_TRUE(d_hash_rec_delete_at(table, link));
    drained++;
  }
  EXPECT_EQ(drained, 2);
}

TEST_P(HashTable, is_not_destroyed_with_records_unless_forced) {
  Record& record = make("key");
  ASSERT_EQ(insert(record), 0);
  EXPECT_EQ(d_hash_table_destroy(table, false), -DER_BUSY);
  EXPECT_EQ(find("key"), &record);
  EXPECT_EQ(d_hash_table_destroy(table, true), 0);
  table = nullptr;
  EXPECT_TRUE(d_hash_rec_unlinked(&record.link));
}

INSTANTIATE_TEST_SUITE_P(Kinds, HashTable,
                         testing::Values(0U, static_cast<uint32_t>(D_HASH_FT_NOLOCK),
                                         static_cast<uint32_t>(D_HASH_FT_MUTEX),
                                         static_cast<uint32_t>(D_HASH_FT_RWLOCK),
                                         static_cast<uint32_t>(D_HASH_FT_GLOCK),
                                         static_cast<uint32_t>(D_HASH_FT_EPHEMERAL),
                                         D_HASH_FT_LRU | D_HASH_FT_RWLOCK | D_HASH_FT_NO_KEYINIT_LOCK,
                                         D_HASH_FT_EPHEMERAL | D_HASH_FT_NOLOCK | D_HASH_FT_LRU));

TEST(HashTableKinds, record_of_an_ephemeral_table_leaves_with_its_last_reference) {
  d_hash_table_ops_t ops = operations();
  d_hash_table* table = nullptr;
  ASSERT_EQ(
      d_hash_table_create(D_HASH_FT_EPHEMERAL | D_HASH_FT_NOLOCK | D_HASH_FT_LRU, 4, nullptr, &ops, &table),
      0);
  int freed = 0;
  Record record{.key = "key", .references = 1, .freed = &freed};
  ASSERT_EQ(d_hash_rec_insert(table, "key", 3, &record.link, true), 0);
  d_hash_rec_decref(table, &record.link);
  EXPECT_EQ(freed, 1);
  EXPECT_EQ(d_hash_rec_first(table), nullptr);
  EXPECT_EQ(d_hash_table_destroy(table, false), 0);
}

// Four programs of the field rely on this: only a comparison, a hash of the record, decref and free.
TEST(HashTableKinds, functions_that_are_not_given_are_not_called) {
  d_hash_table_ops_t ops{.hop_key_cmp = compare};
  d_hash_table table{};
  ASSERT_EQ(d_hash_table_create_inplace(D_HASH_FT_LRU, 0, nullptr, &ops, &table), 0);
  Record a{.key = "a"};
  Record b{.key = "b"};
  ASSERT_EQ(d_hash_rec_insert(&table, "a", 1, &a.link, true), 0);
  ASSERT_EQ(d_hash_rec_insert(&table, "b", 1, &b.link, true), 0);
  EXPECT_EQ(d_hash_rec_insert_anonym(&table, &a.link, nullptr), -DER_INVAL);
  EXPECT_EQ(d_hash_rec_first(&table), &b.link);
  EXPECT_EQ(d_hash_rec_find(&table, "a", 1), &a.link);
  EXPECT_EQ(d_hash_rec_first(&table), &a.link);  // found last, so first
  EXPECT_TRUE(d_hash_rec_evict_at(&table, &a.link));
  EXPECT_EQ(d_hash_rec_first(&table), &b.link);
  EXPECT_TRUE(d_hash_rec_evict(&table, "b", 1));
  EXPECT_FALSE(d_hash_rec_evict(&table, "b", 1));  // is the last one
  EXPECT_EQ(d_hash_rec_first(&table), &a.link);
  EXPECT_EQ(d_hash_table_destroy_inplace(&table, true), 0);
  EXPECT_EQ(d_hash_table_destroy_inplace(&table, true), -DER_UNINIT);
}

TEST(HashTableKinds, nonsense_is_refused) {
  d_hash_table_ops_t ops = operations();
  d_hash_table* table = nullptr;
  EXPECT_EQ(d_hash_table_create(0, 31, nullptr, &ops, &table), -DER_INVAL);
  EXPECT_EQ(d_hash_table_create(0, 4, nullptr, nullptr, &table), -DER_INVAL);
  ops.hop_key_cmp = nullptr;
  EXPECT_EQ(d_hash_table_create(0, 4, nullptr, &ops, &table), -DER_INVAL);
  EXPECT_EQ(table, nullptr);
}

TEST(HashTableKinds, threads_insert_find_and_delete_at_the_same_time) {
  for (uint32_t kind :
       {0U, static_cast<uint32_t>(D_HASH_FT_MUTEX), static_cast<uint32_t>(D_HASH_FT_RWLOCK)}) {
    d_hash_table_ops_t ops{.hop_key_cmp = compare, .hop_rec_hash = hash_record};
    d_hash_table* table = nullptr;
    ASSERT_EQ(d_hash_table_create(kind, 3, nullptr, &ops, &table), 0);
    const auto work = [table](int thread) {
      std::vector<Record> records(200);
      for (size_t index = 0; index < records.size(); ++index) {
        std::string& key = records[index].key = std::to_string(thread) + "." + std::to_string(index);
        d_hash_rec_insert(table, key.data(), static_cast<unsigned>(key.size()), &records[index].link, true);
      }
      for (Record& record : records) {
        const auto size = static_cast<unsigned>(record.key.size());
        EXPECT_EQ(d_hash_rec_find(table, record.key.data(), size), &record.link);
        EXPECT_TRUE(d_hash_rec_delete(table, record.key.data(), size));
      }
    };
    std::thread other(work, 1);
    work(2);
    other.join();
    EXPECT_EQ(d_hash_table_destroy(table, false), 0);
  }
}

}  // namespace
