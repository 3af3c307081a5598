// Tests of stocks of descriptors.
#include <gtest/gtest.h>
#include <gurt/common.h>
#include <gurt/slab.h>

namespace {

struct Counts {
  int made = 0;
  int released = 0;
  bool fit = true;
};

struct Descriptor {
  int uses = 0;
  Counts* counts = nullptr;
  d_list_t link{};
};

void make(void* descriptor, void* counts) {
  static_cast<Descriptor*>(descriptor)->counts = static_cast<Counts*>(counts);
  static_cast<Counts*>(counts)->made++;
}
bool reset(void* descriptor) {
  static_cast<Descriptor*>(descriptor)->uses++;
  return static_cast<Descriptor*>(descriptor)->counts->fit;
}
void release(void* descriptor) { static_cast<Descriptor*>(descriptor)->counts->released++; }

class Slab : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(d_slab_init(&slab, &counts), 0);
    d_slab_reg reg{.sr_init = make,
                   .sr_reset = reset,
                   .sr_release = release,
                   .sr_name = nullptr,
                   .sr_size = sizeof(Descriptor),
                   .sr_offset = offsetof(Descriptor, link),
                   .sr_max_desc = 3,
                   .sr_max_free_desc = 2};
    ASSERT_EQ(d_slab_register(&slab, &reg, nullptr, &type), 0);
  }
  void TearDown() override {
    d_slab_destroy(&slab);
    EXPECT_EQ(counts.made, counts.released);
  }
  Descriptor* acquire() { return static_cast<Descriptor*>(d_slab_acquire(type)); }

  Counts counts;
  d_slab slab{};
  d_slab_type* type = nullptr;
};

TEST_F(Slab, descriptor_is_made_once_and_used_again) {
  Descriptor* const first = acquire();
  d_slab_release(type, first);
  EXPECT_EQ(acquire(), first);
  EXPECT_EQ(first->uses, 2);
  EXPECT_EQ(counts.made, 1);
  d_slab_release(type, first);
}

TEST_F(Slab, keeps_to_its_limits) {
  Descriptor* held[] = {acquire(), acquire(), acquire()};
  EXPECT_EQ(acquire(), nullptr);
  for (Descriptor* descriptor : held) d_slab_release(type, descriptor);
  EXPECT_EQ(counts.released, 1);  // two are kept
}

TEST_F(Slab, descriptor_that_is_not_fit_is_replaced_or_refused) {
  d_slab_release(type, acquire());
  counts.fit = false;
  EXPECT_EQ(acquire(), nullptr);
  EXPECT_EQ(counts.made, counts.released);
  counts.fit = true;
  d_slab_release(type, acquire());
}

TEST_F(Slab, restock_prepares_one_and_reclaim_frees_it) {
  d_slab_restock(type);
  d_slab_restock(type);
  EXPECT_EQ(counts.made, 1);
  EXPECT_FALSE(d_slab_reclaim(&slab));
  EXPECT_EQ(counts.released, 1);
  Descriptor* const used = acquire();
  EXPECT_TRUE(d_slab_reclaim(&slab));
  d_slab_release(type, used);
}

TEST_F(Slab, link_outside_of_the_descriptor_is_refused) {
  d_slab_reg reg{};
  reg.sr_size = sizeof(Descriptor);
  reg.sr_offset = sizeof(Descriptor) - 8;
  EXPECT_EQ(d_slab_register(&slab, &reg, nullptr, &type), -DER_INVAL);
}

}  // namespace
