// Paths that lead to containers.
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string>

#include <daos_uns.h>
#include <gtest/gtest.h>
#include <sys/xattr.h>
#include <unistd.h>

namespace {

constexpr const char* kPool = "11111111-2222-3333-4444-555555555555";
constexpr const char* kContainer = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee";

std::string attribute_text(const std::string& type = "POSIX") {
  return "DAOS." + type + "://" + kPool + "/" + kContainer;
}

// An error, or "pool container rest".
struct Resolved {
  explicit Resolved(const std::string& path, uint32_t flags = 0) {
    attributes.da_flags = flags;
    error = duns_resolve_path(path.c_str(), &attributes);
  }
  Resolved(const Resolved&) = delete;
  Resolved& operator=(const Resolved&) = delete;
  ~Resolved() { duns_destroy_attr(&attributes); }

  std::string text() const {
    if (error != 0) return strerror(error);
    const std::string rest = attributes.da_rel_path == nullptr ? "" : attributes.da_rel_path;
    return std::string(attributes.da_pool) + " " + attributes.da_cont + " " + rest;
  }

  duns_attr_t attributes{};
  int error = 0;
};

std::string resolved(const std::string& path, uint32_t flags = 0) { return Resolved(path, flags).text(); }

std::string message(int error) { return strerror(error); }

int parse(std::string text, duns_attr_t& attributes) {
  return duns_parse_attr(text.data(), text.size(), &attributes);
}

TEST(NamespaceAttribute, names_layout_pool_and_container) {
  duns_attr_t attributes{};
  ASSERT_EQ(parse(attribute_text("HDF5"), attributes), 0);
  EXPECT_EQ(attributes.da_type, DAOS_PROP_CO_LAYOUT_HDF5);
  EXPECT_STREQ(attributes.da_pool, kPool);
  EXPECT_STREQ(attributes.da_cont, kContainer);
  EXPECT_EQ(attributes.da_puuid[0], 0x11);
  EXPECT_EQ(attributes.da_cuuid[15], 0xee);
}

TEST(NamespaceAttribute, other_text_is_refused) {
  duns_attr_t attributes{};
  const std::string right = attribute_text();
  for (const std::string& text :
       {std::string(), right.substr(1), right + "0", right.substr(0, right.size() - 1),
        attribute_text("UNKNOWN"), attribute_text("posix"), attribute_text(""),
        "DAOS.POSIX://label/" + std::string(kContainer), std::string(300, 'x')}) {
    EXPECT_EQ(parse(text, attributes), EINVAL) << text;
  }
  EXPECT_EQ(duns_parse_attr(nullptr, 3, &attributes), EINVAL);
  EXPECT_STREQ(attributes.da_pool, "");
}

TEST(NamespaceAttribute, system_name_is_bounded) {
  duns_attr_t attributes{};
  EXPECT_EQ(duns_set_sys_name(&attributes, "one"), 0);
  EXPECT_EQ(duns_set_sys_name(&attributes, "fifteen-letters"), 0);
  EXPECT_EQ(duns_set_sys_name(&attributes, "sixteen-letters!"), EINVAL);
  EXPECT_STREQ(attributes.da_sys, "fifteen-letters");
  duns_destroy_attr(&attributes);
  EXPECT_EQ(attributes.da_sys, nullptr);
  duns_destroy_attr(nullptr);
}

TEST(NamespaceResolve, direct_path_names_pool_and_container) {
  EXPECT_EQ(resolved("daos://tank/home"), "tank home ");
  EXPECT_EQ(resolved("DAOS://tank/home/a/b"), "tank home /a/b");
  EXPECT_EQ(resolved("daos://tank/home/"), "tank home /");
  EXPECT_EQ(resolved("daos://tank"), "tank  ");
  EXPECT_EQ(resolved("daos://tank/"), "tank  ");
  for (const char* path : {"daos://", "daos:///home", "daos://ta nk/home", "daos://tank//x"}) {
    EXPECT_EQ(resolved(path), message(EINVAL)) << path;
  }
  EXPECT_EQ(resolved("daos://" + std::string(DAOS_PROP_LABEL_MAX_LEN + 1, 'x')), message(EINVAL));
}

TEST(NamespaceResolve, uuids_of_a_direct_path_are_set_as_such) {
  const Resolved found("daos://" + std::string(kPool) + "/" + kContainer);
  EXPECT_EQ(found.attributes.da_puuid[0], 0x11);
  EXPECT_EQ(found.attributes.da_cuuid[0], 0xaa);
}

TEST(NamespaceResolve, prefix_may_be_left_out_when_the_caller_says_so) {
  const std::string both = "/" + std::string(kPool) + "/" + kContainer;
  EXPECT_EQ(resolved(both + "/a", DUNS_NO_PREFIX), std::string(kPool) + " " + kContainer + " /a");
  EXPECT_EQ(resolved("/tank/home/a", DUNS_NO_PREFIX | DUNS_NO_CHECK_PATH), "tank home /a");
  EXPECT_EQ(resolved("/tank/home/a", DUNS_NO_PREFIX), message(ENOENT));
  EXPECT_EQ(resolved(both), message(ENOENT));
}

// A directory that leads to a container, with one below it.
class NamespaceDirectory : public testing::Test {
 protected:
  void SetUp() override {
    root_ = std::filesystem::canonical(testing::TempDir()) / ("firn_namespace_" + std::to_string(getpid()));
    std::filesystem::create_directories(root_ / "linked/below");
    const std::string text = attribute_text();
    const std::string path = root_ / "linked";
    if (setxattr(path.c_str(), DUNS_XATTR_NAME, text.data(), text.size(), 0) != 0) {
      GTEST_SKIP() << "no user attributes in " << path;
    }
  }
  void TearDown() override { std::filesystem::remove_all(root_); }

