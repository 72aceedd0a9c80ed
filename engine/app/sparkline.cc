#include "engine/app/sparkline.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

namespace tocsin::app {
namespace {

constexpr std::array<const char*, 8> kBlocks = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
constexpr size_t kMiddle = 3;
constexpr double kNothing = std::numeric_limits<double>::quiet_NaN();

/// The highest value of each character's stretch of time; NaN where there is none.
std::vector<double> tallest(const Curve& curve, size_t width) {
  std::vector<double> out(width, kNothing);
  const double length = static_cast<double>(curve.end - curve.start);
  for (size_t i = 0; i < curve.t.size(); ++i) {
    if (std::isnan(curve.v[i]) || curve.t[i] < curve.start || curve.t[i] >= curve.end) continue;
    const double part = length > 0 ? static_cast<double>(curve.t[i] - curve.start) / length : 0;
    const auto at = std::min(width - 1, static_cast<size_t>(part * static_cast<double>(width)));
    if (std::isnan(out[at]) || curve.v[i] > out[at]) out[at] = curve.v[i];
  }
  return out;
}

}  // namespace

std::string sparkline(const Curve& curve, size_t width) {
  if (width == 0) return {};
  const std::vector<double> columns = tallest(curve, width);
  double low = std::numeric_limits<double>::infinity();
  double high = -low;
  for (const double v : curve.v) {
    if (!std::isfinite(v)) continue;
    low = std::min(low, v);
    high = std::max(high, v);
  }
  std::string out;
  for (const double v : columns) {
    if (std::isnan(v)) {
      out += ' ';
    } else if (!(high > low) && std::isfinite(v)) {
      out += kBlocks[kMiddle];
    } else {
      const double part = std::isfinite(v) ? (v - low) / (high - low) : (v > 0 ? 1 : 0);
      out += kBlocks[std::min(kBlocks.size() - 1,
                              static_cast<size_t>(part * static_cast<double>(kBlocks.size())))];
    }
  }
  return out;
}

}  // namespace tocsin::app
