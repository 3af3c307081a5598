// Chained hash tables of records that the user allocates; gurt/hash.h. Any thread; one lock per table.
#include <cstdlib>
#include <new>

#include <gurt/common.h>
#include <gurt/hash.h>

namespace {

constexpr uint32_t kBitsMax = 30;

static_assert(sizeof(pthread_rwlock_t) <= sizeof(d_hash_lock) &&
              sizeof(pthread_spinlock_t) <= sizeof(d_hash_lock));

enum class LockKind : uint8_t { none, mutex, read_write, spin };

LockKind lock_kind(const d_hash_table& table) {
  if (table.ht_feats & D_HASH_FT_NOLOCK) return LockKind::none;
  if (table.ht_feats & D_HASH_FT_MUTEX) return LockKind::mutex;
  return table.ht_feats & D_HASH_FT_RWLOCK ? LockKind::read_write : LockKind::spin;
}

template <class Lock>
Lock* lock_as(d_hash_table& table) {
  return reinterpret_cast<Lock*>(table.ht_lock.space);
}

int make_lock(d_hash_table& table) {
  switch (lock_kind(table)) {
    case LockKind::none:
      return 0;
    case LockKind::mutex:
      return d_errno2der(pthread_mutex_init(&table.ht_lock.mutex, nullptr));
    case LockKind::read_write:
      return d_errno2der(pthread_rwlock_init(lock_as<pthread_rwlock_t>(table), nullptr));
    case LockKind::spin:
      return d_errno2der(pthread_spin_init(lock_as<pthread_spinlock_t>(table), PTHREAD_PROCESS_PRIVATE));
  }
  return -DER_INVAL;
}

void destroy_lock(d_hash_table& table) {
  switch (lock_kind(table)) {
    case LockKind::none:
      return;
    case LockKind::mutex:
      pthread_mutex_destroy(&table.ht_lock.mutex);
      return;
    case LockKind::read_write:
      pthread_rwlock_destroy(lock_as<pthread_rwlock_t>(table));
      return;
    case LockKind::spin:
      pthread_spin_destroy(lock_as<pthread_spinlock_t>(table));
  }
}

enum class Access : uint8_t { shared, exclusive };

// Holds the table's lock, if it has one.
class Guard {
 public:
  Guard(d_hash_table& table, Access access) : table_(table) {
    switch (lock_kind(table)) {
      case LockKind::none:
        return;
      case LockKind::mutex:
        pthread_mutex_lock(&table.ht_lock.mutex);
        return;
      case LockKind::read_write:
        if (access == Access::shared) {
          pthread_rwlock_rdlock(lock_as<pthread_rwlock_t>(table));
        } else {
          pthread_rwlock_wrlock(lock_as<pthread_rwlock_t>(table));
        }
        return;
      case LockKind::spin:
        pthread_spin_lock(lock_as<pthread_spinlock_t>(table));
    }
  }
  Guard(const Guard&) = delete;
  Guard& operator=(const Guard&) = delete;
  ~Guard() {
    switch (lock_kind(table_)) {
      case LockKind::none:
        return;
      case LockKind::mutex:
        pthread_mutex_unlock(&table_.ht_lock.mutex);
        return;
      case LockKind::read_write:
        pthread_rwlock_unlock(lock_as<pthread_rwlock_t>(table_));
        return;
      case LockKind::spin:
        pthread_spin_unlock(lock_as<pthread_spinlock_t>(table_));
    }
  }

