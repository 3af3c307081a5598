/*
 * Files by daos_fs.h and daos_fs_sys.h as a program uses them, against any system: files POOL. Prints the first thing that is not as it
 * should be, and ends with 1.
 */
#include <daos.h>
#include <daos_fs.h>
#include <daos_fs_sys.h>
#include <errno.h>
#include <firn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "expect.h"

#define MiB (1024 * 1024)

static daos_handle_t pool;

static d_sg_list_t *list_of(d_sg_list_t *list, d_iov_t *iov, void *bytes, size_t size) {
  d_iov_set(iov, bytes, size);
  list->sg_nr = 1;
  list->sg_nr_out = 0;
  list->sg_iovs = iov;
  return list;
}

static int write_at(dfs_t *dfs, dfs_obj_t *file, daos_off_t offset, void *bytes, size_t size) {
  d_iov_t iov;
  d_sg_list_t list;

  return dfs_write(dfs, file, list_of(&list, &iov, bytes, size), offset, NULL);
}

static daos_size_t read_at(dfs_t *dfs, dfs_obj_t *file, daos_off_t offset, void *bytes, size_t size) {
  d_iov_t iov;
  d_sg_list_t list;
  daos_size_t read = 0;

  EXPECT(dfs_read(dfs, file, list_of(&list, &iov, bytes, size), offset, &read, NULL), 0);
  return read;
}

static dfs_obj_t *make_file(dfs_t *dfs, dfs_obj_t *parent, const char *name, const char *text) {
  dfs_obj_t *file = NULL;

  EXPECT(dfs_open(dfs, parent, name, S_IFREG | 0640, O_RDWR | O_CREAT | O_EXCL, 0, 0, NULL, &file), 0);
  if (*text != '\0') EXPECT(write_at(dfs, file, 0, (void *)text, strlen(text)), 0);
  return file;
}

static void files(dfs_t *dfs) {
  dfs_obj_t *file = make_file(dfs, NULL, "file", "hello");
  dfs_obj_t *again = NULL;
  daos_size_t size = 0;
  struct stat st;
  mode_t mode = 0;
  char bytes[100];
  char *large = malloc(5 * MiB);

  EXPECT(dfs_open(dfs, NULL, "file", S_IFREG, O_RDWR | O_CREAT | O_EXCL, 0, 0, NULL, &again), EEXIST);
  EXPECT(dfs_open(dfs, NULL, "missing", S_IFREG, O_RDWR, 0, 0, NULL, &again), ENOENT);
  EXPECT(dfs_open(dfs, NULL, "file", S_IFDIR, O_RDWR, 0, 0, NULL, &again), ENOTDIR);
  EXPECT(dfs_open(dfs, NULL, "a/b", S_IFREG, O_RDWR, 0, 0, NULL, &again), EINVAL);
  EXPECT(dfs_open(dfs, NULL, "file", S_IFREG, O_RDWR | O_APPEND, 0, 0, NULL, &again), ENOTSUP);
  /* Garbage in the permissions of a plain open does no harm. */
  EXPECT(dfs_open(dfs, NULL, "file", S_IFREG | 07654, O_RDONLY, 0, 0, NULL, &again), 0);
  EXPECT(write_at(dfs, again, 0, bytes, 1), EPERM);
  EXPECT(read_at(dfs, again, 0, bytes, sizeof(bytes)), 5);
  EXPECT(memcmp(bytes, "hello", 5), 0);
  EXPECT(read_at(dfs, again, 5, bytes, 10), 0);
  EXPECT(dfs_get_mode(again, &mode), 0);
  EXPECT(mode, S_IFREG | 0640);
  EXPECT(dfs_release(again), 0);

  memset(large, 'x', 5 * MiB);
  EXPECT(write_at(dfs, file, 3 * MiB + 1, large, 5 * MiB), 0);
  EXPECT(dfs_get_size(dfs, file, &size), 0);
  EXPECT(size, 8 * MiB + 1);
  memset(large, 1, 5 * MiB);
  EXPECT(read_at(dfs, file, 3 * MiB, large, 5 * MiB), 5 * MiB);
  EXPECT(large[0], 0);
  EXPECT(large[1], 'x');
  EXPECT(large[5 * MiB - 1], 'x');
  EXPECT(dfs_stat(dfs, NULL, "file", &st), 0);
  EXPECT(st.st_size, 8 * MiB + 1);
  EXPECT(st.st_mode, S_IFREG | 0640);
  EXPECT(st.st_nlink, 1);
  EXPECT(st.st_uid, geteuid());
  EXPECT(dfs_punch(dfs, file, 10, DFS_MAX_FSIZE), 0);
  EXPECT(dfs_get_size(dfs, file, &size), 0);
  EXPECT(size, 10);
  EXPECT(dfs_punch(dfs, file, 2, 100), 0);
  EXPECT(dfs_get_size(dfs, file, &size), 0);
  EXPECT(size, 2);
  EXPECT(dfs_release(file), 0);
  free(large);
}

