#include "promql/script/compare.h"

#include <algorithm>

#include "engine/base/number.h"
#include "promql/script/almost_equal.h"
#include "promql/script/histogram_notation.h"
#include "promql/script/histogram_sum.h"

namespace tocsin::promql {
namespace {

using base::FloatHistogram;

constexpr double kEpsilon = 1e-6;

std::string quoted(std::string_view text) { return base::go_quote(text); }

std::string value_text(double v, const base::HistogramPtr& h) {
  if (h) return histogram_text(*h);
  return base::is_stale(v) ? "stale" : base::format_general(v);
}

std::string points_text(const std::vector<Point>& points) {
  std::string out;
  for (const Point& point : points) {
    if (!out.empty()) out += ' ';
    out += value_text(point.v, point.h) + "@" + std::to_string(point.t);
  }
  return out;
}

bool same_buckets(const std::vector<base::HistogramSpan>& a_spans, const std::vector<double>& a,
                  const std::vector<base::HistogramSpan>& b_spans, const std::vector<double>& b) {
  const auto left = nonempty_buckets(a_spans, a);
  const auto right = nonempty_buckets(b_spans, b);
  return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                    [](const auto& x, const auto& y) {
                      return x.first == y.first && almost_equal(x.second, y.second, kEpsilon);
                    });
}

bool same_histogram(const FloatHistogram& a, const FloatHistogram& b, bool with_hint) {
  return a.schema == b.schema && almost_equal(a.count, b.count, kEpsilon) &&
         almost_equal(a.sum, b.sum, kEpsilon) &&
         (!a.uses_custom_buckets() || a.custom_values == b.custom_values) &&
         a.zero_threshold == b.zero_threshold &&
         almost_equal(a.zero_count, b.zero_count, kEpsilon) &&
         same_buckets(a.negative_spans, a.negative_buckets, b.negative_spans, b.negative_buckets) &&
         same_buckets(a.positive_spans, a.positive_buckets, b.positive_spans, b.positive_buckets) &&
         (!with_hint || a.counter_reset_hint == b.counter_reset_hint);
}

bool same_value(const SequencePoint& expected, const Point& actual) {
  if ((expected.h == nullptr) != (actual.h == nullptr)) return false;
  if (expected.h) return same_histogram(*expected.h, *actual.h, expected.hint_given);
  return almost_equal(expected.v, actual.v, kEpsilon);
}

const ExpectedSeries* find_expected(const Expectation& expected, const base::Labels& labels) {
  // As upstream: of two lines with the same labels the last one counts.
  const auto at = std::find_if(expected.series.rbegin(), expected.series.rend(),
                               [&](const ExpectedSeries& s) { return s.line.labels == labels; });
  return at == expected.series.rend() ? nullptr : &*at;
}

std::string check_all_found(const Expectation& expected, const std::vector<ResultSeries>& actual) {
  for (const auto& series : expected.series) {
    const bool found = std::any_of(actual.begin(), actual.end(), [&](const ResultSeries& s) {
      return s.labels == series.line.labels;
    });
    if (!found) return "expected metric " + series.line.labels.to_braces() + " not found";
  }
  return "";
}

std::string compare_vector(const Expectation& expected, const QueryResult& result) {
  if (expected.scalar) return "expected a scalar, but got a vector";
  for (size_t i = 0; i < result.series.size(); ++i) {
    const ResultSeries& series = result.series[i];
    if (series.points.size() != 1) {
      return "expected one point for " + series.labels.to_braces() + ", but got " +
             std::to_string(series.points.size());
    }
    const Point& actual = series.points.front();
    const std::string got = value_text(actual.v, actual.h);
    const ExpectedSeries* wanted = find_expected(expected, series.labels);
    if (wanted == nullptr) {
      return "unexpected metric " + series.labels.to_braces() + " in result, has value " + got;
    }
    if (expected.ordered && wanted->position != i + 1) {
      return "expected metric " + series.labels.to_braces() + " at position " +
             std::to_string(wanted->position) + " but was at " + std::to_string(i + 1);
    }
    if (wanted->line.points.empty()) return "no value expected for " + series.labels.to_braces();
    const SequencePoint& value = wanted->line.points.front();
    if (!same_value(value, actual)) {
      return "expected " + value_text(value.v, value.h) + " for " + series.labels.to_braces() +
             " but got " + got;
    }
  }
  return check_all_found(expected, result.series);
}

std::string compare_points(const Expectation& expected, const ExpectedSeries& wanted,
                           const ResultSeries& series) {
  const std::string name = wanted.line.labels.to_braces();
  const auto refuse = [&](const std::string& what) {
    return what + " for " + name + " (got " + points_text(series.points) + ")";
  };
  size_t next = 0;
  base::TimestampMs t = expected.points.start;
  for (const SequencePoint& value : wanted.line.points) {
    if (t > expected.points.end) return refuse("more points expected than the range has");
    if (!value.omitted) {
      const std::string text = value_text(value.v, value.h) + " at " + std::to_string(t) + " ms";
      if (next == series.points.size()) return refuse("expected " + text + ", but got no more");
      const Point& actual = series.points[next++];
      if (actual.t != t || !same_value(value, actual)) {
        return refuse("expected " + text + ", but got " + value_text(actual.v, actual.h) + " at " +
                      std::to_string(actual.t) + " ms");
      }
    }
    t += expected.points.step;
  }
  return next == series.points.size() ? "" : refuse("more points than expected");
}

std::string compare_matrix(const Expectation& expected, const QueryResult& result) {
  if (expected.ordered) return "expected an ordered result, but the query returned a matrix";
  if (expected.scalar) return "expected a scalar, but got a matrix";
  if (std::string fault = check_sorted(result.series); !fault.empty()) return fault;
  for (const ResultSeries& series : result.series) {
    const ExpectedSeries* wanted = find_expected(expected, series.labels);
    if (wanted == nullptr) {
      return "unexpected metric " + series.labels.to_braces() + " in result, has " +
             points_text(series.points);
    }
    if (std::string fault = compare_points(expected, *wanted, series); !fault.empty()) return fault;
  }
  return check_all_found(expected, result.series);
}

std::string compare_scalar(const Expectation& expected, const Point& actual) {
  if (!expected.scalar) {
    return "expected a vector or matrix, but got scalar " + base::format_general(actual.v);
  }
  if (almost_equal(*expected.scalar, actual.v, kEpsilon)) return "";
  return "expected scalar " + base::format_general(*expected.scalar) + " but got " +
         base::format_general(actual.v);
}

std::string compare_texts(const std::vector<TextMatch>& expected,
                          const std::vector<std::string>& actual, std::string_view kind) {
  if (expected.empty()) return "";
  const std::string name(kind);
  if (actual.empty()) return "expected " + name + " annotations but there were none";
  for (const TextMatch& match : expected) {
    const bool found = std::any_of(actual.begin(), actual.end(),
                                   [&](const std::string& text) { return match.matches(text); });
    if (!found) {
      return "expected " + name + " annotation " + quoted(match.source) + ", found only " +
             quoted(actual.front());
    }
  }
  for (const std::string& text : actual) {
    const bool wanted = std::any_of(expected.begin(), expected.end(),
                                    [&](const TextMatch& match) { return match.matches(text); });
    if (!wanted) return "unexpected " + name + " annotation " + quoted(text);
  }
  return "";
}

}  // namespace

