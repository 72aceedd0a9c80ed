// The evaluator agrees with the reference on random expressions over random series, at instants and
// over ranges.
#include <gtest/gtest.h>

#include <cmath>
#include <optional>
#include <set>
#include <sstream>

#include "promql/eval/query.h"
#include "random_data.h"
#include "random_query.h"
#include "tests/unit/promql_eval/running.h"

namespace tocsin::promql::test {
namespace {

constexpr base::DurationMs kLookback = 5 * base::kMinute;

/// Values of every step by label set; or that the query fails.
struct Outcome {
  bool fails = false;
  std::map<LabelMap, std::map<base::TimestampMs, double>> series;
};

LabelMap to_map(const base::Labels& labels) {
  LabelMap out;
  for (size_t i = 0; i < labels.size(); ++i) {
    out.emplace(labels[i].name, labels[i].value);
  }
  return out;
}

Outcome from_reference(const Expr& expr, const Reference& reference, const EvalRange& range) {
  Outcome out;
  const base::DurationMs step = range.instant() ? 1 : range.step;
  try {
    for (base::TimestampMs t = range.start; t <= range.end; t += step) {
      const StepValue value = reference.evaluate(expr, t, range.start, range.end);
      if (value.is_scalar) out.series[{}][t] = value.scalar;
      for (const auto& [labels, v] : value.vector) out.series[labels][t] = v;
    }
  } catch (const QueryFails&) {
    out.fails = true;
  }
  return out;
}

Outcome from_evaluator(const std::string& text, base::SeriesSource& source,
                       const EvalRange& range) {
  Outcome out;
  auto query = prepare(text, source);
  if (!query) {
    ADD_FAILURE() << text << ": " << query.error().to_string();
    return out;
  }
  const auto result = (*query)->run(range);
  if (!result) {
    out.fails = true;
    return out;
  }
  if (result->type == ValueType::kScalar) out.series[{}][result->scalar.t] = result->scalar.v;
  for (const ResultSeries& series : result->series) {
    for (const Point& point : series.points) out.series[to_map(series.labels)][point.t] = point.v;
  }
  return out;
}

bool is_close(double a, double b) {
  if (std::isnan(a) || std::isnan(b)) return std::isnan(a) && std::isnan(b);
  if (a == b) return true;
  return std::abs(a - b) <= 1e-9 * std::max(std::abs(a), std::abs(b)) + 1e-10;
}

std::string describe(const LabelMap& labels) {
  std::string out = "{";
  for (const auto& [name, value] : labels) out += name + "=" + value + " ";
  return out + "}";
}

/// The first difference, or nothing.
std::optional<std::string> difference(const Outcome& expected, const Outcome& found) {
  if (expected.fails != found.fails) {
    return std::string("expected ") + (expected.fails ? "an error" : "no error");
  }
  if (expected.fails) return std::nullopt;
  std::set<LabelMap> all;
  for (const auto& [labels, points] : expected.series) all.insert(labels);
  for (const auto& [labels, points] : found.series) all.insert(labels);
  for (const LabelMap& labels : all) {
    const auto want = expected.series.find(labels);
    const auto got = found.series.find(labels);
    if (want == expected.series.end()) return "unexpected series " + describe(labels);
    if (got == found.series.end()) return "no series " + describe(labels);
    if (want->second.size() != got->second.size()) {
      return std::to_string(got->second.size()) + " points instead of " +
             std::to_string(want->second.size()) + " in " + describe(labels);
    }
    for (const auto& [t, v] : want->second) {
      const auto point = got->second.find(t);
      if (point != got->second.end() && is_close(v, point->second)) continue;
      std::ostringstream text;
      text.precision(17);
      text << describe(labels) << " at " << t << ": expected " << v << ", found ";
      if (point == got->second.end()) return text.str() + "nothing";
      text << point->second;
      return text.str();
    }
  }
  return std::nullopt;
}

/// How often what was found, so that the comparison is known to have compared something.
struct Tally {
  int with_values = 0;
  int empty = 0;
  int failing = 0;
  void add(const Outcome& outcome) {
    ++(outcome.fails ? failing : outcome.series.empty() ? empty : with_values);
  }
};

void compare(uint32_t seed, int queries, bool is_range, Tally& tally) {
  RandomData data(seed);
  const Reference reference(data.stored, kLookback);
  RandomQuery random_query(seed);
  std::mt19937 random(seed);
  const auto draw = [&random](int64_t low, int64_t high) {
    return std::uniform_int_distribution<int64_t>(low, high)(random);
  };
  for (int i = 0; i < queries; ++i) {
    const std::string text = random_query.next();
    EvalRange range;
    range.start = range.end = draw(data.first, data.last);
    if (is_range) {
      range.step = std::vector<int64_t>{7'000, 15'000, 61'000, 300'000}[i % 4];
      range.end = range.start + range.step * draw(1, 12);
    }
    const auto expr = parse_expr(text, Features::all());
    ASSERT_TRUE(expr) << text << ": " << expr.error().to_string();
    const Outcome expected = from_reference(**expr, reference, range);
    const auto fault = difference(expected, from_evaluator(text, data.source, range));
    EXPECT_FALSE(fault) << text << "\nseed " << seed << ", query " << i << ", from " << range.start
                        << " to " << range.end << " step " << range.step << ": " << *fault;
    tally.add(expected);
  }
}

TEST(Reference, AgreesAtInstants) {
  Tally tally;
  for (uint32_t seed = 1; seed <= 30; ++seed) compare(seed, 100, false, tally);
  EXPECT_GT(tally.with_values, 1500);
  EXPECT_GT(tally.failing, 100);
}

TEST(Reference, AgreesOverRanges) {
  Tally tally;
  for (uint32_t seed = 101; seed <= 110; ++seed) compare(seed, 100, true, tally);
  EXPECT_GT(tally.with_values, 500);
  EXPECT_GT(tally.failing, 20);
}

}  // namespace
}  // namespace tocsin::promql::test
