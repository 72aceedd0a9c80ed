#include "promql/eval/limit.h"

#include <xxhash.h>

#include <algorithm>
#include <cmath>

#include "engine/base/number.h"

namespace tocsin::promql {
namespace {

/// A length in one byte, or in three after a byte 255.
void append_sized(std::string& out, std::string_view text) {
  const size_t n = text.size();
  if (n < 255) {
    out += static_cast<char>(n);
  } else {
    out += static_cast<char>(255);
    for (int shift = 0; shift < 24; shift += 8) out += static_cast<char>((n >> shift) & 0xff);
  }
  out += text;
}

std::string ratio_warning(double ratio, double cap) {
  return "ratio value should be between -1 and 1, got " + base::format_general(ratio) +
         ", capping to " + base::format_general(cap);
}

}  // namespace

uint64_t sampling_hash(const base::Labels& labels) {
  std::string bytes;
  for (size_t i = 0; i < labels.size(); ++i) {
    append_sized(bytes, labels[i].name);
    append_sized(bytes, labels[i].value);
  }
  return XXH64(bytes.data(), bytes.size(), 0);
}

void LimitK::keep(std::span<const uint32_t> rows, size_t step, double k) {
  double taken = 0;
  for (const uint32_t row : rows) {
    if (!frame().has(step, row)) continue;
    // Whole samples count: a k of 2.9 takes two.
    if (taken + 1 <= k) {
      taken += 1;
    } else {
      frame().clear(step, row);
    }
  }
}

base::Status LimitRatio::evaluate(const Grid& grid, Run& run) {
  RETURN_IF_ERROR(param_->eval(grid, run));
  RETURN_IF_ERROR(check_params(grid.steps, run));
  RETURN_IF_ERROR(child_->eval(grid, run));
  bind_rows();
  take_over(*child_);
  Frame& out = frame();
  for (size_t step = 0; step < grid.steps; ++step) {
    const double ratio = std::clamp(scalar_at(*param_, step), -1.0, 1.0);
    for (uint32_t row = 0; row < out.rows; ++row) {
      const double offset = offsets_[row];
      const bool kept = ratio >= 0 ? offset < ratio : offset >= 1 + ratio;
      if (!kept) out.clear(step, row);
    }
  }
  return {};
}

base::Status LimitRatio::check_params(size_t steps, Run& run) {
  double low = 0;
  double high = 0;
  for (size_t step = 0; step < steps; ++step) {
    const double ratio = scalar_at(*param_, step);
    if (std::isnan(ratio)) return {base::Code::kInvalid, "Ratio value is NaN"};
    low = std::min(low, ratio);
    high = std::max(high, ratio);
  }
  if (high > 1) run.warn(ratio_warning(high, 1), param_pos_);
  if (low < -1) run.warn(ratio_warning(low, -1), param_pos_);
  return {};
}

void LimitRatio::bind_rows() {
  if (schema_ == child_->schema()) return;
  schema_ = child_->schema();
  offsets_.resize(schema_->rows());
  constexpr double kHashes = 18446744073709551615.0;
  for (size_t row = 0; row < offsets_.size(); ++row) {
    offsets_[row] = static_cast<double>(sampling_hash(schema_->labels[row])) / kHashes;
  }
}

}  // namespace tocsin::promql
