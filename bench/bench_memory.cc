// What series and samples cost: bytes of the heap for each, by age and by what reads them.
#include <malloc.h>

#include <string>

#include "bench/bench.h"
#include "bench/loaded_store.h"

namespace tocsin::bench {
namespace {

uint64_t heap_bytes() {
  const struct mallinfo2 info = ::mallinfo2();
  return info.uordblks + info.hblkhd;
}

/// After `scrapes` scrapes: each series with all that it brings along.
void series(uint32_t targets, uint32_t scrapes, LoadedStore::Readers readers) {
  const uint64_t before = heap_bytes();
  LoadedStore fleet(targets);
  fleet.fill(scrapes, readers);
  const uint64_t count = fleet.stats().series;
  const bool is_read = readers == LoadedStore::Readers::kRules;
  const std::string name = std::to_string(scrapes) + " scrapes" + (is_read ? ", read" : "");
  report({"memory", name, "bytes", "series", count, heap_bytes() - before});
}

/// What an hour adds once the store has its form.
void samples(uint32_t targets, uint32_t scrapes) {
  LoadedStore fleet(targets);
  fleet.fill(32, LoadedStore::Readers::kNone);
  const uint64_t before = heap_bytes();
  const uint64_t count = fleet.stats().samples_appended;
  fleet.fill(scrapes, LoadedStore::Readers::kNone);
  report({"memory", "history", "bytes", "sample", fleet.stats().samples_appended - count,
          heap_bytes() - before});
}

}  // namespace
}  // namespace tocsin::bench

int main(int argc, char** argv) {
  const bool smoke = tocsin::bench::parse_arguments(argc, argv);
  const uint32_t targets = smoke ? 2 : 100;
  for (const uint32_t scrapes : {20u, 50u}) {
    tocsin::bench::series(targets, scrapes, tocsin::bench::LoadedStore::Readers::kNone);
    tocsin::bench::series(targets, scrapes, tocsin::bench::LoadedStore::Readers::kRules);
  }
  tocsin::bench::samples(smoke ? 2 : 10, smoke ? 32 : 720);
}
