#include "promql/script/series_notation.h"

#include <charconv>

#include "engine/base/number.h"
#include "engine/base/sample.h"
#include "promql/script/histogram_notation.h"
#include "promql/script/histogram_sum.h"
#include "promql/script/text_cursor.h"
#include "promql/syntax/parser.h"

namespace tocsin::promql {
namespace {

using base::Code;
using base::Error;
using base::Result;

Error invalid(std::string message) { return {Code::kInvalid, std::move(message)}; }

bool is_blank(char c) { return c == ' ' || c == '\t'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

// The text of an unsigned number: digits with fraction and exponent, or a word like Inf.
std::string_view take_number_text(TextCursor& cursor) {
  TextCursor probe = cursor;
  if (is_letter(probe.peek())) {
    return cursor.take_while([](char c) { return is_letter(c) || is_digit(c); });
  }
  const auto digit_or_more = [](char c) { return is_digit(c) || c == '.'; };
  size_t size = probe.take_while(digit_or_more).size();
  if (size > 0 && (probe.peek() == 'e' || probe.peek() == 'E')) {
    size += probe.take(1).size();
    if (probe.peek() == '+' || probe.peek() == '-') size += probe.take(1).size();
    size += probe.take_while(digit_or_more).size();
  }
  return cursor.take(size);
}

Result<double> take_number(TextCursor& cursor) {
  const std::string_view text = take_number_text(cursor);
  if (text == "stale") return base::stale_marker();
  if (const auto value = base::parse_float(text)) return *value;
  return invalid("not a number in series values: \"" +
                 std::string(text.empty() ? cursor.rest() : text) + "\"");
}

class SequenceParser {
 public:
  explicit SequenceParser(std::string_view text) : cursor_(text) {}

  Result<std::vector<SequencePoint>> parse() {
    for (cursor_.skip_spaces(); !cursor_.at_end(); cursor_.skip_spaces()) {
      RETURN_IF_ERROR(parse_item());
      if (!cursor_.at_end() && !is_blank(cursor_.peek())) {
        return invalid("unexpected text after a series value: \"" + std::string(cursor_.rest()) +
                       "\"");
      }
    }
    return std::move(points_);
  }

 private:
  base::Status parse_item() {
    if (cursor_.starts_with("{{")) return parse_histograms();
    if (cursor_.accept("_")) return parse_gaps();
    return parse_floats();
  }

  base::Status parse_gaps() {
    size_t count = 1;
    if (cursor_.peek() == 'x') {
      ASSIGN_OR_RETURN(count, parse_repetition());
    }
    return add(count, {.omitted = true, .v = 0, .h = nullptr, .hint_given = false});
  }

  base::Status parse_floats() {
    const bool negative = cursor_.peek() == '-';
    if (negative || cursor_.peek() == '+') cursor_.take(1);
    ASSIGN_OR_RETURN(double value, take_number(cursor_));
    if (base::is_stale(value))
      return negative ? invalid("a stale marker has no sign") : add_one(value);
    if (negative) value = -value;
    double step = 0;
    const bool falling = cursor_.peek() == '-';
    const bool stepped = falling || cursor_.peek() == '+';
    if (stepped) {
      cursor_.take(1);
      ASSIGN_OR_RETURN(step, take_number(cursor_));
      if (falling) step = -step;
    }
    if (!stepped && cursor_.peek() != 'x') return add_one(value);
    ASSIGN_OR_RETURN(const size_t times, parse_repetition());
    RETURN_IF_ERROR(check_room(times + 1));
    for (size_t i = 0; i <= times; ++i, value += step) RETURN_IF_ERROR(add_one(value));
    return {};
  }

  base::Status parse_histograms() {
    ASSIGN_OR_RETURN(HistogramText first, take_histogram(cursor_));
    const bool falling = cursor_.peek() == '-';
    const bool stepped = falling || cursor_.peek() == '+';
    if (!stepped) {
      size_t times = 0;
      if (cursor_.peek() == 'x') {
        ASSIGN_OR_RETURN(times, parse_repetition());
      }
      return add(times + 1,
                 {.omitted = false, .v = 0, .h = first.histogram, .hint_given = first.hint_given});
    }
    cursor_.take(1);
    ASSIGN_OR_RETURN(const HistogramText step, take_histogram(cursor_));
    ASSIGN_OR_RETURN(const size_t times, parse_repetition());
    RETURN_IF_ERROR(check_room(times + 1));
    for (size_t i = 0;; ++i) {
      // Upstream notes of the step alone whether it named a hint.
      RETURN_IF_ERROR(
          add(1, {.omitted = false, .v = 0, .h = first.histogram, .hint_given = step.hint_given}));
      if (i == times) return {};
      ASSIGN_OR_RETURN(first.histogram, add_histograms(*first.histogram, *step.histogram, falling));
    }
  }

  // The count after 'x'.
  Result<size_t> parse_repetition() {
    if (!cursor_.accept("x")) return invalid("expected a repetition such as x5 in series values");
    const std::string_view digits = cursor_.take_while(is_digit);
    size_t count = 0;
    const auto [at, error] = std::from_chars(digits.data(), digits.data() + digits.size(), count);
    if (digits.empty() || error != std::errc()) {
      return invalid("invalid repetition in series values: \"x" + std::string(digits) + "\"");
    }
    return count;
  }

  base::Status check_room(size_t count) {
    if (count <= kSequencePointsMax - points_.size()) return {};
    return Error{Code::kLimit, "a series may have at most " + std::to_string(kSequencePointsMax) +
                                   " values in one line"};
  }

  base::Status add(size_t count, const SequencePoint& point) {
    RETURN_IF_ERROR(check_room(count));
    points_.insert(points_.end(), count, point);
    return {};
  }

  base::Status add_one(double v) {
    return add(1, {.omitted = false, .v = v, .h = nullptr, .hint_given = false});
  }

  TextCursor cursor_;
  std::vector<SequencePoint> points_;
};

// Bytes up to the end of name{…}, quotes respected.
size_t metric_size(std::string_view line) {
  size_t i = 0;
  while (i < line.size() && !is_blank(line[i]) && line[i] != '{' && line[i] != '@') ++i;
  if (i == line.size() || line[i] != '{') return i;
  char quote = '\0';
  for (; i < line.size(); ++i) {
    const char c = line[i];
    if (quote != '\0') {
      if (c == '\\' && quote != '`') ++i;
      if (c == quote) quote = '\0';
    } else if (c == '"' || c == '\'' || c == '`') {
      quote = c;
    } else if (c == '}') {
      return i + 1;
    }
  }
  return line.size();
}

}  // namespace

Result<MetricPrefix> parse_metric_prefix(std::string_view line) {
  const size_t bytes = metric_size(line);
  ASSIGN_OR_RETURN(base::Labels labels, parse_metric(line.substr(0, bytes)));
  return MetricPrefix{std::move(labels), bytes};
}

Result<std::vector<SequencePoint>> parse_sequence(std::string_view text) {
  return SequenceParser(text).parse();
}

Result<SeriesLine> parse_series_line(std::string_view line) {
  ASSIGN_OR_RETURN(MetricPrefix metric, parse_metric_prefix(line));
  const std::string_view values = line.substr(metric.bytes);
  if (!values.empty() && !is_blank(values.front())) {
    return invalid("unexpected text after the metric: \"" + std::string(values) + "\"");
  }
  ASSIGN_OR_RETURN(auto points, parse_sequence(values));
  return SeriesLine{std::move(metric.labels), std::move(points)};
}

}  // namespace tocsin::promql