/* Ranges of a file that do not fit the pieces of memory. */
static void ranges(dfs_t *dfs) {
  dfs_obj_t *file = make_file(dfs, NULL, "ranges", "");
  char from[8] = "abcdefgh";
  char to[8];
  d_iov_t iovs[3];
  daos_range_t parts[2] = {{.rg_idx = 10, .rg_len = 5}, {.rg_idx = 100, .rg_len = 3}};
  dfs_iod_t iod = {.iod_nr = 2, .iod_rgs = parts};
  d_sg_list_t list = {.sg_nr = 3, .sg_iovs = iovs};
  daos_size_t read = 0;

  d_iov_set(&iovs[0], from, 2);
  d_iov_set(&iovs[1], from + 2, 5);
  d_iov_set(&iovs[2], from + 7, 1);
  EXPECT(dfs_writex(dfs, file, &iod, &list, NULL), 0);
  memset(to, 0, sizeof(to));
  d_iov_set(&iovs[0], to, 1);
  d_iov_set(&iovs[1], to + 1, 6);
  d_iov_set(&iovs[2], to + 7, 1);
  EXPECT(dfs_readx(dfs, file, &iod, &list, &read, NULL), 0);
  EXPECT(read, 8);
  EXPECT(memcmp(from, to, 8), 0);
  list.sg_nr = 2;
  EXPECT(dfs_writex(dfs, file, &iod, &list, NULL), EINVAL);
  EXPECT(dfs_release(file), 0);
}

static void with_events(dfs_t *dfs) {
  dfs_obj_t *file = make_file(dfs, NULL, "events", "");
  daos_handle_t queue;
  daos_event_t events[16];
  daos_event_t *polled[16];
  d_sg_list_t lists[16];
  d_iov_t iovs[16];
  daos_size_t sizes[16];
  char blocks[16][1000];
  int i, left;

  EXPECT(daos_eq_create(&queue), 0);
  for (i = 0; i < 16; i++) {
    memset(blocks[i], 'a' + i, sizeof(blocks[i]));
    EXPECT(daos_event_init(&events[i], queue, NULL), 0);
    list_of(&lists[i], &iovs[i], blocks[i], sizeof(blocks[i]));
    EXPECT(dfs_write(dfs, file, &lists[i], i * 1000, &events[i]), 0);
  }
  for (left = 16; left > 0;) left -= daos_eq_poll(queue, 0, DAOS_EQ_WAIT, 16, polled);
  for (i = 0; i < 16; i++) {
    EXPECT(events[i].ev_error, 0);
    memset(blocks[i], 0, sizeof(blocks[i]));
    EXPECT(dfs_read(dfs, file, &lists[i], i * 1000, &sizes[i], &events[i]), 0);
  }
  for (left = 16; left > 0;) left -= daos_eq_poll(queue, 0, DAOS_EQ_WAIT, 16, polled);
  for (i = 0; i < 16; i++) {
    EXPECT(events[i].ev_error, 0);
    EXPECT(sizes[i], 1000);
    EXPECT(blocks[i][999], 'a' + i);
    EXPECT(daos_event_fini(&events[i]), 0);
  }
  EXPECT(daos_eq_destroy(queue, 0), 0);
  EXPECT(dfs_release(file), 0);
}

