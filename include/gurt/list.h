/* Doubly linked lists whose links are members of what they hold. Nothing here takes a lock. */
#ifndef FIRN_GURT_LIST_H
#define FIRN_GURT_LIST_H

#include <stddef.h>

#ifndef prefetch
#define prefetch(a) __builtin_prefetch((a), 0, 1)
#endif

#ifndef NULL_P
#define NULL_P NULL
#endif

#if defined(__cplusplus)
extern "C" {
#endif

/* A list's head, or the link of a member. A head that points to itself is an empty list. */
struct d_list_head {
  struct d_list_head *next, *prev;
};

typedef struct d_list_head d_list_t;

#define D_LIST_HEAD_INIT(name) {&(name), &(name)}
#define D_LIST_HEAD(name) d_list_t name = D_LIST_HEAD_INIT(name)
#define D_INIT_LIST_HEAD(ptr) \
  do {                        \
    (ptr)->next = (ptr);      \
    (ptr)->prev = (ptr);      \
  } while (0)

/* At the front. */
static inline void d_list_add(d_list_t* newe, d_list_t* head) {
  newe->prev = head;
  newe->next = head->next;
  head->next->prev = newe;
  head->next = newe;
}

/* At the end, which is before the head. */
static inline void d_list_add_tail(d_list_t* newe, d_list_t* head) { d_list_add(newe, head->prev); }

/* The entry's own link stays as it was. */
static inline void d_list_del(d_list_t* entry) {
  entry->prev->next = entry->next;
  entry->next->prev = entry->prev;
}

static inline void d_list_del_init(d_list_t* entry) {
  d_list_del(entry);
  D_INIT_LIST_HEAD(entry);
}

static inline void d_list_move(d_list_t* list, d_list_t* head) {
  d_list_del(list);
  d_list_add(list, head);
}

static inline void d_list_move_tail(d_list_t* list, d_list_t* head) {
  d_list_del(list);
  d_list_add_tail(list, head);
}

static inline int d_list_empty(d_list_t* head) { return head->next == head; }

/* Looks at both sides. */
static inline int d_list_empty_careful(const d_list_t* head) {
  return head->next == head && head->prev == head;
}

/* The entries of `list` go to the front of `head`; the head `list` stays as it was. */
static inline void d_list_splice(d_list_t* list, d_list_t* head) {
  if (d_list_empty(list)) return;
  list->prev->next = head->next;
  head->next->prev = list->prev;
  list->next->prev = head;
  head->next = list->next;
}

static inline void d_list_splice_init(d_list_t* list, d_list_t* head) {
  d_list_splice(list, head);
  D_INIT_LIST_HEAD(list);
}

/* What the link is a member of. */
#define d_list_entry(ptr, type, member) ((type*)((char*)(ptr) - offsetof(type, member)))

/* The first entry, taken out; NULL if there is none. */
#define d_list_pop_entry(list, type, member)              \
  __extension__({                                         \
    type* popped_ = NULL;                                 \
    if (!d_list_empty(list)) {                            \
      popped_ = d_list_entry((list)->next, type, member); \
      d_list_del_init((list)->next);                      \
    }                                                     \
    popped_;                                              \
  })

/*
 * Loops. pos is a link, or with _entry the type that has it. _safe: pos may be taken out, n is where the loop
 * goes on. _continue begins behind pos, _from with it. _typed names the type for those whose compiler cannot.
 */
#define d_list_for_each(pos, head) for (pos = (head)->next; pos != (head); pos = pos->next)
#define d_list_for_each_prev(pos, head) for (pos = (head)->prev; pos != (head); pos = pos->prev)
#define d_list_for_each_safe(pos, n, head) \
  for (pos = (head)->next, n = pos->next; pos != (head); pos = n, n = pos->next)

#define d_list_for_each_entry_typed(pos, head, type, member)                   \
  for (pos = d_list_entry((head)->next, type, member); &pos->member != (head); \
       pos = d_list_entry(pos->member.next, type, member))
#define d_list_for_each_entry_reverse_typed(pos, head, type, member)           \
  for (pos = d_list_entry((head)->prev, type, member); &pos->member != (head); \
       pos = d_list_entry(pos->member.prev, type, member))
#define d_list_for_each_entry_safe_typed(pos, n, head, type, member)                                     \
  for (pos = d_list_entry((head)->next, type, member), n = d_list_entry(pos->member.next, type, member); \
       &pos->member != (head); pos = n, n = d_list_entry(n->member.next, type, member))
#define d_list_for_each_entry_safe_from_typed(pos, n, head, type, member)        \
  for (n = d_list_entry(pos->member.next, type, member); &pos->member != (head); \
       pos = n, n = d_list_entry(n->member.next, type, member))

#define d_list_for_each_entry(pos, head, member) \
  d_list_for_each_entry_typed(pos, head, __typeof__(*pos), member)
#define d_list_for_each_entry_continue(pos, head, member)                                      \
  for (pos = d_list_entry(pos->member.next, __typeof__(*pos), member); &pos->member != (head); \
       pos = d_list_entry(pos->member.next, __typeof__(*pos), member))
#define d_list_for_each_entry_reverse(pos, head, member) \
  d_list_for_each_entry_reverse_typed(pos, head, __typeof__(*pos), member)
#define d_list_for_each_entry_safe(pos, n, head, member) \
  d_list_for_each_entry_safe_typed(pos, n, head, __typeof__(*pos), member)
#define d_list_for_each_entry_safe_from(pos, n, head, member) \
  d_list_for_each_entry_safe_from_typed(pos, n, head, __typeof__(*pos), member)
#define d_list_for_each_entry_reverse_safe(pos, n, head, member)    \
  for (pos = d_list_entry((head)->prev, __typeof__(*pos), member),  \
      n = d_list_entry(pos->member.prev, __typeof__(*pos), member); \
       &pos->member != (head); pos = n, n = d_list_entry(n->member.prev, __typeof__(*n), member))

/* Lists with a head of one pointer, for tables of many. */

typedef struct d_hlist_node {
  struct d_hlist_node *next, **pprev; /* pprev: what points to this node; NULL: nothing */
} d_hlist_node_t;

typedef struct d_hlist_head {
  d_hlist_node_t* first;
} d_hlist_head_t;

#define D_HLIST_HEAD_INIT {NULL_P}
#define D_HLIST_HEAD(name) d_hlist_head_t name = {NULL_P}
#define D_INIT_HLIST_HEAD(ptr) ((ptr)->first = NULL_P)
#define D_INIT_HLIST_NODE(ptr) ((ptr)->next = NULL_P, (ptr)->pprev = NULL_P)

static inline int d_hlist_unhashed(const d_hlist_node_t* h) { return h->pprev == NULL; }

static inline int d_hlist_empty(const d_hlist_head_t* h) { return h->first == NULL; }

static inline void d_hlist_del(d_hlist_node_t* n) {
  *n->pprev = n->next;
  if (n->next != NULL) n->next->pprev = n->pprev;
}

static inline void d_hlist_del_init(d_hlist_node_t* n) {
  if (d_hlist_unhashed(n)) return;
  d_hlist_del(n);
  D_INIT_HLIST_NODE(n);
}

static inline void d_hlist_add_head(d_hlist_node_t* n, d_hlist_head_t* h) {
  n->next = h->first;
  n->pprev = &h->first;
  if (n->next != NULL) n->next->pprev = &n->next;
  h->first = n;
}

static inline void d_hlist_add_before(d_hlist_node_t* n, d_hlist_node_t* next) {
  n->next = next;
  n->pprev = next->pprev;
  *n->pprev = n;
  next->pprev = &n->next;
}

static inline void d_hlist_add_after(d_hlist_node_t* n, d_hlist_node_t* prev) {
  n->next = prev->next;
  n->pprev = &prev->next;
  if (n->next != NULL) n->next->pprev = &n->next;
  prev->next = n;
}

#define d_hlist_entry(ptr, type, member) d_list_entry(ptr, type, member)

#define dhlist_for_each(pos, head) for (pos = (head)->first; pos != NULL; pos = pos->next)
#define dhlist_for_each_safe(pos, n, head) \
  for (pos = (head)->first; pos != NULL && (n = pos->next, 1); pos = n)
#define dhlist_for_each_entry_typed(tpos, pos, head, type, member) \
  for (pos = (head)->first; pos != NULL && (tpos = d_hlist_entry(pos, type, member), 1); pos = pos->next)
#define dhlist_for_each_entry_safe_typed(tpos, pos, n, head, type, member)                              \
  for (pos = (head)->first; pos != NULL && (n = pos->next, tpos = d_hlist_entry(pos, type, member), 1); \
       pos = n)
#define dhlist_for_each_entry(tpos, pos, head, member) \
  dhlist_for_each_entry_typed(tpos, pos, head, __typeof__(*tpos), member)
#define dhlist_for_each_entry_safe(tpos, pos, n, head, member) \
  dhlist_for_each_entry_safe_typed(tpos, pos, n, head, __typeof__(*tpos), member)
#define dhlist_for_each_entry_from(tpos, pos, member) \
  for (; pos != NULL && (tpos = d_hlist_entry(pos, __typeof__(*tpos), member), 1); pos = pos->next)
#define dhlist_for_each_entry_continue(tpos, pos, member)                                         \
  for (pos = pos->next; pos != NULL && (tpos = d_hlist_entry(pos, __typeof__(*tpos), member), 1); \
       pos = pos->next)

#if defined(__cplusplus)
}
#endif

#endif
