// Binary heap over an array of pointers; gurt/heap.h.
#include <algorithm>
#include <utility>

#include <gurt/heap.h>

namespace {

constexpr uint32_t kRoomMin = 16;

// Holds the heap's mutex, if it has one.
class Guard {
 public:
  explicit Guard(d_binheap& heap) : heap_(heap) {
    if (locks()) pthread_mutex_lock(&heap_.d_bh_mutex);
  }
  Guard(const Guard&) = delete;
  Guard& operator=(const Guard&) = delete;
  ~Guard() {
    if (locks()) pthread_mutex_unlock(&heap_.d_bh_mutex);
  }

 private:
  bool locks() const { return (heap_.d_bh_feats & DBH_FT_NOLOCK) == 0; }
  d_binheap& heap_;
};

void place(d_binheap& heap, uint32_t index, d_binheap_node* node) {
  heap.d_bh_nodes[index] = node;
  node->chn_idx = index;
}

bool is_before(const d_binheap& heap, uint32_t left, uint32_t right) {
  return heap.d_bh_ops->hop_compare(heap.d_bh_nodes[left], heap.d_bh_nodes[right]);
}

void exchange(d_binheap& heap, uint32_t left, uint32_t right) {
  d_binheap_node* const node = heap.d_bh_nodes[left];
  place(heap, left, heap.d_bh_nodes[right]);
  place(heap, right, node);
}

// Up while it is before its parent, then down while one of its children is before it.
void settle(d_binheap& heap, uint32_t index) {
  while (index > 0 && is_before(heap, index, (index - 1) / 2)) {
    exchange(heap, index, (index - 1) / 2);
    index = (index - 1) / 2;
  }
  for (;;) {
    uint32_t first = index;
    for (uint32_t child : {2 * index + 1, 2 * index + 2}) {
      if (child < heap.d_bh_nodes_cnt && is_before(heap, child, first)) first = child;
    }
    if (first == index) return;
    exchange(heap, index, first);
    index = first;
  }
}

int make_room(d_binheap& heap, uint32_t count) {
  if (count <= heap.d_bh_hwm) return 0;
  const uint32_t room = std::max({count, heap.d_bh_hwm * 2, kRoomMin});
  void* const moved = d_realloc(heap.d_bh_nodes, room * sizeof(d_binheap_node*));
  if (moved == nullptr) return -DER_NOMEM;
  heap.d_bh_nodes = static_cast<d_binheap_node**>(moved);
  heap.d_bh_hwm = room;
  return 0;
}

void remove(d_binheap& heap, d_binheap_node* node) {
  const uint32_t index = node->chn_idx;
  d_binheap_node* const last = heap.d_bh_nodes[--heap.d_bh_nodes_cnt];
  if (last != node) {
    place(heap, index, last);
    settle(heap, index);
  }
  if (heap.d_bh_ops->hop_exit) heap.d_bh_ops->hop_exit(&heap, node);
}

}  // namespace

int d_binheap_create_inplace(uint32_t feats, uint32_t count, void* priv, d_binheap_ops* ops, d_binheap* h) {
  if (h == nullptr || ops == nullptr || ops->hop_compare == nullptr) return -DER_INVAL;
  *h = {};
  h->d_bh_feats = feats;
  h->d_bh_priv = priv;
  h->d_bh_ops = ops;
  if (const int result = make_room(*h, count)) return result;
  return d_errno2der(pthread_mutex_init(&h->d_bh_mutex, nullptr));
}

int d_binheap_create(uint32_t feats, uint32_t count, void* priv, d_binheap_ops* ops, d_binheap** h) {
  if (h == nullptr) return -DER_INVAL;
  auto* const heap = static_cast<d_binheap*>(d_calloc(1, sizeof(d_binheap)));
  if (heap == nullptr) return -DER_NOMEM;
  const int result = d_binheap_create_inplace(feats, count, priv, ops, heap);
  if (result == 0) {
    *h = heap;
  } else {
    d_free(heap);
  }
  return result;
}

void d_binheap_destroy_inplace(d_binheap* h) {
  pthread_mutex_destroy(&h->d_bh_mutex);
  d_free(h->d_bh_nodes);
  *h = {};
}

void d_binheap_destroy(d_binheap* h) {
  d_binheap_destroy_inplace(h);
  d_free(h);
}

d_binheap_node* d_binheap_find(d_binheap* h, uint32_t idx) {
  const Guard guard(*h);
  return idx < h->d_bh_nodes_cnt ? h->d_bh_nodes[idx] : nullptr;
}

int d_binheap_insert(d_binheap* h, d_binheap_node* e) {
  const Guard guard(*h);
  if (const int result = make_room(*h, h->d_bh_nodes_cnt + 1)) return result;
  if (h->d_bh_ops->hop_enter) {
    if (const int refused = h->d_bh_ops->hop_enter(h, e)) return refused;
  }
  place(*h, h->d_bh_nodes_cnt++, e);
  settle(*h, e->chn_idx);
  return 0;
}

void d_binheap_remove(d_binheap* h, d_binheap_node* e) {
  const Guard guard(*h);
  remove(*h, e);
}

d_binheap_node* d_binheap_remove_root(d_binheap* h) {
  const Guard guard(*h);
  if (h->d_bh_nodes_cnt == 0) return nullptr;
  d_binheap_node* const root = h->d_bh_nodes[0];
  remove(*h, root);
  return root;
}
