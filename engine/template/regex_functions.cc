// match and reReplaceAll, on RE2.
#include <re2/re2.h>

#include <optional>
#include <vector>

#include "engine/base/utf8.h"
#include "engine/template/text_functions.h"

namespace tocsin::tmpl {
namespace {

using base::Code;
using base::Error;
using base::Result;

// Go's texts for RE2's error codes.
std::string_view reason(RE2::ErrorCode code) {
  switch (code) {
    case RE2::NoError:
    case RE2::ErrorInternal:
      return "regexp/syntax: internal error";
    case RE2::ErrorBadEscape:
      return "invalid escape sequence";
    case RE2::ErrorBadCharClass:
      return "invalid character class";
    case RE2::ErrorBadCharRange:
      return "invalid character class range";
    case RE2::ErrorMissingBracket:
      return "missing closing ]";
    case RE2::ErrorMissingParen:
      return "missing closing )";
    case RE2::ErrorUnexpectedParen:
      return "unexpected )";
    case RE2::ErrorTrailingBackslash:
      return "trailing backslash at end of expression";
    case RE2::ErrorRepeatArgument:
      return "missing argument to repetition operator";
    case RE2::ErrorRepeatSize:
      return "invalid repeat count";
    case RE2::ErrorRepeatOp:
      return "invalid nested repetition operator";
    case RE2::ErrorBadPerlOp:
      return "invalid or unsupported Perl syntax";
    case RE2::ErrorBadUTF8:
      return "invalid UTF-8";
    case RE2::ErrorBadNamedCapture:
      return "invalid named capture";
    case RE2::ErrorPatternTooLarge:
      return "expression too large";
  }
  return "invalid expression";
}

re2::StringPiece piece(std::string_view text) { return {text.data(), text.size()}; }

std::string parse_failure(const RE2& regex) {
  std::string text = "error parsing regexp: " + std::string(reason(regex.error_code()));
  if (!regex.error_arg().empty()) text += ": `" + regex.error_arg() + "`";
  return text;
}

RE2::Options quiet() {
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(8 << 20);
  return options;
}

bool is_name_byte(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

// A replacement, cut at its references. Source: Go regexp.extract.
struct Piece {
  std::string text;
  int group = -1;  // -1: text
};

// The name after a '$', and how many bytes it takes; empty: not a reference.
std::pair<std::string_view, size_t> reference(std::string_view after) {
  const bool braced = after.starts_with('{');
  const size_t start = braced ? 1 : 0;
  size_t end = start;
  while (end < after.size() && is_name_byte(after[end])) ++end;
  if (end == start || (braced && (end >= after.size() || after[end] != '}'))) return {{}, 0};
  return {after.substr(start, end - start), braced ? end + 1 : end};
}

int group_of(const RE2& regex, std::string_view name) {
  if (name.find_first_not_of("0123456789") == std::string_view::npos) {
    int number = 0;
    for (const char c : name.substr(0, 4)) number = number * 10 + (c - '0');
    return number <= regex.NumberOfCapturingGroups() ? number : -2;
  }
  const auto& groups = regex.NamedCapturingGroups();
  const auto it = groups.find(std::string(name));
  return it == groups.end() ? -2 : it->second;
}

std::vector<Piece> cut(const RE2& regex, std::string_view replacement) {
  std::vector<Piece> pieces;
  std::string text;
  for (size_t i = 0; i < replacement.size();) {
    if (replacement[i] != '$') {
      text += replacement[i++];
      continue;
    }
    if (replacement.substr(i + 1).starts_with('$')) {
      text += '$';
      i += 2;
      continue;
    }
    const auto [name, length] = reference(replacement.substr(i + 1));
    if (length == 0) {
      text += replacement[i++];
      continue;
    }
    // A group that does not exist stands for nothing.
    const int group = group_of(regex, name);
    if (!text.empty()) pieces.push_back({std::exchange(text, {}), -1});
    if (group >= 0) pieces.push_back({{}, group});
    i += 1 + length;
  }
  if (!text.empty()) pieces.push_back({std::move(text), -1});
  return pieces;
}

void append_pieces(std::string& out, const std::vector<Piece>& pieces,
                   const std::vector<re2::StringPiece>& groups) {
  for (const Piece& part : pieces) {
    if (part.group < 0) {
      out += part.text;
      continue;
    }
    const re2::StringPiece& group = groups[static_cast<size_t>(part.group)];
    out.append(group.data() == nullptr ? "" : group.data(), group.size());
  }
}

}  // namespace

Result<bool> regex_match(std::string_view expression, std::string_view text) {
  const RE2 regex(piece(expression), quiet());
  if (!regex.ok()) return Error{Code::kInvalid, parse_failure(regex)};
  return RE2::PartialMatch(piece(text), regex);
}

Result<std::string> regex_replace_all(std::string_view expression, std::string_view text,
                                      std::string_view replacement, size_t max_bytes) {
  const RE2 regex(piece(expression), quiet());
  if (!regex.ok()) {
    return Error{Code::kInvalid,
                 "regexp: Compile(`" + std::string(expression) + "`): " + parse_failure(regex)};
  }
  const std::vector<Piece> pieces = cut(regex, replacement);
  std::vector<re2::StringPiece> groups(static_cast<size_t>(regex.NumberOfCapturingGroups()) + 1);
  std::string out;
  size_t copied = 0;  // End of the previous match.
  size_t search = 0;
  while (search <= text.size() && regex.Match(piece(text), search, text.size(), RE2::UNANCHORED,
                                              groups.data(), static_cast<int>(groups.size()))) {
    const auto start = static_cast<size_t>(groups[0].data() - text.data());
    const size_t end = start + groups[0].size();
    out += text.substr(copied, start - copied);
    // Not for an empty match right behind another one.
    if (end > copied || start == 0) append_pieces(out, pieces, groups);
    copied = end;
    search =
        end > search ? end : search + std::max<size_t>(base::decode_rune(text, search).bytes, 1);
    if (out.size() > max_bytes) {
      return Error{Code::kLimit, "more than " + std::to_string(max_bytes) + " bytes of text"};
    }
  }
  if (copied < text.size()) out += text.substr(copied);
  return out;
}

}  // namespace tocsin::tmpl
