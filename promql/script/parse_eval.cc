#include "promql/script/parse_eval.h"

#include "engine/base/number.h"
#include "promql/script/text_cursor.h"

namespace tocsin::promql {
namespace {

using base::Code;
using base::Error;
using base::Result;
using base::Status;

Error invalid(std::string message) { return {Code::kInvalid, std::move(message)}; }

Result<base::DurationMs> take_duration(TextCursor& cursor, std::string_view what) {
  const std::string_view word = cursor.take_word();
  auto duration = base::parse_duration(word);
  if (duration) return *duration;
  return invalid("invalid " + std::string(what) + " definition \"" + std::string(word) +
                 "\": " + duration.error().message);
}

Status expect_word(TextCursor& cursor, std::string_view word) {
  if (cursor.take_word() == word) return {};
  return invalid(
      "invalid evaluation command. Must be either 'eval[_fail|_warn|_ordered|_info] instant at "
      "<offset:duration> <query>' or 'eval[_fail|_warn|_info] range from <from> to <to> step "
      "<step> <query>'");
}

// eval_fail and the like, older than expect lines.
Status parse_suffix(std::string_view word, EvalCommand& command) {
  if (word == "eval") return {};
  if (word == "eval_ordered" && !command.is_range) {
    command.expected.ordered = true;
  } else if (word == "eval_fail") {
    command.expected.fails = true;
  } else if (word == "eval_warn") {
    command.expected.warnings.emplace_back();
  } else if (word == "eval_info") {
    command.expected.infos.emplace_back();
  } else {
    return invalid("invalid evaluation command \"" + std::string(word) + "\"");
  }
  return {};
}

Status parse_head(std::string_view line, const Features& features, EvalCommand& command) {
  TextCursor cursor(line);
  const std::string_view word = cursor.take_word();
  const std::string_view kind = cursor.take_word();
  command.is_range = kind == "range";
  RETURN_IF_ERROR(parse_suffix(word, command));
  if (command.is_range) {
    ASSIGN_OR_RETURN(command.range, take_range(cursor));
  } else {
    TextCursor again(kind);
    RETURN_IF_ERROR(expect_word(again, "instant"));
    RETURN_IF_ERROR(expect_word(cursor, "at"));
    ASSIGN_OR_RETURN(command.range.start, take_duration(cursor, "timestamp"));
    command.range.end = command.range.start;
  }
  command.expected.points = command.range;
  command.text = cursor.rest();
  ASSIGN_OR_RETURN(command.expr, parse_expr(command.text, features));
  return {};
}

std::optional<double> parse_scalar(std::string_view line) {
  auto literal = parse_expr(line);
  if (literal && (*literal)->kind == ExprKind::kNumber) {
    const auto& number = as<NumberLiteral>(**literal);
    if (!number.is_duration) return number.value;
  }
  return std::nullopt;
}

// expected_fail_message and expected_fail_regexp, older than expect lines.
Result<bool> parse_old_failure(std::string_view line, Expectation& expected) {
  if (!expected.fails) return false;
  TextCursor cursor(line);
  const std::string_view word = cursor.take_word();
  std::string_view kind;
  if (word == "expected_fail_message") kind = "expect fail msg:";
  if (word == "expected_fail_regexp") kind = "expect fail regex:";
  if (kind.empty()) return false;
  RETURN_IF_ERROR(parse_expect(std::string(kind) + std::string(cursor.rest()), expected));
  return true;
}

Status parse_series(std::string_view line, EvalCommand& command) {
  ASSIGN_OR_RETURN(SeriesLine series, parse_series_line(line));
  Expectation& expected = command.expected;
  if (series.points.size() > 1 && !command.is_range && !expected.range_vector) {
    return invalid(
        "expecting multiple values in instant evaluation not allowed. consider using 'expect range "
        "vector' directive to enable a range vector result for an instant query");
  }
  const auto position = static_cast<uint32_t>(expected.series.size()) + 1;
  expected.series.push_back({position, std::move(series)});
  return {};
}

// Returns false when the line ends the block.
Result<bool> parse_result_line(std::string_view line, EvalCommand& command) {
  ASSIGN_OR_RETURN(const bool old_failure, parse_old_failure(line, command.expected));
  if (old_failure) return false;
  if (TextCursor(line).take_word() == "expect") {
    RETURN_IF_ERROR(parse_expect(line, command.expected));
    return true;
  }
  command.expected.scalar = parse_scalar(line);
  if (command.expected.scalar) return false;
  RETURN_IF_ERROR(parse_series(line, command));
  return true;
}

}  // namespace

Result<EvalRange> take_range(TextCursor& cursor) {
  EvalRange range;
  RETURN_IF_ERROR(expect_word(cursor, "from"));
  ASSIGN_OR_RETURN(range.start, take_duration(cursor, "start timestamp"));
  RETURN_IF_ERROR(expect_word(cursor, "to"));
  ASSIGN_OR_RETURN(range.end, take_duration(cursor, "end timestamp"));
  RETURN_IF_ERROR(expect_word(cursor, "step"));
  ASSIGN_OR_RETURN(range.step, take_duration(cursor, "step"));
  if (range.end >= range.start) return range;
  return invalid("invalid test definition, end timestamp (" + base::format_duration(range.end) +
                 ") is before start timestamp (" + base::format_duration(range.start) + ")");
}

Result<EvalCommand> parse_eval(std::string_view line, ScriptLines& lines,
                               const Features& features) {
  EvalCommand command;
  command.line = lines.number();
  if (auto head = parse_head(line, features, command); !head) {
    return lines.at_line(std::move(head).error());
  }
  while (lines.block_goes_on()) {
    const auto goes_on = parse_result_line(lines.take(), command);
    if (!goes_on) return lines.at_line(goes_on.error());
    if (!*goes_on) break;
  }
  // Upstream evaluates at the end of the points, whatever "at" said.
  const Expectation& expected = command.expected;
  if (expected.range_vector) command.range = {expected.points.end, expected.points.end, 0};
  return command;
}

}  // namespace tocsin::promql
