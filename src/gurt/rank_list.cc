// Lists of ranks; gurt/common.h.
#include <algorithm>
#include <cstring>

#include <gurt/common.h>

namespace {

d_rank_t* end_of(const d_rank_list_t& list) { return list.rl_ranks + list.rl_nr; }

// Room for `count` ranks; nullptr only if there is no memory.
d_rank_t* allocate_ranks(size_t count) {
  return static_cast<d_rank_t*>(d_calloc(std::max<size_t>(count, 1), sizeof(d_rank_t)));
}

d_rank_list_t* make_list(const d_rank_t* ranks, size_t count) {
  auto* const list = static_cast<d_rank_list_t*>(d_calloc(1, sizeof(d_rank_list_t)));
  if (list == nullptr) return nullptr;
  list->rl_ranks = allocate_ranks(count);
  if (list->rl_ranks == nullptr) {
    d_free(list);
    return nullptr;
  }
  if (count > 0 && ranks != nullptr) memcpy(list->rl_ranks, ranks, count * sizeof *ranks);
  list->rl_nr = static_cast<uint32_t>(count);
  return list;
}

bool set_index(int* index, const d_rank_list_t& list, const d_rank_t* found) {
  if (index != nullptr) *index = static_cast<int>(found - list.rl_ranks);
  return true;
}

}  // namespace

d_rank_list_t* d_rank_list_alloc(uint32_t size) {
  d_rank_list_t* const list = make_list(nullptr, size);
  for (uint32_t rank = 0; list != nullptr && rank < size; ++rank) list->rl_ranks[rank] = rank;
  return list;
}

void d_rank_list_free(d_rank_list_t* rank_list) {
  if (rank_list == nullptr) return;
  d_free(rank_list->rl_ranks);
  d_free(rank_list);
}

int d_rank_list_resize(d_rank_list_t* ptr, uint32_t size) {
  if (ptr == nullptr) return -DER_INVAL;
  if (size == 0) {
    D_FREE(ptr->rl_ranks);
    ptr->rl_nr = 0;
    return 0;
  }
  auto* const moved = static_cast<d_rank_t*>(d_realloc(ptr->rl_ranks, size * sizeof(d_rank_t)));
  if (moved == nullptr) return -DER_NOMEM;
  if (size > ptr->rl_nr) std::fill(moved + ptr->rl_nr, moved + size, 0);
  ptr->rl_ranks = moved;
  ptr->rl_nr = size;
  return 0;
}

int d_rank_list_dup(d_rank_list_t** dst, const d_rank_list_t* src) {
  if (dst == nullptr) return -DER_INVAL;
  *dst = src == nullptr ? nullptr : make_list(src->rl_ranks, src->rl_nr);
  return src != nullptr && *dst == nullptr ? -DER_NOMEM : 0;
}

int d_rank_list_dup_sort_uniq(d_rank_list_t** dst, const d_rank_list_t* src) {
  const int result = d_rank_list_dup(dst, src);
  if (result != 0 || *dst == nullptr) return result;
  d_rank_list_sort(*dst);
  (*dst)->rl_nr = static_cast<uint32_t>(std::unique((*dst)->rl_ranks, end_of(**dst)) - (*dst)->rl_ranks);
  return 0;
}

int d_rank_list_copy(d_rank_list_t* dst, d_rank_list_t* src) {
  if (dst == nullptr || src == nullptr) return -DER_INVAL;
  const int result = d_rank_list_resize(dst, src->rl_nr);
  if (result == 0) std::copy(src->rl_ranks, end_of(*src), dst->rl_ranks);
  return result;
}

void d_rank_list_filter(d_rank_list_t* src_set, d_rank_list_t* dst_set, bool exclude) {
  if (src_set == nullptr || dst_set == nullptr) return;
  const auto unwanted = [&](d_rank_t rank) { return d_rank_in_rank_list(src_set, rank) == exclude; };
  dst_set->rl_nr = static_cast<uint32_t>(std::remove_if(dst_set->rl_ranks, end_of(*dst_set), unwanted) -
                                         dst_set->rl_ranks);
}

int d_rank_list_merge(d_rank_list_t* src_set, d_rank_list_t* merge_set) {
  if (src_set == nullptr || merge_set == nullptr) return -DER_INVAL;
  for (uint32_t index = 0; index < merge_set->rl_nr; ++index) {
    const d_rank_t rank = merge_set->rl_ranks[index];
    if (d_rank_in_rank_list(src_set, rank)) continue;
    if (const int result = d_rank_list_append(src_set, rank)) return result;
  }
  return 0;
}

