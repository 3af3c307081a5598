// Painting: compared, record by record, with what the newest layer over each record is.
#include "vos/extent_scan.h"

#include <algorithm>
#include <optional>

#include <gtest/gtest.h>

#include "base/rng.h"

namespace firn::vos {
namespace {

constexpr uint64_t kRecords = 60;

std::vector<Layer> random_layers(Rng& rng) {
  std::vector<Layer> layers;
  for (uint64_t left = rng.below(12), epoch = 1; left > 0; left--, epoch++) {
    const uint64_t start = rng.below(kRecords);
    layers.push_back({Recx{start, rng.between(1, 20)}, Epoch{epoch}, rng.chance(1, 4), {}});
  }
  std::sort(layers.begin(), layers.end(), [](const Layer& a, const Layer& b) {
    return a.recx.start != b.recx.start ? a.recx.start < b.recx.start : a.epoch > b.epoch;
  });
  return layers;
}

std::optional<size_t> newest_over(const std::vector<Layer>& layers, uint64_t record) {
  std::optional<size_t> newest;
  for (size_t i = 0; i < layers.size(); i++) {
    const bool covers = layers[i].recx.start <= record && record < layers[i].recx.end();
    if (covers && (!newest || layers[i].epoch > layers[*newest].epoch)) newest = i;
  }
  return newest;
}

TEST(Paint, each_record_shows_its_newest_layer) {
  Rng rng(1);
  for (int round = 0; round < 20'000; round++) {
    const auto layers = random_layers(rng);
    const uint64_t from = rng.below(kRecords);
    const Recx window{from, rng.between(1, kRecords)};
    std::vector<Stretch> stretches;
    paint(layers, window, stretches);
    uint64_t at = window.start;
    for (const Stretch& stretch : stretches) {
      ASSERT_GE(stretch.recx.start, at);
      ASSERT_GT(stretch.recx.count, 0u);
      for (; at < stretch.recx.start; at++) ASSERT_FALSE(newest_over(layers, at).has_value());
      for (; at < stretch.recx.end(); at++) ASSERT_EQ(newest_over(layers, at), stretch.layer);
    }
    for (; at < window.end(); at++) ASSERT_FALSE(newest_over(layers, at).has_value());
    ASSERT_EQ(at, window.end());
  }
}

TEST(Paint, nothing_gives_nothing) {
  std::vector<Stretch> stretches;
  paint({}, {0, 100}, stretches);
  EXPECT_TRUE(stretches.empty());
}

}  // namespace
}  // namespace firn::vos
