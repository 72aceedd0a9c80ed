// The frame of every benchmark program: runs a case some times, prints one JSON object per line.
//
// Keys: schema, bench, case, unit ("ns", "bytes"), per (what one unit is: "sample", "series", …), n
// (runs), min, median, p90 (of the runs, per unit), count (units per run), allocations (calls of
// operator new in the last run), rss_bytes, result_hash. Keys are never renamed, only added. The
// hash covers the results, so that "faster" cannot mean "different".
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "engine/base/status.h"

namespace tocsin::bench {

struct Case {
  std::string bench;
  std::string name;
  std::string per;
  uint64_t count = 1;             ///< Units of work in one run.
  std::function<uint64_t()> run;  ///< Does the work once and returns a hash of its result.
};

/// Something that is counted, not timed.
struct Figure {
  std::string bench;
  std::string name;
  std::string unit;
  std::string per;
  uint64_t count = 1;  ///< What `total` is divided by.
  uint64_t total = 0;
};

/// True with --smoke: cases use tiny sizes and run once, to prove that they still work.
bool parse_arguments(int argc, char** argv);
/// Runs and prints. Thread CPU time, not wall time.
void run(const Case& c);
/// Prints: the same keys, as if of one run, without a hash.
void report(const Figure& figure);
/// Calls of operator new by this thread so far. Counted in allocations.cc.
uint64_t allocations();
/// Prints the error and ends the program.
[[noreturn]] void give_up(const base::Error& error);
/// What cannot fail here: a Status or a Result.
template <class T>
void require(const T& outcome) {
  if (!outcome.ok()) give_up(outcome.error());
}
/// Mixes a value into a hash.
uint64_t mix(uint64_t hash, uint64_t value);
uint64_t mix(uint64_t hash, double value);

}  // namespace tocsin::bench