static int count_name(dfs_t *dfs, dfs_obj_t *directory, const char name[], void *argument) {
  (void)dfs;
  (void)directory;
  *(size_t *)argument += strlen(name);
  return 0;
}

/* Long names that begin alike are what anchors find hardest. */
static void directories(dfs_t *dfs) {
  dfs_obj_t *directory = NULL;
  dfs_obj_t *sub = NULL;
  daos_anchor_t anchor;
  struct dirent names[7];
  struct stat stats[7];
  char name[DFS_MAX_NAME + 2];
  uint32_t nr = 0;
  size_t seen = 0, bytes = 0;
  daos_obj_id_t oid;
  int i;

  EXPECT(dfs_mkdir(dfs, NULL, "directory", 0755, 0), 0);
  EXPECT(dfs_mkdir(dfs, NULL, "directory", 0755, 0), EEXIST);
  EXPECT(dfs_mkdir(dfs, NULL, "/", 0755, 0), EINVAL);
  EXPECT(dfs_lookup(dfs, "/directory", O_RDWR, &directory, NULL, NULL), 0);
  memset(name, 'n', sizeof(name));
  name[DFS_MAX_NAME + 1] = '\0';
  EXPECT(dfs_mkdir(dfs, directory, name, 0755, 0), EINVAL);
  for (i = 0; i < 40; i++) {
    snprintf(name + (i % 2 == 0 ? 0 : 200), 50, "%d", i);
    EXPECT(dfs_release(make_file(dfs, directory, name, "")), 0);
    bytes += strlen(name);
    memset(name, 'n', 200);
  }
  EXPECT(dfs_mkdir(dfs, directory, "sub", 0700, 0), 0);
  memset(&anchor, 0, sizeof(anchor));
  while (!daos_anchor_is_eof(&anchor)) {
    nr = 7;
    EXPECT(dfs_readdirplus(dfs, directory, &anchor, &nr, names, stats), 0);
    for (i = 0; i < (int)nr; i++) EXPECT(S_ISDIR(stats[i].st_mode), strcmp(names[i].d_name, "sub") == 0);
    seen += nr;
  }
  EXPECT(seen, 41);
  seen = 0;
  memset(&anchor, 0, sizeof(anchor));
  while (!daos_anchor_is_eof(&anchor)) {
    nr = 3;
    EXPECT(dfs_readdir(dfs, directory, &anchor, &nr, names), 0);
    seen += nr;
  }
  EXPECT(seen, 41);
  seen = 0;
  memset(&anchor, 0, sizeof(anchor));
  while (!daos_anchor_is_eof(&anchor)) {
    nr = 10;
    EXPECT(dfs_iterate(dfs, directory, &anchor, &nr, 4096, count_name, &seen), 0);
  }
  EXPECT(seen, bytes + 3);

  EXPECT(dfs_lookup_rel(dfs, directory, "sub", O_RDWR, &sub, NULL, NULL), 0);
  EXPECT(dfs_release(make_file(dfs, sub, "inner", "text")), 0);
  EXPECT(dfs_remove(dfs, directory, "sub", false, NULL), ENOTEMPTY);
  EXPECT(dfs_move(dfs, sub, "inner", NULL, "moved", &oid), 0);
  EXPECT(oid.lo | oid.hi, 0);
  EXPECT(dfs_access(dfs, NULL, "moved", R_OK | W_OK), 0);
  EXPECT(dfs_remove(dfs, directory, "sub", false, &oid), 0);
  EXPECT(dfs_remove(dfs, NULL, "missing", false, NULL), ENOENT);
  EXPECT(dfs_release(make_file(dfs, NULL, "other", "0123456789")), 0);
  EXPECT(dfs_exchange(dfs, NULL, "moved", NULL, "other"), 0);
  EXPECT(dfs_stat(dfs, NULL, "moved", &stats[0]), 0);
  EXPECT(stats[0].st_size, 10);
  EXPECT(dfs_release(sub), 0);
  EXPECT(dfs_release(directory), 0);
  EXPECT(dfs_remove(dfs, NULL, "directory", true, NULL), 0);
  EXPECT(dfs_lookup(dfs, "/directory", O_RDWR, &directory, NULL, NULL), ENOENT);
}

