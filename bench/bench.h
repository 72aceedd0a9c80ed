// The frame of every benchmark program: runs a case some times, prints one JSON object per line.
//
// Keys: schema, bench, case, unit ("ns"), per (what one unit is: "sample", "series", …), n (runs),
// min, median, p90 (of the runs, per unit), count (units per run), rss_bytes, result_hash. Keys are
// never renamed, only added. The hash covers the results, so that "faster" cannot mean "different".
#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace tocsin::bench {

struct Case {
  std::string bench;
  std::string name;
  std::string per;
  uint64_t count = 1;             ///< Units of work in one run.
  std::function<uint64_t()> run;  ///< Does the work once and returns a hash of its result.
};

/// True with --smoke: cases use tiny sizes and run once, to prove that they still work.
bool parse_arguments(int argc, char** argv);
/// Runs and prints. Thread CPU time, not wall time.
void run(const Case& c);
/// Mixes a value into a hash.
uint64_t mix(uint64_t hash, uint64_t value);
uint64_t mix(uint64_t hash, double value);

}  // namespace tocsin::bench
