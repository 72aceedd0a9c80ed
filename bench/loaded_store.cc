#include "bench/loaded_store.h"

#include "bench/bench.h"
#include "bench/fleet.h"

namespace tocsin::bench {

std::vector<std::string> fleet_bodies(uint32_t targets, uint32_t scrape) {
  std::vector<std::string> bodies;
  for (uint32_t target = 0; target < targets; ++target) {
    bodies.push_back(target_body(target, scrape));
  }
  return bodies;
}

LoadedStore::LoadedStore(uint32_t targets) : store_({}, clock_) {
  constexpr uint32_t kClusters = 10;
  constexpr base::TimestampMs kStart = 1'700'000'000'000;
  clock_.set(kStart);
  for (uint32_t target = 0; target < targets; ++target) {
    const std::string instance = "node-" + std::to_string(target) + ":9400";
    const base::Labels labels =
        base::Labels::of({{"job", "fleet"},
                          {"instance", instance},
                          {"cluster", "c" + std::to_string(target % kClusters)}});
    intakes_.push_back(
        std::make_unique<scrape::Intake>(store_.open_stream("target " + instance), labels));
    intakes_.back()->set_report({labels.with(base::kMetricName, "up")});
  }
}

void LoadedStore::scrape(std::vector<std::string>& bodies) {
  clock_.set(clock_.now() + kInterval);
  const double up[] = {1};
  for (size_t target = 0; target < intakes_.size(); ++target) {
    require(intakes_[target]->read(bodies[target], clock_.now()));
    require(intakes_[target]->commit(up));
  }
  ++scrapes_;
}

void LoadedStore::look_back() {
  class IgnoringVisitor final : public base::TileVisitor {
   public:
    void on_tile(const base::Tile&) override {}
    void on_mixed(const base::MixedSeries&) override {}
  };
  const auto everything = store_.select({});
  require(everything);
  const auto rows = (*everything)->rows();
  const base::RowRange all{0, static_cast<uint32_t>(rows->labels.size())};
  IgnoringVisitor visitor;
  require((*everything)->scan(*rows, all, {now() - 5 * base::kMinute, now()}, visitor));
}

void LoadedStore::fill(uint32_t count, Readers readers) {
  for (uint32_t i = 0; i < count; ++i) {
    std::vector<std::string> bodies = fleet_bodies(targets(), scrapes_);
    scrape(bodies);
    if (readers == Readers::kRules) look_back();
    store_.housekeep();
  }
}

}  // namespace tocsin::bench