static void attributes(dfs_t *dfs) {
  dfs_obj_t *file = make_file(dfs, NULL, "attributes", "text");
  dfs_obj_t *link = NULL;
  struct stat st;
  char value[50];
  char names[50];
  daos_size_t size = 0;

  EXPECT(dfs_chmod(dfs, NULL, "attributes", 0400), 0);
  EXPECT(dfs_ostat(dfs, file, &st), 0);
  EXPECT(st.st_mode, S_IFREG | 0400);
  st.st_mode = S_IFDIR;
  EXPECT(dfs_osetattr(dfs, file, &st, DFS_SET_ATTR_MODE), EINVAL);
  st.st_mtim.tv_sec = 1000;
  st.st_mtim.tv_nsec = 5;
  st.st_size = 100;
  EXPECT(dfs_osetattr(dfs, file, &st, DFS_SET_ATTR_MTIME | DFS_SET_ATTR_SIZE), 0);
  EXPECT(st.st_size, 100);
  EXPECT(st.st_mtim.tv_sec, 1000);
  EXPECT(st.st_mtim.tv_nsec, 5);
  EXPECT(dfs_chown(dfs, NULL, "attributes", 7, (gid_t)-1, 0), 0);
  EXPECT(dfs_ostat(dfs, file, &st), 0);
  EXPECT(st.st_uid, 7);
  EXPECT(st.st_gid, getegid());

  EXPECT(dfs_setxattr(dfs, file, "first", "value", 5, 0), 0);
  EXPECT(dfs_setxattr(dfs, file, "first", "value", 5, XATTR_CREATE), EEXIST);
  EXPECT(dfs_setxattr(dfs, file, "second", "", 0, 0), 0);
  EXPECT(dfs_getxattr(dfs, file, "first", NULL, &size), 0);
  EXPECT(size, 5);
  size = 3;
  EXPECT(dfs_getxattr(dfs, file, "first", value, &size), E2BIG);
  size = sizeof(value);
  EXPECT(dfs_getxattr(dfs, file, "first", value, &size), 0);
  EXPECT(size, 5);
  EXPECT(memcmp(value, "value", 5), 0);
  EXPECT(dfs_getxattr(dfs, file, "third", value, &size), ENODATA);
  size = sizeof(names);
  EXPECT(dfs_listxattr(dfs, file, names, &size), 0);
  EXPECT(size, 13);
  EXPECT(dfs_removexattr(dfs, file, "first"), 0);
  EXPECT(dfs_getxattr(dfs, file, "first", value, &size), ENODATA);

  EXPECT(dfs_open(dfs, NULL, "link", S_IFLNK, O_RDWR | O_CREAT, 0, 0, "attributes", &link), 0);
  EXPECT(dfs_release(link), 0);
  EXPECT(dfs_lookup(dfs, "/link", O_RDONLY | O_NOFOLLOW, &link, NULL, &st), 0);
  EXPECT(S_ISLNK(st.st_mode), 1);
  size = sizeof(value);
  EXPECT(dfs_get_symlink_value(link, value, &size), 0);
  EXPECT(size, 11);
  EXPECT(strcmp(value, "attributes"), 0);
  EXPECT(dfs_release(link), 0);
  EXPECT(dfs_lookup(dfs, "/link", O_RDONLY, &link, NULL, &st), 0);
  EXPECT(S_ISREG(st.st_mode), 1);
  EXPECT(dfs_release(link), 0);
  EXPECT(dfs_release(file), 0);
}