std::string check_sorted(const std::vector<ResultSeries>& series) {
  for (size_t i = 1; i < series.size(); ++i) {
    if (series[i].labels < series[i - 1].labels) {
      return "matrix is not sorted by labels: " + series[i].labels.to_braces() + " comes after " +
             series[i - 1].labels.to_braces();
    }
  }
  return "";
}

std::string compare_result(const Expectation& expected, const QueryResult& result) {
  switch (result.type) {
    case ValueType::kVector:
      return compare_vector(expected, result);
    case ValueType::kMatrix:
      return compare_matrix(expected, result);
    case ValueType::kScalar:
      return compare_scalar(expected, result.scalar);
    case ValueType::kString:
      if (expected.string.value_or("") == result.string) return "";
      return "expected string " + quoted(expected.string.value_or("")) + " but got " +
             quoted(result.string);
    case ValueType::kNone:
      break;
  }
  return "the query returned a value of no type";
}

std::string compare_annotations(const Expectation& expected, const base::Annotations& annotations,
                                std::string_view query) {
  const auto warnings = annotations.render(base::Severity::kWarning, query);
  const auto infos = annotations.render(base::Severity::kInfo, query);
  if (auto fault = compare_texts(expected.warnings, warnings, "warn"); !fault.empty()) return fault;
  if (auto fault = compare_texts(expected.infos, infos, "info"); !fault.empty()) return fault;
  if (expected.no_warnings && !warnings.empty()) return "unexpected warning " + quoted(warnings[0]);
  if (expected.no_infos && !infos.empty()) return "unexpected info " + quoted(infos[0]);
  return "";
}

std::string compare_failure(const Expectation& expected, const base::Error& error) {
  if (!expected.failure || expected.failure->matches(error.message)) return "";
  return "expected error " + quoted(expected.failure->source) + ", but got " +
         quoted(error.message);
}

}  // namespace tocsin::promql
