#include "promql/syntax/token.h"

#include <algorithm>
#include <array>
#include <cassert>

#include "engine/base/labels.h"

namespace tocsin::promql {
namespace {

struct Word {
  std::string_view text;
  TokenKind kind;
};

// Sorted by text, for binary search.
constexpr std::array kWords = {
    Word{"anchored", TokenKind::kAnchored},
    Word{"and", TokenKind::kAnd},
    Word{"atan2", TokenKind::kAtan2},
    Word{"avg", TokenKind::kAvg},
    Word{"bool", TokenKind::kBool},
    Word{"bottomk", TokenKind::kBottomk},
    Word{"by", TokenKind::kBy},
    Word{"count", TokenKind::kCount},
    Word{"count_values", TokenKind::kCountValues},
    Word{"end", TokenKind::kEndWord},
    Word{"fill", TokenKind::kFill},
    Word{"fill_left", TokenKind::kFillLeft},
    Word{"fill_right", TokenKind::kFillRight},
    Word{"group", TokenKind::kGroup},
    Word{"group_left", TokenKind::kGroupLeft},
    Word{"group_right", TokenKind::kGroupRight},
    Word{"ignoring", TokenKind::kIgnoring},
    Word{"inf", TokenKind::kNumber},
    Word{"limit_ratio", TokenKind::kLimitRatio},
    Word{"limitk", TokenKind::kLimitk},
    Word{"max", TokenKind::kMax},
    Word{"max_of", TokenKind::kMaxOf},
    Word{"min", TokenKind::kMin},
    Word{"min_of", TokenKind::kMinOf},
    Word{"nan", TokenKind::kNumber},
    Word{"offset", TokenKind::kOffset},
    Word{"on", TokenKind::kOn},
    Word{"or", TokenKind::kOr},
    Word{"quantile", TokenKind::kQuantile},
    Word{"range", TokenKind::kRange},
    Word{"smoothed", TokenKind::kSmoothed},
    Word{"start", TokenKind::kStart},
    Word{"stddev", TokenKind::kStddev},
    Word{"stdvar", TokenKind::kStdvar},
    Word{"step", TokenKind::kStep},
    Word{"sum", TokenKind::kSum},
    Word{"topk", TokenKind::kTopk},
    Word{"unless", TokenKind::kUnless},
    Word{"without", TokenKind::kWithout},
};
constexpr size_t kWordLengthMax = 12;

[[maybe_unused]] bool sorted_by_text() {
  return std::is_sorted(kWords.begin(), kWords.end(),
                        [](const Word& a, const Word& b) { return a.text < b.text; });
}

// Go's "%.10q...": the first ten characters, quoted.
std::string quote_shortened(std::string_view text) {
  if (text.size() <= 10) return base::go_quote(text);
  size_t bytes = 0;
  for (int characters = 0; bytes < text.size() && characters < 10; ++characters) {
    ++bytes;
    while (bytes < text.size() && (static_cast<unsigned char>(text[bytes]) & 0xC0) == 0x80) ++bytes;
  }
  return base::go_quote(text.substr(0, bytes)) + "...";
}

std::string_view literal_noun(TokenKind kind) {
  if (kind == TokenKind::kNumber) return "number ";
  if (kind == TokenKind::kDuration) return "duration ";
  if (kind == TokenKind::kString) return "string ";
  return "";
}

}  // namespace

TokenKind word_kind(std::string_view word) {
  assert(sorted_by_text());
  if (word.size() < 2 || word.size() > kWordLengthMax) return TokenKind::kIdentifier;
  std::array<char, kWordLengthMax> buffer;
  std::transform(word.begin(), word.end(), buffer.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  const std::string_view lower(buffer.data(), word.size());
  const auto* at = std::lower_bound(kWords.begin(), kWords.end(), lower,
                                    [](const Word& w, std::string_view t) { return w.text < t; });
  return at != kWords.end() && at->text == lower ? at->kind : TokenKind::kIdentifier;
}

bool can_name_metric(TokenKind kind) {
  if (kind == TokenKind::kIdentifier || kind == TokenKind::kMetricIdentifier) return true;
  if (kind == TokenKind::kAnd || kind == TokenKind::kOr || kind == TokenKind::kUnless) return true;
  if (is_keyword(kind)) {
    return kind != TokenKind::kBool && kind != TokenKind::kOn && kind != TokenKind::kIgnoring &&
           kind != TokenKind::kGroupLeft && kind != TokenKind::kGroupRight;
  }
  return is_aggregator(kind) || kind >= TokenKind::kStart;
}

bool can_name_label(TokenKind kind) {
  // Upstream's grammar has all keywords but this one.
  if (kind == TokenKind::kWithout) return false;
  return can_name_metric(kind) || is_keyword(kind) || kind == TokenKind::kAtan2;
}

bool can_start_expression(TokenKind kind) {
  return can_name_metric(kind) || !literal_noun(kind).empty() || kind == TokenKind::kLeftParen ||
         kind == TokenKind::kLeftBrace || kind == TokenKind::kAdd || kind == TokenKind::kSub;
}

std::string describe(const Token& token) {
  const std::string text(token.text);
  if (token.kind == TokenKind::kEnd) return "end of input";
  if (token.kind == TokenKind::kIdentifier) return "identifier " + base::go_quote(text);
  if (token.kind == TokenKind::kMetricIdentifier) {
    return "metric identifier " + base::go_quote(text);
  }
  if (is_keyword(token.kind)) return "<" + text + ">";
  if (is_operator(token.kind)) return "<op:" + text + ">";
  if (is_aggregator(token.kind)) return "<aggr:" + text + ">";
  return std::string(literal_noun(token.kind)) + quote_shortened(text);
}

}  // namespace tocsin::promql
