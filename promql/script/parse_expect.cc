// "expect …" lines.
#include "promql/script/parse_eval.h"
#include "promql/script/text_cursor.h"
#include "promql/syntax/characters.h"
#include "promql/syntax/parser.h"

namespace tocsin::promql {
namespace {

using base::Code;
using base::Error;
using base::Result;
using base::Status;

Error invalid(std::string message) { return {Code::kInvalid, std::move(message)}; }

std::string_view trim_end(std::string_view text) {
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

Result<TextMatch> parse_text_match(TextCursor cursor) {
  TextMatch match;
  if (cursor.at_end()) return match;
  const bool is_message = cursor.accept("msg:");
  if (!is_message && !cursor.accept("regex:")) {
    return invalid(
        "invalid expect statement, must match `expect <type> <match_type>: <string>` format");
  }
  cursor.skip_spaces();
  match.source = trim_end(cursor.rest());
  if (is_message) {
    match.message = match.source;
    return match;
  }
  ASSIGN_OR_RETURN(match.regex, base::Regex::compile(".*(?:" + match.source + ").*"));
  return match;
}

Status check_conflicts(const Expectation& expected) {
  if (expected.no_infos && !expected.infos.empty()) {
    return invalid("invalid expect lines, info and no_info cannot be used together");
  }
  if (expected.no_warnings && !expected.warnings.empty()) {
    return invalid("invalid expect lines, warn and no_warn cannot be used together");
  }
  return {};
}

Status parse_expected_string(std::string_view text, Expectation& expected) {
  auto literal = parse_expr(text);
  if (!literal || (*literal)->kind != ExprKind::kString) {
    return invalid("expected string literal not valid - check that the string is correctly quoted");
  }
  expected.string = as<StringLiteral>(**literal).value;
  return {};
}

Status parse_range_vector(TextCursor cursor, Expectation& expected) {
  ASSIGN_OR_RETURN(expected.points, take_range(cursor));
  if (!cursor.at_end())
    return invalid("unexpected text after the range: " + std::string(cursor.rest()));
  expected.range_vector = true;
  return {};
}

Status parse_kind(std::string_view kind, TextMatch match, Expectation& expected) {
  if (kind == "ordered") {
    expected.ordered = true;
  } else if (kind == "warn") {
    expected.warnings.push_back(std::move(match));
  } else if (kind == "info") {
    expected.infos.push_back(std::move(match));
  } else if (kind == "no_warn") {
    expected.no_warnings = true;
  } else if (kind == "no_info") {
    expected.no_infos = true;
  } else if (kind != "fail") {
    return invalid("invalid expected error/annotation type \"" + std::string(kind) + "\"");
  } else if (expected.failure) {
    return invalid("invalid expect lines, multiple expect fail lines are not allowed");
  } else {
    expected.fails = true;
    expected.failure = std::move(match);
  }
  return check_conflicts(expected);
}

}  // namespace

Status parse_expect(std::string_view line, Expectation& expected) {
  TextCursor cursor(line);
  cursor.take_word();
  const std::string_view kind = cursor.take_word();
  if (kind == "string") return parse_expected_string(cursor.rest(), expected);
  if (kind == "range" && cursor.take_word() == "vector")
    return parse_range_vector(cursor, expected);
  ASSIGN_OR_RETURN(TextMatch match, parse_text_match(cursor));
  return parse_kind(kind, std::move(match), expected);
}

bool TextMatch::matches(std::string_view text) const {
  if (message) return *message == text;
  return !regex || regex->matches(text);
}

}  // namespace tocsin::promql
