// A fleet of GPU and model servers, as text: what the benchmarks scrape and evaluate.
#pragma once

#include <cstdint>
#include <string>

namespace tocsin::bench {

/// Series of one target.
inline constexpr uint32_t kSeriesPerTarget = 1000;

/// What target `target` exposes at its `scrape`-th scrape: kSeriesPerTarget samples in text format
/// 0.0.4 with HELP and TYPE lines, some 110 bytes per sample. Counters grow, gauges move, a third
/// of the values stays as it was. The same numbers give the same text, everywhere.
std::string target_body(uint32_t target, uint32_t scrape);

}  // namespace tocsin::bench
