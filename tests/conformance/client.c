/* A program as users write them, in C and in C++: it asks the libraries what needs no system, and fails if
 * an answer is wrong. install_test.py builds it by the link lines of known programs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <daos.h>
#include <daos_fs.h>
#include <daos_security.h>
#include <daos_uns.h>

#define CHECK(condition)                              \
  do {                                                \
    if (!(condition)) {                               \
      fprintf(stderr, "client: not %s\n", #condition); \
      return 1;                                       \
    }                                                 \
  } while (0)

static int check_classes(void) {
  char name[MAX_OBJ_CLASS_NAME_LEN];
  daos_obj_id_t id = DAOS_OBJ_NIL;
  CHECK(daos_oclass_name2id("SX") == OC_SX);
  CHECK(daos_oclass_id2name(OC_EC_4P2G1, name) == 0);
  CHECK(strcmp(name, "EC_4P2G1") == 0);
  CHECK(daos_obj_id_is_nil(id));
  return 0;
}

static int check_access(void) {
  const char* texts[] = {"A::OWNER@:rw", "A:G:GROUP@:r"};
  struct daos_acl* list = NULL;
  CHECK(daos_acl_from_strs(texts, 2, &list) == 0);
  CHECK(daos_acl_validate(list) == 0);
  daos_acl_free(list);
  return 0;
}

static int check_properties(void) {
  const char* text = "label:home;rd_fac:0";
  daos_prop_t* list = NULL;
  CHECK(daos_prop_from_str(text, strlen(text), &list) == 0);
  CHECK(strcmp(daos_prop_entry_get(list, DAOS_PROP_CO_LABEL)->dpe_str, "home") == 0);
  daos_prop_free(list);
  return 0;
}

#if defined(CLIENT_USES_DUNS)
static int check_paths(void) {
  struct duns_attr_t attributes;
  memset(&attributes, 0, sizeof attributes);
  CHECK(duns_resolve_path("daos://tank/home/file", &attributes) == 0);
  CHECK(strcmp(attributes.da_cont, "home") == 0);
  duns_destroy_attr(&attributes);
  return 0;
}
#else
static int check_paths(void) { return 0; }
#endif

#if defined(CLIENT_USES_DFS)
static int check_files(void) {
  CHECK(dfs_umount(NULL) != 0);
  return 0;
}
#else
static int check_files(void) { return 0; }
#endif

int main(void) {
  CHECK(strcmp(d_errstr(-DER_NONEXIST), "DER_NONEXIST") == 0);
  return check_classes() || check_access() || check_properties() || check_paths() || check_files();
}
