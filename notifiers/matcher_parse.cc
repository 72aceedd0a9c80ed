#include "notifiers/matcher_parse.h"

#include <algorithm>
#include <tuple>

#include "engine/base/utf8.h"
#include "notifiers/matcher_grammars.h"

namespace tocsin::notifiers {

namespace {

bool needs_quotes(std::string_view name) {
  while (!name.empty()) {
    const base::Rune rune = base::decode_rune(name);
    if (is_reserved_in_matcher(rune.code)) return true;
    name.remove_prefix(rune.bytes);
  }
  return false;
}

std::string join(const base::Matchers& matchers) {
  std::string text;
  for (const base::Matcher& matcher : matchers) {
    if (!text.empty()) text += ',';
    text += matcher_text(matcher);
  }
  return text;
}

/// What both grammars made of one input, reduced to what counts.
base::Result<ParsedMatchers> choose(std::string_view text, base::Result<base::Matchers> utf8,
                                    base::Result<base::Matchers> classic) {
  if (!utf8) {
    if (!classic) return std::move(classic).error();
    ParsedMatchers parsed{*std::move(classic), {}};
    parsed.warning = "matchers " + base::go_quote(text) +
                     " are read by the classic grammar only (" + utf8.error().message +
                     "); write " + base::go_quote(join(parsed.matchers));
    return parsed;
  }
  if (classic && *classic != *utf8) {
    ParsedMatchers parsed{*std::move(classic), {}};
    parsed.warning = "matchers " + base::go_quote(text) +
                     " mean different things in the classic and the UTF-8 grammar; read as " +
                     base::go_quote(join(parsed.matchers));
    return parsed;
  }
  return ParsedMatchers{*std::move(utf8), {}};
}

base::Result<base::Matchers> parse_one_utf8(std::string_view text) {
  ASSIGN_OR_RETURN(base::Matchers matchers, parse_utf8_matchers(text));
  if (matchers.empty()) return base::Error{base::Code::kInvalid, "no matchers"};
  if (matchers.size() > 1) {
    return base::Error{base::Code::kInvalid,
                       "expected 1 matcher, found " + std::to_string(matchers.size())};
  }
  return matchers;
}

base::Result<base::Matchers> parse_one_classic(std::string_view text) {
  ASSIGN_OR_RETURN(base::Matcher matcher, parse_classic_matcher(text));
  return base::Matchers{std::move(matcher)};
}

}  // namespace

base::Result<ParsedMatchers> parse_matchers(std::string_view text, MatcherMode mode) {
  switch (mode) {
    case MatcherMode::kClassic: {
      ASSIGN_OR_RETURN(base::Matchers matchers, parse_classic_matchers(text));
      return ParsedMatchers{std::move(matchers), {}};
    }
    case MatcherMode::kUtf8Strict: {
      ASSIGN_OR_RETURN(base::Matchers matchers, parse_utf8_matchers(text));
      return ParsedMatchers{std::move(matchers), {}};
    }
    case MatcherMode::kFallback:
      break;
  }
  return choose(text, parse_utf8_matchers(text), parse_classic_matchers(text));
}

base::Result<base::Matcher> parse_matcher(std::string_view text, MatcherMode mode) {
  if (mode == MatcherMode::kClassic) return parse_classic_matcher(text);
  if (text.starts_with('{') || text.ends_with('}')) {
    return base::Error{base::Code::kInvalid,
                       "unexpected open or close brace: " + std::string(text)};
  }
  if (mode == MatcherMode::kUtf8Strict) {
    ASSIGN_OR_RETURN(const base::Matchers matchers, parse_one_utf8(text));
    return matchers.front();
  }
  ASSIGN_OR_RETURN(const ParsedMatchers parsed,
                   choose(text, parse_one_utf8(text), parse_one_classic(text)));
  return parsed.matchers.front();
}

std::string matcher_text(const base::Matcher& matcher) {
  const std::string op(base::to_string(matcher.op()));
  if (needs_quotes(matcher.name())) {
    return base::go_quote(matcher.name()) + op + base::go_quote(matcher.value());
  }
  std::string text = matcher.name() + op + '"';
  for (const char c : matcher.value()) {
    switch (c) {
      case '\\':
        text += "\\\\";
        break;
      case '\n':
        text += "\\n";
        break;
      case '"':
        text += "\\\"";
        break;
      default:
        text += c;
    }
  }
  return text + '"';
}

std::string matchers_text(const base::Matchers& matchers) { return '{' + join(matchers) + '}'; }

void sort_matchers(base::Matchers& matchers) {
  const auto order = [](const base::Matcher& m) {
    return std::make_tuple(std::string_view(m.name()), std::string_view(m.value()), m.op());
  };
  std::stable_sort(matchers.begin(), matchers.end(),
                   [&](const auto& a, const auto& b) { return order(a) < order(b); });
}

bool is_label_name(std::string_view name, MatcherMode mode) {
  if (mode == MatcherMode::kClassic) return base::is_legacy_label_name(name);
  return !name.empty() && base::is_utf8(name);
}

}  // namespace tocsin::notifiers
