// What operations on native histograms have to say.
#pragma once

#include <cstdint>
#include <string_view>

#include "promql/eval/histogram_arithmetic.h"
#include "promql/eval/run.h"

namespace tocsin::promql {

enum class HistogramNote : uint8_t {
  kMixedSchemas,  ///< Exponential buckets and custom ones.
  kNotCounter,
  kNotGauge,
  kReconciledAddition,  ///< Custom bounds differed.
  kReconciledSubtraction,
  kReconciledAggregation,
  kCollidedAddition,  ///< One histogram says reset, another not reset.
  kCollidedSubtraction,
  kCollidedAggregation,
  kOverlappingStarts,  ///< As annotate_overlap says.
};
inline constexpr uint8_t kHistogramNotes = 10;

/// A set of them.
class HistogramNotes {
 public:
  void add(HistogramNote note) { bits_ |= 1u << static_cast<uint8_t>(note); }
  void add_if(bool condition, HistogramNote note) {
    if (condition) add(note);
  }
  bool has(HistogramNote note) const { return ((bits_ >> static_cast<uint8_t>(note)) & 1u) != 0; }
  bool empty() const { return bits_ == 0; }

 private:
  uint32_t bits_ = 0;
};

/// Adds the annotations at `where`. `metric` is named by some of them; may be empty.
void annotate(const HistogramNotes& notes, std::string_view metric, base::PosRange where, Run& run);

/// Says that samples of a series overlap by their start timestamps; counts how often it is said.
void annotate_overlap(std::string_view metric, base::PosRange where, Run& run);

}  // namespace tocsin::promql
