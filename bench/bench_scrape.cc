// From a scraped body to a published column: parse, line memory, append, commit.
#include <memory>

#include "bench/bench.h"
#include "bench/fleet.h"
#include "bench/loaded_store.h"

namespace tocsin::bench {
namespace {

uint64_t appended(const LoadedStore& fleet) { return fleet.stats().samples_appended; }

/// Every series is new: labels, index, rows.
void first_scrape(uint32_t targets) {
  std::vector<std::string> bodies = fleet_bodies(targets, 0);
  run({"scrape", "first", "sample", uint64_t{targets} * kSeriesPerTarget, [&] {
         LoadedStore fleet(targets);
         fleet.scrape(bodies);
         return mix(0, appended(fleet));
       }});
}

/// The same lines with other numbers.
void steady_scrape(uint32_t targets) {
  std::vector<std::vector<std::string>> bodies;
  for (uint32_t scrape = 0; scrape < 3; ++scrape) bodies.push_back(fleet_bodies(targets, scrape));
  auto fleet = std::make_unique<LoadedStore>(targets);
  size_t next = 0;
  run({"scrape", "steady", "sample", uint64_t{targets} * kSeriesPerTarget, [&] {
         const uint64_t before = appended(*fleet);
         fleet->scrape(bodies[next++ % bodies.size()]);
         return mix(0, appended(*fleet) - before);
       }});
}

/// One line in a hundred goes, another comes.
void churning_scrape(uint32_t targets) {
  auto fleet = std::make_unique<LoadedStore>(targets);
  std::vector<std::vector<std::string>> bodies;
  for (uint32_t variant = 0; variant < 2; ++variant) {
    bodies.push_back(fleet_bodies(targets, variant));
    for (std::string& body : bodies.back()) {
      const std::string pod = "\"worker-";
      size_t at = 0;
      for (int i = 0; i < 10 && (at = body.find(pod, at)) != std::string::npos; ++i) {
        body.insert(at + pod.size(), variant == 0 ? "a" : "b");
        at += pod.size();
      }
    }
  }
  size_t next = 0;
  run({"scrape", "churn 1%", "sample", uint64_t{targets} * kSeriesPerTarget, [&] {
         const uint64_t before = appended(*fleet);
         fleet->scrape(bodies[next++ % bodies.size()]);
         return mix(0, appended(*fleet) - before);
       }});
}

}  // namespace
}  // namespace tocsin::bench

int main(int argc, char** argv) {
  const uint32_t targets = tocsin::bench::parse_arguments(argc, argv) ? 2 : 100;
  tocsin::bench::first_scrape(targets);
  tocsin::bench::steady_scrape(targets);
  tocsin::bench::churning_scrape(targets);
}
