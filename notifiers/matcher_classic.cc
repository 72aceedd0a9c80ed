// The classic matcher grammar: split at commas outside quotes, then name, operator and the rest.
#include "notifiers/matcher_grammars.h"
#include "notifiers/utf8.h"

namespace tocsin::notifiers {

namespace {

base::Error invalid(std::string_view what, std::string_view text) {
  return {base::Code::kInvalid, std::string(what) + std::string(text)};
}

/// Upstream's regular expressions trim with \s, which knows ASCII blanks only (and not \v).
std::string_view trim_ascii(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\n\f\r";
  const size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

bool is_name_byte(char c, bool first) {
  if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':') return true;
  return !first && c >= '0' && c <= '9';
}

struct Split {
  std::string_view name;
  base::MatchOp op;
  std::string_view value;
};

bool split_matcher(std::string_view text, Split& split) {
  text = trim_ascii(text);
  size_t length = 0;
  while (length < text.size() && is_name_byte(text[length], length == 0)) ++length;
  if (length == 0) return false;
  split.name = text.substr(0, length);
  text = trim_ascii(text.substr(length));
  if (text.starts_with("=~")) {
    split.op = base::MatchOp::kRegex;
  } else if (text.starts_with("!=")) {
    split.op = base::MatchOp::kNotEqual;
  } else if (text.starts_with("!~")) {
    split.op = base::MatchOp::kNotRegex;
  } else if (text.starts_with('=')) {
    split.op = base::MatchOp::kEqual;
    split.value = trim_ascii(text.substr(1));
    return true;
  } else {
    return false;
  }
  split.value = trim_ascii(text.substr(2));
  return true;
}

/// The value without its quotes and escapes. Quotes are optional, but come in pairs.
base::Result<std::string> unquote(std::string_view raw) {
  std::string_view text = raw;
  bool expects_quote = text.starts_with('"');
  if (expects_quote) text.remove_prefix(1);
  if (!base::is_utf8(text)) return invalid("matcher value not valid UTF-8: ", raw);
  std::string value;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool last = i + 1 == text.size();
    if (text[i] == '\\' && !last) {
      ++i;
      if (text[i] == 'n') {
        value += '\n';
      } else {
        // An escape nobody knows keeps its backslash.
        if (text[i] != '"' && text[i] != '\\') value += '\\';
        value += text[i];
      }
    } else if (text[i] == '"') {
      if (!expects_quote || !last) {
        return invalid("matcher value contains unescaped double quote: ", raw);
      }
      expects_quote = false;
    } else {
      value += text[i];
    }
  }
  if (expects_quote) return invalid("matcher value contains unescaped double quote: ", raw);
  return value;
}

/// Pieces between commas outside double quotes; an all-blank last piece is dropped.
std::vector<std::string_view> split_at_commas(std::string_view text) {
  std::vector<std::string_view> pieces;
  bool quoted = false;
  bool escaped = false;
  size_t start = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == ',' && !quoted) {
      pieces.push_back(text.substr(start, i - start));
      start = i + 1;
    } else if (text[i] == '"') {
      if (!escaped) quoted = !quoted;
      escaped = false;
    } else if (text[i] == '\\') {
      escaped = !escaped;
    } else if (text[i] != ',') {
      escaped = false;
    }
  }
  const std::string_view last = trim_space(text.substr(start));
  if (!last.empty()) pieces.push_back(last);
  return pieces;
}

}  // namespace

base::Result<base::Matcher> parse_classic_matcher(std::string_view text) {
  Split split{};
  if (!split_matcher(text, split)) return invalid("bad matcher format: ", text);
  ASSIGN_OR_RETURN(std::string value, unquote(split.value));
  return base::Matcher::make(split.op, std::string(split.name), std::move(value));
}

base::Result<base::Matchers> parse_classic_matchers(std::string_view text) {
  if (text.starts_with('{')) text.remove_prefix(1);
  if (text.ends_with('}')) text.remove_suffix(1);
  base::Matchers matchers;
  for (const std::string_view piece : split_at_commas(text)) {
    ASSIGN_OR_RETURN(base::Matcher matcher, parse_classic_matcher(piece));
    matchers.push_back(std::move(matcher));
  }
  return matchers;
}

}  // namespace tocsin::notifiers