 private:
  d_hash_table& table_;
};

bool is_ephemeral(const d_hash_table& table) { return (table.ht_feats & D_HASH_FT_EPHEMERAL) != 0; }
bool is_lru(const d_hash_table& table) { return (table.ht_feats & D_HASH_FT_LRU) != 0; }
uint32_t bucket_count(const d_hash_table& table) { return 1U << table.ht_bits; }

struct Key {
  const void* bytes;
  unsigned size;
};

d_list_t& bucket_of_hash(d_hash_table& table, uint32_t hash) {
  return table.ht_buckets[hash & (bucket_count(table) - 1)].hb_head;
}

d_list_t& bucket_of_key(d_hash_table& table, Key key) {
  const auto hash_key = table.ht_ops->hop_key_hash;
  return bucket_of_hash(table, hash_key ? hash_key(&table, key.bytes, key.size)
                                        : d_hash_string_u32(static_cast<const char*>(key.bytes), key.size));
}

// Of a record that is in the table: without hop_rec_hash the end of its chain is looked for.
d_list_t& bucket_of_record(d_hash_table& table, d_list_t* link) {
  if (table.ht_ops->hop_rec_hash) return bucket_of_hash(table, table.ht_ops->hop_rec_hash(&table, link));
  const auto begin = reinterpret_cast<uintptr_t>(table.ht_buckets);
  const auto end = reinterpret_cast<uintptr_t>(table.ht_buckets + bucket_count(table));
  for (link = link->next;; link = link->next) {
    const auto address = reinterpret_cast<uintptr_t>(link);
    if (address >= begin && address < end) return *link;
  }
}

d_list_t* find_in(d_hash_table& table, d_list_t& bucket, Key key) {
  d_list_t* link = nullptr;
  d_list_for_each(link, &bucket) {
    if (table.ht_ops->hop_key_cmp(&table, link, key.bytes, key.size)) return link;
  }
  return nullptr;
}

void add_reference(d_hash_table& table, d_list_t* link) {
  if (table.ht_ops->hop_rec_addref) table.ht_ops->hop_rec_addref(&table, link);
}

// Whether it was the last one.
bool drop_reference(d_hash_table& table, d_list_t* link) {
  return table.ht_ops->hop_rec_decref && table.ht_ops->hop_rec_decref(&table, link);
}

void put_in(d_hash_table& table, d_list_t& bucket, d_list_t* link) {
  if (!is_ephemeral(table)) add_reference(table, link);
  d_list_add(link, &bucket);
}

// Whether the record is to be freed.
bool take_out(d_hash_table& table, d_list_t* link) {
  d_list_del_init(link);
  return !is_ephemeral(table) && drop_reference(table, link);
}

void free_record(d_hash_table& table, d_list_t* link) {
  if (table.ht_ops->hop_rec_free) table.ht_ops->hop_rec_free(&table, link);
}

// One that was found, for the caller.
d_list_t* hand_out(d_hash_table& table, d_list_t& bucket, d_list_t* link) {
  if (link == nullptr) return nullptr;
  add_reference(table, link);
  if (is_lru(table)) d_list_move(link, &bucket);
  return link;
}

bool move_to_end(d_list_t& bucket, d_list_t* link) {
  if (bucket.prev == link) return false;
  d_list_move_tail(link, &bucket);
  return true;
}

// Drops `count` references. 1: the last one went; 0: some are left; -DER_INVAL: there were not so many.
int drop_references(d_hash_table& table, d_list_t* link, int count) {
  if (table.ht_ops->hop_rec_ndecref) return table.ht_ops->hop_rec_ndecref(&table, link, count);
  while (count-- > 0) {
    if (drop_reference(table, link)) return count == 0 ? 1 : -DER_INVAL;
  }
  return 0;
}

}  // namespace

int d_hash_table_create_inplace(uint32_t feats, uint32_t bits, void* priv, d_hash_table_ops_t* hops,
                                d_hash_table* htable) {
  if (htable == nullptr || hops == nullptr || hops->hop_key_cmp == nullptr || bits > kBitsMax)
    return -DER_INVAL;
  *htable = {};
  htable->ht_feats = feats;
  htable->ht_bits = bits;
  htable->ht_priv = priv;
  htable->ht_ops = hops;
  htable->ht_buckets = static_cast<d_hash_bucket*>(d_calloc(bucket_count(*htable), sizeof(d_hash_bucket)));
  if (htable->ht_buckets == nullptr) return -DER_NOMEM;
  for (uint32_t index = 0; index < bucket_count(*htable); ++index) {
    D_INIT_LIST_HEAD(&htable->ht_buckets[index].hb_head);
  }
  const int result = make_lock(*htable);
  if (result != 0) D_FREE(htable->ht_buckets);
  return result;
}

int d_hash_table_create(uint32_t feats, uint32_t bits, void* priv, d_hash_table_ops_t* hops,
                        d_hash_table** htable_pp) {
  if (htable_pp == nullptr) return -DER_INVAL;
  auto* table = static_cast<d_hash_table*>(d_calloc(1, sizeof(d_hash_table)));
  if (table == nullptr) return -DER_NOMEM;
  const int result = d_hash_table_create_inplace(feats, bits, priv, hops, table);
  if (result == 0) {
    *htable_pp = table;
  } else {
    d_free(table);
  }
  return result;
}

int d_hash_table_destroy_inplace(d_hash_table* htable, bool force) {
  if (htable->ht_buckets == nullptr) return -DER_UNINIT;
  while (d_list_t* const link = d_hash_rec_first(htable)) {
    if (!force) return -DER_BUSY;
    d_hash_rec_delete_at(htable, link);
  }
  destroy_lock(*htable);
  d_free(htable->ht_buckets);
  *htable = {};
  return 0;
}

int d_hash_table_destroy(d_hash_table* htable, bool force) {
  const int result = d_hash_table_destroy_inplace(htable, force);
  if (result == 0) d_free(htable);
  return result;
}

int d_hash_table_traverse(d_hash_table* htable, d_hash_traverse_cb_t cb, void* arg) {
  if (htable->ht_buckets == nullptr) return -DER_UNINIT;
  if (cb == nullptr) return -DER_INVAL;
  const Guard guard(*htable, Access::shared);
  for (uint32_t index = 0; index < bucket_count(*htable); ++index) {
    d_list_t* link = nullptr;
    d_list_t* next = nullptr;
    d_list_for_each_safe(link, next, &htable->ht_buckets[index].hb_head) {
      if (const int result = cb(link, arg)) return result;
    }
  }
  return 0;
}