/* What another process would do with the bytes of handles. */
static void shared(dfs_t *dfs) {
  dfs_obj_t *file = make_file(dfs, NULL, "shared", "text");
  d_iov_t all = {0};
  d_iov_t entry = {0};
  dfs_t *other = NULL;
  dfs_obj_t *same = NULL;
  char bytes[4];

  EXPECT(dfs_local2global_all(dfs, &all), 0);
  all.iov_buf = malloc(all.iov_buf_len);
  EXPECT(dfs_local2global_all(dfs, &all), 0);
  EXPECT(dfs_obj_local2global(dfs, file, &entry), 0);
  entry.iov_buf = malloc(entry.iov_buf_len);
  EXPECT(dfs_obj_local2global(dfs, file, &entry), 0);
  EXPECT(dfs_global2local_all(0, all, &other), 0);
  EXPECT(dfs_obj_global2local(other, 0, entry, &same), 0);
  EXPECT(read_at(other, same, 0, bytes, 4), 4);
  EXPECT(memcmp(bytes, "text", 4), 0);
  EXPECT(dfs_release(same), 0);
  ((char *)entry.iov_buf)[20] ^= 1;
  EXPECT(dfs_obj_global2local(other, 0, entry, &same), EINVAL);
  EXPECT(dfs_disconnect(other), 0);
  EXPECT(dfs_release(file), 0);
  free(all.iov_buf);
  free(entry.iov_buf);
}

/* The same by paths. */
/* A container opened for reading may be mounted for writing; it is writing that fails. A pool connected for reading
 * says nothing of its containers. */
static void mount_read_only(const char *label) {
  daos_handle_t container, pool;
  dfs_t *dfs;
  dfs_obj_t *file;

  EXPECT(daos_pool_connect(label, NULL, DAOS_PC_RO, &pool, NULL, NULL), 0);
  EXPECT(daos_cont_create_with_label(pool, "other", NULL, NULL, NULL), -DER_NO_PERM);
  EXPECT(daos_cont_open(pool, "files", DAOS_COO_RW, &container, NULL, NULL), 0);
  EXPECT(dfs_mount(pool, container, O_RDWR, &dfs), 0);
  EXPECT(dfs_mkdir(dfs, NULL, "written", 0755, 0), 0);
  EXPECT(dfs_umount(dfs), 0);
  EXPECT(daos_cont_close(container, NULL), 0);
  EXPECT(daos_cont_open(pool, "files", DAOS_COO_RO, &container, NULL, NULL), 0);
  EXPECT(dfs_mount(pool, container, O_RDWR, &dfs), 0);
  EXPECT(dfs_lookup(dfs, "/shared", O_RDONLY, &file, NULL, NULL), 0);
  EXPECT(dfs_release(file), 0);
  EXPECT(dfs_mkdir(dfs, NULL, "new", 0755, 0), EPERM);
  EXPECT(dfs_umount(dfs), 0);
  EXPECT(daos_cont_close(container, NULL), 0);
  EXPECT(daos_pool_disconnect(pool, NULL), 0);
}

