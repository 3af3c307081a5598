// Stocks of descriptors; gurt/slab.h.
#include <mutex>

#include <gurt/common.h>
#include <gurt/slab.h>

namespace {

// For std::lock_guard.
class Mutex {
 public:
  explicit Mutex(pthread_mutex_t& mutex) : mutex_(mutex) {}
  void lock() { pthread_mutex_lock(&mutex_); }
  void unlock() { pthread_mutex_unlock(&mutex_); }

 private:
  pthread_mutex_t& mutex_;
};

d_list_t* link_of(const d_slab_type& type, void* descriptor) {
  return reinterpret_cast<d_list_t*>(static_cast<char*>(descriptor) + type.st_reg.sr_offset);
}

void* descriptor_of(const d_slab_type& type, d_list_t* link) {
  return reinterpret_cast<char*>(link) - type.st_reg.sr_offset;
}

// A new one, without the lock; nullptr: no memory, or it cannot be reset.
void* make(d_slab_type& type) {
  void* const descriptor = d_calloc(1, static_cast<size_t>(type.st_reg.sr_size));
  if (descriptor == nullptr) return nullptr;
  if (type.st_reg.sr_init) type.st_reg.sr_init(descriptor, type.st_arg);
  return descriptor;
}

void release_memory(const d_slab_type& type, void* descriptor) {
  if (type.st_reg.sr_release) type.st_reg.sr_release(descriptor);
  d_free(descriptor);
}

bool reset(const d_slab_type& type, void* descriptor) {
  if (!type.st_reg.sr_reset || type.st_reg.sr_reset(descriptor)) return true;
  release_memory(type, descriptor);
  return false;
}

void* take_free(d_slab_type& type) {
  if (d_list_empty(&type.st_free_list)) return nullptr;
  d_list_t* const link = type.st_free_list.next;
  d_list_del(link);
  type.st_free_count--;
  return descriptor_of(type, link);
}

// Counts one more in existence, unless that is too many.
bool reserve(d_slab_type& type) {
  if (type.st_reg.sr_max_desc > 0 && type.st_count >= type.st_reg.sr_max_desc) return false;
  type.st_count++;
  return true;
}

void forget(d_slab_type& type) {
  Mutex mutex(type.st_lock);
  const std::lock_guard guard(mutex);
  type.st_count--;
}

// Frees all that is not in use; whether something is.
bool empty_stock(d_slab_type& type) {
  Mutex mutex(type.st_lock);
  const std::lock_guard guard(mutex);
  while (void* const descriptor = take_free(type)) {
    release_memory(type, descriptor);
    type.st_count--;
  }
  return type.st_count > 0;
}

}  // namespace

int d_slab_init(d_slab* slab, void* arg) {
  if (slab == nullptr) return -DER_INVAL;
  *slab = {};
  D_INIT_LIST_HEAD(&slab->slab_list);
  slab->slab_arg = arg;
  const int result = d_errno2der(pthread_mutex_init(&slab->slab_lock, nullptr));
  slab->slab_init = result == 0;
  return result;
}

void d_slab_destroy(d_slab* slab) {
  if (!slab->slab_init) return;
  while (!d_list_empty(&slab->slab_list)) {
    d_slab_type* const type = d_list_entry(slab->slab_list.next, d_slab_type, st_type_list);
    if (empty_stock(*type))
      D_ERROR("descriptors of '%s' are in use when their slab goes\n", type->st_reg.sr_name);
    d_list_del(&type->st_type_list);
    pthread_mutex_destroy(&type->st_lock);
    d_free(type);
  }
  pthread_mutex_destroy(&slab->slab_lock);
  *slab = {};
}

int d_slab_register(d_slab* slab, d_slab_reg* reg, void* arg, d_slab_type** type) {
  constexpr int kLink = sizeof(d_list_t);
  if (slab == nullptr || reg == nullptr || type == nullptr || !slab->slab_init) return -DER_INVAL;
  if (reg->sr_offset < 0 || reg->sr_size < kLink || reg->sr_offset > reg->sr_size - kLink) return -DER_INVAL;
  auto* const made = static_cast<d_slab_type*>(d_calloc(1, sizeof(d_slab_type)));
  if (made == nullptr) return -DER_NOMEM;
  made->st_reg = *reg;
  made->st_slab = slab;
  made->st_arg = arg != nullptr ? arg : slab->slab_arg;
  D_INIT_LIST_HEAD(&made->st_free_list);
  if (const int error = pthread_mutex_init(&made->st_lock, nullptr)) {
    d_free(made);
    return d_errno2der(error);
  }
  Mutex mutex(slab->slab_lock);
  const std::lock_guard guard(mutex);
  d_list_add_tail(&made->st_type_list, &slab->slab_list);
  *type = made;
  return 0;
}

void* d_slab_acquire(d_slab_type* type) {
  for (;;) {
    void* descriptor = nullptr;
    {
      Mutex mutex(type->st_lock);
      const std::lock_guard guard(mutex);
      descriptor = take_free(*type);
      if (descriptor == nullptr && !reserve(*type)) return nullptr;
    }
    const bool is_new = descriptor == nullptr;
    if (is_new) descriptor = make(*type);
    if (descriptor != nullptr && reset(*type, descriptor)) return descriptor;
    forget(*type);
    if (is_new) return nullptr;
  }
}

void d_slab_release(d_slab_type* type, void* desc) {
  Mutex mutex(type->st_lock);
  const std::lock_guard guard(mutex);
  if (type->st_reg.sr_max_free_desc > 0 && type->st_free_count >= type->st_reg.sr_max_free_desc) {
    release_memory(*type, desc);
    type->st_count--;
    return;
  }
  d_list_add(link_of(*type, desc), &type->st_free_list);
  type->st_free_count++;
}

void d_slab_restock(d_slab_type* type) {
  {
    Mutex mutex(type->st_lock);
    const std::lock_guard guard(mutex);
    if (type->st_free_count > 0 || !reserve(*type)) return;
  }
  if (void* const descriptor = make(*type)) {
    d_slab_release(type, descriptor);
  } else {
    forget(*type);
  }
}

bool d_slab_reclaim(d_slab* slab) {
  Mutex mutex(slab->slab_lock);
  const std::lock_guard guard(mutex);
  bool in_use = false;
  d_slab_type* type = nullptr;
  d_list_for_each_entry(type, &slab->slab_list, st_type_list) in_use |= empty_stock(*type);
  return in_use;
}