d_list_t* d_hash_rec_find(d_hash_table* htable, const void* key, unsigned int ksize) {
  if (key == nullptr) return nullptr;
  const Guard guard(*htable, is_lru(*htable) ? Access::exclusive : Access::shared);
  d_list_t& bucket = bucket_of_key(*htable, {key, ksize});
  return hand_out(*htable, bucket, find_in(*htable, bucket, {key, ksize}));
}

d_list_t* d_hash_rec_find_insert(d_hash_table* htable, const void* key, unsigned int ksize, d_list_t* link) {
  if (key == nullptr || ksize == 0) return nullptr;
  const Guard guard(*htable, Access::exclusive);
  d_list_t& bucket = bucket_of_key(*htable, {key, ksize});
  if (d_list_t* const found = find_in(*htable, bucket, {key, ksize})) return hand_out(*htable, bucket, found);
  put_in(*htable, bucket, link);
  return link;
}

int d_hash_rec_insert(d_hash_table* htable, const void* key, unsigned int ksize, d_list_t* link,
                      bool exclusive) {
  if (key == nullptr || ksize == 0) return -DER_INVAL;
  const Guard guard(*htable, Access::exclusive);
  d_list_t& bucket = bucket_of_key(*htable, {key, ksize});
  if (exclusive && find_in(*htable, bucket, {key, ksize}) != nullptr) return -DER_EXIST;
  put_in(*htable, bucket, link);
  return 0;
}

int d_hash_rec_insert_anonym(d_hash_table* htable, d_list_t* link, void* arg) {
  const auto make_key = htable->ht_ops->hop_key_init;
  if (make_key == nullptr || htable->ht_ops->hop_rec_hash == nullptr) return -DER_INVAL;
  const bool early = (htable->ht_feats & D_HASH_FT_NO_KEYINIT_LOCK) != 0;
  if (early) make_key(htable, link, arg);
  const Guard guard(*htable, Access::exclusive);
  if (!early) make_key(htable, link, arg);
  put_in(*htable, bucket_of_record(*htable, link), link);
  return 0;
}

bool d_hash_rec_delete(d_hash_table* htable, const void* key, unsigned int ksize) {
  d_list_t* link = nullptr;
  bool last = false;
  {
    const Guard guard(*htable, Access::exclusive);
    link = find_in(*htable, bucket_of_key(*htable, {key, ksize}), {key, ksize});
    last = link != nullptr && take_out(*htable, link);
  }
  if (last) free_record(*htable, link);
  return link != nullptr;
}

bool d_hash_rec_delete_at(d_hash_table* htable, d_list_t* link) {
  bool last = false;
  {
    const Guard guard(*htable, Access::exclusive);
    if (d_hash_rec_unlinked(link)) return false;
    last = take_out(*htable, link);
  }
  if (last) free_record(*htable, link);
  return true;
}

bool d_hash_rec_evict(d_hash_table* htable, const void* key, unsigned int ksize) {
  if (!is_lru(*htable)) return false;
  const Guard guard(*htable, Access::exclusive);
  d_list_t& bucket = bucket_of_key(*htable, {key, ksize});
  d_list_t* const link = find_in(*htable, bucket, {key, ksize});
  return link != nullptr && move_to_end(bucket, link);
}

bool d_hash_rec_evict_at(d_hash_table* htable, d_list_t* link) {
  if (!is_lru(*htable)) return false;
  const Guard guard(*htable, Access::exclusive);
  return !d_hash_rec_unlinked(link) && move_to_end(bucket_of_record(*htable, link), link);
}

void d_hash_rec_addref(d_hash_table* htable, d_list_t* link) {
  const Guard guard(*htable, Access::shared);
  add_reference(*htable, link);
}

void d_hash_rec_decref(d_hash_table* htable, d_list_t* link) { d_hash_rec_ndecref(htable, 1, link); }

int d_hash_rec_ndecref(d_hash_table* htable, int count, d_list_t* link) {
  int result = 0;
  {
    const Guard guard(*htable, Access::exclusive);
    result = count == 1 ? drop_reference(*htable, link) : drop_references(*htable, link, count);
    if (result == 1 && !d_hash_rec_unlinked(link)) d_list_del_init(link);
  }
  if (result == 1) free_record(*htable, link);
  return result < 0 ? result : 0;
}

bool d_hash_rec_unlinked(d_list_t* link) { return link->next == nullptr || d_list_empty(link); }

d_list_t* d_hash_rec_first(d_hash_table* htable) {
  const Guard guard(*htable, Access::shared);
  for (uint32_t index = 0; htable->ht_buckets != nullptr && index < bucket_count(*htable); ++index) {
    d_list_t& bucket = htable->ht_buckets[index].hb_head;
    if (!d_list_empty(&bucket)) return bucket.next;
  }
  return nullptr;
}
