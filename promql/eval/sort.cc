#include "promql/eval/sort.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

namespace tocsin::promql {

/// Upstream's text.
constexpr const char* kSortWithoutEffect =
    "sort is ineffective for range queries since results are always ordered by labels";

base::Status Sort::evaluate(const Grid& grid, Run& run) {
  RETURN_IF_ERROR(child_->eval(grid, run));
  take_over(*child_);
  schema_ = child_->schema();
  Frame& out = frame();
  out.drop_histograms();
  if (!grid.one_moment()) {
    run.warn(kSortWithoutEffect, pos_);
    return {};
  }
  out.order.clear();
  for_each_bit(out.bits(0), [&](size_t row) { out.order.push_back(static_cast<uint32_t>(row)); });
  std::stable_sort(out.order.begin(), out.order.end(), [&](uint32_t a, uint32_t b) {
    const double x = out.at(0, a);
    const double y = out.at(0, b);
    if (std::isnan(x) || std::isnan(y)) return !std::isnan(x) && std::isnan(y);
    return descending_ ? x > y : x < y;
  });
  return {};
}

namespace {

/// The longest run of digits, or of anything else, at the start of `text`; it is taken away.
std::string_view next_chunk(std::string_view& text) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  size_t n = 1;
  while (n < text.size() && is_digit(text[n]) == is_digit(text[0])) ++n;
  const std::string_view chunk = text.substr(0, n);
  text.remove_prefix(n);
  return chunk;
}

/// A run of digits as a number, if it is one and fits.
std::optional<int64_t> number_of(std::string_view chunk) {
  int64_t value = 0;
  const auto [end, fault] = std::from_chars(chunk.data(), chunk.data() + chunk.size(), value);
  if (fault != std::errc() || end != chunk.data() + chunk.size()) return std::nullopt;
  return value;
}

}  // namespace

int natural_compare(std::string_view a, std::string_view b) {
  while (!a.empty() && !b.empty()) {
    const std::string_view x = next_chunk(a);
    const std::string_view y = next_chunk(b);
    const auto m = number_of(x);
    const auto n = number_of(y);
    if (m && n) {
      if (*m != *n) return *m < *n ? -1 : 1;
    } else if (x != y) {
      return x < y ? -1 : 1;
    }
  }
  return static_cast<int>(!a.empty()) - static_cast<int>(!b.empty());
}

base::Status SortByLabel::evaluate(const Grid& grid, Run& run) {
  RETURN_IF_ERROR(child_->eval(grid, run));
  take_over(*child_);
  schema_ = child_->schema();
  if (!grid.one_moment()) {
    run.warn(kSortWithoutEffect, pos_);
    return {};
  }
  Frame& out = frame();
  out.order.clear();
  for_each_bit(out.bits(0), [&](size_t row) { out.order.push_back(static_cast<uint32_t>(row)); });
  std::stable_sort(out.order.begin(), out.order.end(), [this](uint32_t a, uint32_t b) {
    const base::Labels& x = schema_->labels[descending_ ? b : a];
    const base::Labels& y = schema_->labels[descending_ ? a : b];
    for (const std::string& label : labels_) {
      const int order = natural_compare(x.get(label), y.get(label));
      if (order != 0) return order < 0;
    }
    return x < y;
  });
  return {};
}

}  // namespace tocsin::promql