static void by_paths(const char *label) {
  dfs_sys_t *sys = NULL;
  dfs_obj_t *file = NULL;
  dfs_t *base = NULL;
  DIR *directory = NULL;
  struct dirent *entry = NULL;
  struct stat st;
  struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, {.tv_sec = 77, .tv_nsec = 7}};
  char bytes[20];
  daos_size_t size = 4;
  int seen = 0;

  EXPECT(dfs_sys_connect(label, NULL, "paths", O_RDWR | O_CREAT, 0, NULL, &sys), 0);
  EXPECT(dfs_sys2base(sys, &base), 0);
  EXPECT(dfs_sys_mkdir_p(sys, "/a/b//c", 0755, 0), 0);
  EXPECT(dfs_sys_mkdir_p(sys, "/a/b/c/", 0755, 0), 0);
  EXPECT(dfs_sys_mkdir(sys, "/a", 0755, 0), EEXIST);
  EXPECT(dfs_sys_mkdir(sys, "/", 0755, 0), EEXIST);
  EXPECT(dfs_sys_mkdir(sys, "/x/y", 0755, 0), ENOENT);
  EXPECT(dfs_sys_mkdir(sys, "a", 0755, 0), EINVAL);
  EXPECT(dfs_sys_mknod(sys, "/a/b/node", S_IFREG | 0600, 0, 0), 0);
  EXPECT(dfs_sys_mknod(sys, "/a/b/fifo", S_IFIFO | 0600, 0, 0), ENOTSUP);
  EXPECT(dfs_sys_open(sys, "/a/file", S_IFREG | 0600, O_RDWR | O_CREAT, 0, 0, NULL, &file), 0);
  EXPECT(dfs_sys_write(sys, file, "text", 0, &size, NULL), 0);
  size = sizeof(bytes);
  EXPECT(dfs_sys_read(sys, file, bytes, 1, &size, NULL), 0);
  EXPECT(size, 3);
  EXPECT(memcmp(bytes, "ext", 3), 0);
  EXPECT(dfs_sys_close(file), 0);
  EXPECT(dfs_sys_open(sys, "/a/file", 0, O_RDWR | O_CREAT | O_TRUNC, 0, 0, NULL, &file), 0);
  EXPECT(dfs_sys_close(file), 0);
  EXPECT(dfs_sys_punch(sys, "/a/file", 9, DFS_MAX_FSIZE), 0);
  EXPECT(dfs_sys_utimens(sys, "/a/file", times, 0), 0);
  EXPECT(dfs_sys_stat(sys, "/a/file", 0, &st), 0);
  EXPECT(st.st_size, 9);
  EXPECT(st.st_mtim.tv_sec, 77);
  EXPECT(dfs_sys_utimens(sys, "/a/file", NULL, 0), 0);
  EXPECT(dfs_sys_chmod(sys, "/a/file", 0400), 0);
  EXPECT(dfs_sys_chown(sys, "/a/file", 5, 6, 0), 0);
  EXPECT(dfs_sys_stat(sys, "/a/file", 0, &st), 0);
  EXPECT(st.st_mode, S_IFREG | 0400);
  EXPECT(st.st_uid, 5);
  EXPECT(st.st_mtim.tv_sec > 1000000, 1);
  EXPECT(dfs_sys_chmod(sys, "/", 0711), 0);
  EXPECT(dfs_sys_stat(sys, "/", 0, &st), 0);
  EXPECT(st.st_mode, S_IFDIR | 0711);
  EXPECT(dfs_sys_access(sys, "/a/missing", R_OK, 0), ENOENT);
  EXPECT(dfs_sys_symlink(sys, "/a/file", "/link"), 0);
  size = sizeof(bytes);
  EXPECT(dfs_sys_readlink(sys, "/link", bytes, &size), 0);
  EXPECT(strcmp(bytes, "/a/file"), 0);
  EXPECT(dfs_sys_stat(sys, "/link", O_NOFOLLOW, &st), 0);
  EXPECT(S_ISLNK(st.st_mode), 1);
  EXPECT(dfs_sys_setxattr(sys, "/link", "name", "value", 5, 0, 0), 0);
  size = sizeof(bytes);
  EXPECT(dfs_sys_getxattr(sys, "/a/file", "name", bytes, &size, 0), 0);
  EXPECT(size, 5);
  size = sizeof(bytes);
  EXPECT(dfs_sys_listxattr(sys, "/a/file", bytes, &size, 0), 0);
  EXPECT(size, 5);
  EXPECT(dfs_sys_removexattr(sys, "/a/file", "name", 0), 0);
  EXPECT(dfs_sys_opendir(sys, "/a/file", 0, &directory), ENOTDIR);
  EXPECT(dfs_sys_opendir(sys, "/a", 0, &directory), 0);
  for (;;) {
    EXPECT(dfs_sys_readdir(sys, directory, &entry), 0);
    if (entry == NULL) break;
    seen++;
  }
  EXPECT(seen, 2);
  EXPECT(dfs_sys_closedir(directory), 0);
  EXPECT(dfs_sys_remove_type(sys, "/a/file", false, S_IFDIR, NULL), EINVAL);
  EXPECT(dfs_sys_remove_type(sys, "/a/file", false, S_IFREG, NULL), 0);
  EXPECT(dfs_sys_remove(sys, "/a", false, NULL), ENOTEMPTY);
  EXPECT(dfs_sys_remove(sys, "/a", true, NULL), 0);
  EXPECT(dfs_sys_remove(sys, "/", true, NULL), EINVAL);
  EXPECT(dfs_sys_set_prefix(sys, "/mnt"), 0);
  EXPECT(dfs_sys_mkdir(sys, "/mnt/b", 0755, 0), 0);
  EXPECT(dfs_sys_mkdir(sys, "/mnt", 0755, 0), EEXIST);
  EXPECT(dfs_sys_stat(sys, "/mnt/b", 0, &st), 0);
  EXPECT(dfs_sys_umount(sys), EINVAL);
  EXPECT(dfs_sys_disconnect(sys), 0);
  EXPECT(dfs_destroy(label, NULL, "paths", 0, NULL), 0);
}

