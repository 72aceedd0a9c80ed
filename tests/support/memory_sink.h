// A SampleSink that remembers every sample, for tests of writers.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/sample_sink.h"

namespace tocsin::testing {

/// What all streams wrote, by series: (time, value), in order of commit. Not thread-safe.
struct SinkMemory {
  std::map<std::string, std::vector<base::Sample>> series;
  size_t open_streams = 0;
  size_t rows_max = SIZE_MAX;  ///< Of one stream; more are refused with kLimit.

  /// "v@t v@t …" with "stale" for markers; "" when the series never was.
  std::string samples(const std::string& labels) const;
};

/// Keeps the contract of StreamWriter to the letter: rows are reused after a commit, markers are
/// automatic, an abandoned column leaves nothing.
class MemorySink final : public base::SampleSink {
 public:
  std::unique_ptr<base::StreamWriter> open_stream(std::string name) override;
  const SinkMemory& memory() const { return memory_; }
  void clear() { memory_.series.clear(); }
  void set_rows_max(size_t rows) { memory_.rows_max = rows; }

 private:
  SinkMemory memory_;
};

}  // namespace tocsin::testing
