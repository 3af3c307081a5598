/*
 * Files: files POOL CONTAINER
 *
 * A container can hold a file system: directories, files, links, as POSIX knows them, without a mount point
 * and without the kernel. Calls return 0 or an errno. `firn fs ls -l POOL/CONTAINER` shows what this program
 * has left there.
 */
#include <daos.h>
#include <daos_fs.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "check.h"

/* NULL as a parent is the root. */
static dfs_obj_t* open_directory(dfs_t* dfs, dfs_obj_t* parent, const char* name) {
  dfs_obj_t* directory;
  int rc = dfs_mkdir(dfs, parent, name, 0755, 0);
  if (rc != EEXIST) CHECK(rc);
  CHECK(dfs_open(dfs, parent, name, S_IFDIR, O_RDWR, 0, 0, NULL, &directory));
  return directory;
}

static void write_file(dfs_t* dfs, dfs_obj_t* parent, const char* name, const char* text) {
  dfs_obj_t* file;
  d_iov_t memory;
  d_sg_list_t list = {1, 0, &memory};
  /* The zeros: the container's object class and chunk size. */
  CHECK(dfs_open(dfs, parent, name, S_IFREG | 0644, O_RDWR | O_CREAT | O_TRUNC, 0, 0, NULL, &file));
  d_iov_set(&memory, (void*)text, strlen(text));
  CHECK(dfs_write(dfs, file, &list, 0, NULL));
  CHECK(dfs_release(file));
}

/* A path, from the root. */
static void read_file(dfs_t* dfs, const char* path) {
  dfs_obj_t* file;
  char text[100];
  daos_size_t size = 0;
  d_iov_t memory;
  d_sg_list_t list = {1, 0, &memory};
  CHECK(dfs_lookup(dfs, path, O_RDONLY, &file, NULL, NULL));
  d_iov_set(&memory, text, sizeof text);
  CHECK(dfs_read(dfs, file, &list, 0, &size, NULL)); /* fewer bytes than asked for: the file ends there */
  printf("%s: %.*s\n", path, (int)size, text);
  CHECK(dfs_release(file));
}

static void list_directory(dfs_t* dfs, dfs_obj_t* directory) {
  daos_anchor_t anchor = DAOS_ANCHOR_INIT;
  while (!daos_anchor_is_eof(&anchor)) {
    struct dirent entries[16];
    uint32_t count = 16;
    CHECK(dfs_readdir(dfs, directory, &anchor, &count, entries));
    for (uint32_t i = 0; i < count; i++) {
      struct stat st;
      CHECK(dfs_stat(dfs, directory, entries[i].d_name, &st));
      printf("%s has %d bytes\n", entries[i].d_name, (int)st.st_size);
    }
  }
}

int main(int argc, char** argv) {
  dfs_t* dfs;
  if (argc != 3) return fprintf(stderr, "usage: files POOL CONTAINER\n"), 2;
  CHECK(dfs_init());
  CHECK(dfs_connect(argv[1], NULL, argv[2], O_RDWR | O_CREAT, NULL, &dfs));
  dfs_obj_t* notes = open_directory(dfs, NULL, "notes");
  write_file(dfs, notes, "draft", "Old snow is firn.");
  /* A rename replaces what is there in one step: readers see the old file or the new one. */
  CHECK(dfs_move(dfs, notes, "draft", notes, "snow", NULL));
  list_directory(dfs, notes);
  read_file(dfs, "/notes/snow");
  CHECK(dfs_release(notes));
  CHECK(dfs_disconnect(dfs));
  CHECK(dfs_fini());
  return 0;
}