int main(int count, char **arguments) {
  const char *label = count == 2 ? arguments[1] : "";
  daos_handle_t container;
  dfs_attr_t attr;
  dfs_t *dfs = NULL;
  dfs_obj_t *file = NULL;

  EXPECT(dfs_connect(label, NULL, "files", O_RDWR, NULL, &dfs), EACCES);
  EXPECT(dfs_init(), 0);
  EXPECT(daos_pool_connect(label, NULL, DAOS_PC_RW, &pool, NULL, NULL), 0);
  EXPECT(daos_cont_open(pool, "files", DAOS_COO_RW, &container, NULL, NULL), -DER_NONEXIST);
  EXPECT(dfs_cont_create_with_label(pool, "files", NULL, NULL, &container, NULL), 0);
  EXPECT(dfs_cont_create_with_label(pool, "files", NULL, NULL, NULL, NULL), EEXIST);
  EXPECT(dfs_mount(pool, container, O_RDWR, &dfs), 0);
  EXPECT(dfs_query(dfs, &attr), 0);
  EXPECT(attr.da_chunk_size, MiB);
  files(dfs);
  ranges(dfs);
  with_events(dfs);
  directories(dfs);
  attributes(dfs);
  shared(dfs);
  EXPECT(dfs_set_prefix(dfs, "/mnt/dfs"), 0);
  EXPECT(dfs_lookup(dfs, "/mnt/dfs/shared", O_RDONLY, &file, NULL, NULL), 0);
  EXPECT(dfs_release(file), 0);
  EXPECT(dfs_lookup(dfs, "/shared", O_RDONLY, &file, NULL, NULL), EINVAL);
  EXPECT(dfs_sync(dfs), 0);
  EXPECT(dfs_umount(dfs), 0);
  EXPECT(daos_cont_close(container, NULL), 0);
  mount_read_only(label);
  EXPECT(daos_pool_disconnect(pool, NULL), 0);

  EXPECT(dfs_connect(label, NULL, "files", O_RDONLY, NULL, &dfs), 0);
  EXPECT(dfs_mkdir(dfs, NULL, "new", 0755, 0), EPERM);
  EXPECT(dfs_umount(dfs), EINVAL);
  EXPECT(dfs_disconnect(dfs), 0);
  EXPECT(dfs_destroy(label, NULL, "files", 0, NULL), 0);
  by_paths(label);
  EXPECT(dfs_fini(), 0);
  return 0;
}
