#include "promql/script/start_notation.h"

#include <charconv>

#include "engine/base/time.h"
#include "promql/script/text_cursor.h"

namespace tocsin::promql {
namespace {

using base::Code;
using base::Error;
using base::Result;

constexpr std::string_view kMark = "@st";

bool is_digit(char c) { return c >= '0' && c <= '9'; }

Error invalid_item(std::string_view item, std::string_view why) {
  return {Code::kInvalid, "invalid @st item \"" + std::string(item) + "\": " + std::string(why)};
}

/// One item, read from left to right.
class ItemParser {
 public:
  explicit ItemParser(std::string_view item) : item_(item), cursor_(item) {}

  base::Status append_to(std::vector<StartOffset>& starts) {
    if (cursor_.accept("_")) return append_unknown(starts);
    ASSIGN_OR_RETURN(base::DurationMs offset, take_duration());
    if (cursor_.at_end()) return repeat(starts, 1, offset, 0);
    base::DurationMs step = 0;
    if (cursor_.peek() != 'x') {
      const bool falls = cursor_.peek() == '-';
      if (!falls && cursor_.peek() != '+') return invalid_item(item_, "expected +, - or x");
      cursor_.take(1);
      ASSIGN_OR_RETURN(step, take_duration());
      if (falls) step = -step;
    }
    ASSIGN_OR_RETURN(const size_t times, take_repetition());
    return repeat(starts, times + 1, offset, step);
  }

 private:
  base::Status append_unknown(std::vector<StartOffset>& starts) {
    size_t count = 1;
    if (!cursor_.at_end()) {
      ASSIGN_OR_RETURN(count, take_repetition());
      if (count == 0) return invalid_item(item_, "invalid repeat count");
    }
    return repeat(starts, count, std::nullopt, 0);
  }

  /// A number with one unit; the 'x' of a repetition ends it.
  Result<base::DurationMs> take_duration() {
    const bool negative = cursor_.accept("-");
    if (!negative) cursor_.accept("+");
    const std::string_view text = cursor_.rest();
    size_t size = cursor_.take_while(is_digit).size();
    size += cursor_.take_while([](char c) { return c >= 'a' && c <= 'z' && c != 'x'; }).size();
    auto duration = base::parse_duration(text.substr(0, size));
    if (!duration) return invalid_item(item_, duration.error().message);
    return negative ? -*duration : *duration;
  }

  Result<size_t> take_repetition() {
    if (!cursor_.accept("x")) return invalid_item(item_, "expected a repetition such as x5");
    const std::string_view digits = cursor_.rest();
    size_t count = 0;
    const char* end = digits.data() + digits.size();
    const auto [at, error] = std::from_chars(digits.data(), end, count);
    if (digits.empty() || error != std::errc() || at != end || count > kSequencePointsMax) {
      return invalid_item(item_, "invalid repeat count");
    }
    return count;
  }

  base::Status repeat(std::vector<StartOffset>& starts, size_t count, StartOffset offset,
                      base::DurationMs step) {
    if (count > kSequencePointsMax - starts.size()) {
      return {Code::kLimit, "a series may have at most " + std::to_string(kSequencePointsMax) +
                                " start timestamps in one line"};
    }
    for (size_t i = 0; i < count; ++i) {
      starts.push_back(offset);
      if (offset && __builtin_add_overflow(*offset, step, &*offset)) {
        return invalid_item(item_, "duration out of range");
      }
    }
    return {};
  }

  std::string_view item_;
  TextCursor cursor_;
};

}  // namespace

Result<bool> is_start_line(std::string_view line) {
  ASSIGN_OR_RETURN(const MetricPrefix metric, parse_metric_prefix(line));
  return line.substr(metric.bytes).starts_with(kMark);
}

Result<StartLine> parse_start_line(std::string_view line) {
  ASSIGN_OR_RETURN(MetricPrefix metric, parse_metric_prefix(line));
  TextCursor cursor(line.substr(metric.bytes));
  if (cursor.take_word() != kMark) {
    return Error{Code::kInvalid, "expected a blank after @st"};
  }
  StartLine result{std::move(metric.labels), {}};
  while (!cursor.at_end()) {
    RETURN_IF_ERROR(ItemParser(cursor.take_word()).append_to(result.starts));
  }
  return result;
}

}  // namespace tocsin::promql
