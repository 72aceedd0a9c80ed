// Tokens of PromQL.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/status.h"

namespace tocsin::promql {

/// Grouped so that the range tests below are comparisons.
enum class TokenKind : uint8_t {
  kEnd,
  kError,
  kComment,
  kIdentifier,
  kMetricIdentifier,
  kNumber,
  kDuration,
  kString,
  kLeftParen,
  kRightParen,
  kLeftBrace,
  kRightBrace,
  kLeftBracket,
  kRightBracket,
  kComma,
  kAssign,
  kColon,
  // Operators.
  kAdd,
  kSub,
  kMul,
  kDiv,
  kMod,
  kPow,
  kEqual,
  kNotEqual,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kTrimUpper,
  kTrimLower,
  kRegexEqual,
  kRegexNotEqual,
  kAt,
  kAnd,
  kOr,
  kUnless,
  kAtan2,
  // Aggregators.
  kSum,
  kAvg,
  kCount,
  kMin,
  kMax,
  kGroup,
  kStddev,
  kStdvar,
  kTopk,
  kBottomk,
  kCountValues,
  kQuantile,
  kLimitk,
  kLimitRatio,
  // Keywords.
  kOffset,
  kAnchored,
  kSmoothed,
  kBy,
  kWithout,
  kOn,
  kIgnoring,
  kGroupLeft,
  kGroupRight,
  kFill,
  kFillLeft,
  kFillRight,
  kBool,
  // Words that stand for times and durations.
  kStart,
  kEndWord,
  kStep,
  kRange,
  kMaxOf,
  kMinOf,
};

/// One token. Lifetime of `text`: that of the query text.
struct Token {
  TokenKind kind = TokenKind::kEnd;
  uint32_t start = 0;
  std::string_view text;

  uint32_t end() const { return start + static_cast<uint32_t>(text.size()); }
  base::PosRange range() const { return {start, end()}; }
};

inline bool is_operator(TokenKind kind) {
  return kind >= TokenKind::kAdd && kind <= TokenKind::kAtan2;
}
inline bool is_aggregator(TokenKind kind) {
  return kind >= TokenKind::kSum && kind <= TokenKind::kLimitRatio;
}
inline bool is_keyword(TokenKind kind) {
  return kind >= TokenKind::kOffset && kind <= TokenKind::kBool;
}
/// True for words that may name a metric when nothing else fits.
bool can_name_metric(TokenKind kind);
/// True for words that may name a label in by (…), on (…) and the like.
bool can_name_label(TokenKind kind);
/// True when an expression may begin with it.
bool can_start_expression(TokenKind kind);

/// The kind of a word in any case: a keyword's, kNumber for "inf" and "nan", else kIdentifier.
TokenKind word_kind(std::string_view word);

/// As syntax errors name it: "end of input", "identifier \"x\"", "<by>", "<op:*>", "\"}\"".
/// Source: prometheus promql/parser/lex.go Item.desc.
std::string describe(const Token& token);

}  // namespace tocsin::promql