int d_rank_list_append(d_rank_list_t* rank_list, d_rank_t rank) {
  if (rank_list == nullptr) return -DER_INVAL;
  const uint32_t count = rank_list->rl_nr;
  const int result = d_rank_list_resize(rank_list, count + 1);
  if (result == 0) rank_list->rl_ranks[count] = rank;
  return result;
}

void d_rank_list_sort(d_rank_list_t* rank_list) {
  if (rank_list != nullptr) std::sort(rank_list->rl_ranks, end_of(*rank_list));
}

bool d_rank_list_bsearch(d_rank_list_t* rank_list, d_rank_t rank, int* idx) {
  if (rank_list == nullptr) return false;
  const d_rank_t* const found = std::lower_bound(rank_list->rl_ranks, end_of(*rank_list), rank);
  return found != end_of(*rank_list) && *found == rank && set_index(idx, *rank_list, found);
}

bool d_rank_list_find(d_rank_list_t* rank_list, d_rank_t rank, int* idx) {
  if (rank_list == nullptr) return false;
  const d_rank_t* const found = std::find(rank_list->rl_ranks, end_of(*rank_list), rank);
  return found != end_of(*rank_list) && set_index(idx, *rank_list, found);
}

bool d_rank_in_rank_list(d_rank_list_t* rank_list, d_rank_t rank) {
  return d_rank_list_find(rank_list, rank, nullptr);
}

int d_idx_in_rank_list(d_rank_list_t* rank_list, d_rank_t rank, uint32_t* idx) {
  if (rank_list == nullptr || idx == nullptr) return -DER_INVAL;
  int found = 0;
  if (!d_rank_list_find(rank_list, rank, &found)) return -DER_NONEXIST;
  *idx = static_cast<uint32_t>(found);
  return 0;
}

void d_rank_list_del_at(d_rank_list_t* list, int idx) {
  if (list == nullptr || idx < 0 || static_cast<uint32_t>(idx) >= list->rl_nr) return;
  std::copy(list->rl_ranks + idx + 1, end_of(*list), list->rl_ranks + idx);
  list->rl_nr--;
}

int d_rank_list_del(d_rank_list_t* rank_list, d_rank_t rank) {
  int index = 0;
  if (!d_rank_list_find(rank_list, rank, &index)) return -DER_NONEXIST;
  d_rank_list_del_at(rank_list, index);
  return 0;
}

bool d_rank_list_identical(d_rank_list_t* rank_list1, d_rank_list_t* rank_list2) {
  if (rank_list1 == rank_list2) return true;
  if (rank_list1 == nullptr || rank_list2 == nullptr) return false;
  return std::equal(rank_list1->rl_ranks, end_of(*rank_list1), rank_list2->rl_ranks, end_of(*rank_list2));
}

d_rank_list_t* uint32_array_to_rank_list(uint32_t* ints, size_t len) {
  return len > UINT32_MAX ? nullptr : make_list(ints, len);
}

int rank_list_to_uint32_array(d_rank_list_t* rl, uint32_t** ints, size_t* len) {
  if (rl == nullptr || ints == nullptr || len == nullptr) return -DER_INVAL;
  *ints = allocate_ranks(rl->rl_nr);
  if (*ints == nullptr) return -DER_NOMEM;
  std::copy(rl->rl_ranks, end_of(*rl), *ints);
  *len = rl->rl_nr;
  return 0;
}

int d_rank_list_to_str(d_rank_list_t* rank_list, char** rank_str) {
  if (rank_str == nullptr) return -DER_INVAL;
  d_rank_list_t* sorted = nullptr;
  if (const int result = d_rank_list_dup_sort_uniq(&sorted, rank_list)) return result;
  d_string_buffer_t text{};
  int result = d_write_string_buffer(&text, "%s", "");
  for (uint32_t first = 0; sorted != nullptr && first < sorted->rl_nr && result == 0;) {
    uint32_t last = first;
    while (last + 1 < sorted->rl_nr && sorted->rl_ranks[last + 1] == sorted->rl_ranks[last] + 1) last++;
    const char* const separator = first == 0 ? "" : ",";
    result = first == last ? d_write_string_buffer(&text, "%s%u", separator, sorted->rl_ranks[first])
                           : d_write_string_buffer(&text, "%s%u-%u", separator, sorted->rl_ranks[first],
                                                   sorted->rl_ranks[last]);
    first = last + 1;
  }
  d_rank_list_free(sorted);
  if (result == 0) {
    *rank_str = text.str;
  } else {
    d_free_string(&text);
  }
  return result;
}
