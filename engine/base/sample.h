// Samples and the special NaNs.
#pragma once

#include <bit>
#include <cstdint>

#include "engine/base/time.h"

namespace tocsin::base {

struct Sample {
  TimestampMs t = 0;
  double v = 0;
};

/// "The series ended here." Only these bits mean it; other NaNs are values. A signalling NaN: move
/// it as bits or through plain loads and stores, never through arithmetic. Source: prometheus
/// model/value/value.go.
inline constexpr uint64_t kStaleBits = 0x7ff0000000000002;
/// What a parsed "NaN" becomes.
inline constexpr uint64_t kNormalNanBits = 0x7ff8000000000001;
/// "There never was a sample here." In memory only: never accepted from outside, never written out.
inline constexpr uint64_t kAbsentBits = 0x7ff0000000000abe;

inline double stale_marker() { return std::bit_cast<double>(kStaleBits); }
inline double absent_marker() { return std::bit_cast<double>(kAbsentBits); }
inline bool is_stale(double v) { return std::bit_cast<uint64_t>(v) == kStaleBits; }
inline bool is_absent(double v) { return std::bit_cast<uint64_t>(v) == kAbsentBits; }
/// Neither stale nor absent: a value a query may see.
inline bool is_value(double v) { return !is_stale(v) && !is_absent(v); }
/// `v`, with the reserved absent pattern turned into an ordinary NaN. For every value from outside.
inline double from_outside(double v) {
  return is_absent(v) ? std::bit_cast<double>(kNormalNanBits) : v;
}

}  // namespace tocsin::base