  std::string at(const std::string& path) const { return root_ / path; }
  static std::string found(const std::string& rest) {
    return std::string(kPool) + " " + kContainer + " " + rest;
  }

  std::filesystem::path root_;
};

TEST_F(NamespaceDirectory, is_found_from_below) {
  EXPECT_EQ(resolved(at("linked")), found(""));
  EXPECT_EQ(resolved(at("linked/below")), found("/below"));
  EXPECT_EQ(resolved(at("linked/below/../below")), found("/below"));
  EXPECT_EQ(resolved(at("linked/new/file")), found("/new/file"));
}

TEST_F(NamespaceDirectory, is_found_through_symbolic_links) {
  std::filesystem::create_symlink("linked/below", root_ / "short");
  EXPECT_EQ(resolved(at("short")), found("/below"));
}

TEST_F(NamespaceDirectory, is_not_searched_for_when_the_caller_says_so) {
  EXPECT_EQ(resolved(at("linked"), DUNS_NO_REVERSE_LOOKUP), found(""));
  EXPECT_EQ(resolved(at("linked/below"), DUNS_NO_REVERSE_LOOKUP), message(ENODATA));
}

TEST_F(NamespaceDirectory, other_paths_lead_to_none) {
  EXPECT_EQ(resolved(root_), message(ENODATA));
  EXPECT_EQ(resolved(at("missing")), message(ENOENT));
}

TEST_F(NamespaceDirectory, damaged_attribute_is_an_error) {
  const std::string path = at("linked");
  ASSERT_EQ(setxattr(path.c_str(), DUNS_XATTR_NAME, "DAOS.X", 6, 0), 0);
  EXPECT_EQ(resolved(path), message(EINVAL));
}

TEST(NamespaceResolve, odd_arguments_are_refused) {
  duns_attr_t attributes{};
  EXPECT_EQ(duns_resolve_path(nullptr, &attributes), EINVAL);
  EXPECT_EQ(duns_resolve_path("", &attributes), EINVAL);
  EXPECT_EQ(duns_resolve_path("daos://a/b", nullptr), EINVAL);
}

}  // namespace
