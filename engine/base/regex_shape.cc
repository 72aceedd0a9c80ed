#include "engine/base/regex_shape.h"

#include <algorithm>
#include <optional>

namespace tocsin::base {
namespace {

constexpr std::string_view kMeta = R"(\.+*?()|[]{}^$)";
constexpr size_t kLiteralsMax = 10'000;

bool is_punctuation(char c) {
  return kMeta.find(c) != std::string_view::npos || c == '-' || c == '/';
}

// The text that a run of plain characters and escaped punctuation stands for.
std::optional<std::string> as_literal(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\') {
      if (i + 1 == text.size() || !is_punctuation(text[i + 1])) return std::nullopt;
      out += text[++i];
    } else if (kMeta.find(text[i]) != std::string_view::npos) {
      return std::nullopt;
    } else {
      out += text[i];
    }
  }
  return out;
}

// a|b|c, each a literal.
std::optional<std::vector<std::string>> as_alternation(std::string_view text) {
  std::vector<std::string> out;
  size_t start = 0;
  for (size_t i = 0; i <= text.size(); ++i) {
    if (i < text.size() && text[i] == '\\') {
      ++i;
      continue;
    }
    if (i < text.size() && text[i] != '|') continue;
    auto literal = as_literal(text.substr(start, i - start));
    if (!literal || out.size() == kLiteralsMax) return std::nullopt;
    out.push_back(*std::move(literal));
    start = i + 1;
  }
  if (start <= text.size() && (text.empty() || text.back() != '|') && start != text.size() + 1) {
    return std::nullopt;  // Ended inside an escape.
  }
  return out;
}

std::string_view strip_group(std::string_view text) {
  std::string_view inner = text;
  if (!inner.starts_with('(') || !inner.ends_with(')')) return text;
  inner = inner.substr(1, inner.size() - 2);
  if (inner.starts_with("?:")) inner.remove_prefix(2);
  // Only a group without groups inside is sure to be one group.
  return inner.find_first_of("()?") == std::string_view::npos ? inner : text;
}

std::optional<RegexShape> as_affix(std::string_view text) {
  using Kind = RegexShape::Kind;
  const bool front = text.starts_with(".*") || text.starts_with(".+");
  if (text == ".*" || text == ".+")
    return RegexShape{Kind::kAnything, {}, text[1] == '+' ? 1u : 0u};
  const bool back = text.size() > 2 && (text.ends_with(".*") || text.ends_with(".+")) &&
                    text[text.size() - 3] != '\\';
  if (!front && !back) return std::nullopt;
  if (front && back && (text[1] == '+' || text.back() == '+')) return std::nullopt;
  std::string_view middle = text.substr(front ? 2 : 0);
  if (back) middle.remove_suffix(2);
  auto literal = as_literal(middle);
  if (!literal) return std::nullopt;
  const bool plus = front ? text[1] == '+' : text.back() == '+';
  const Kind kind = front && back ? Kind::kContains : front ? Kind::kSuffix : Kind::kPrefix;
  return RegexShape{kind, {*std::move(literal)}, plus ? 1u : 0u};
}

}  // namespace

RegexShape shape_of(std::string_view expression) {
  if (auto affix = as_affix(expression)) return *std::move(affix);
  if (auto literals = as_alternation(strip_group(expression))) {
    std::ranges::sort(*literals);
    literals->erase(std::unique(literals->begin(), literals->end()), literals->end());
    return {RegexShape::Kind::kLiterals, *std::move(literals), 0};
  }
  return {};
}

bool matches_shape(const RegexShape& shape, std::string_view text) {
  using Kind = RegexShape::Kind;
  const auto fits = [&](bool has) {
    return has &&
           text.size() >= (shape.literals.empty() ? 0 : shape.literals[0].size()) + shape.rest_min;
  };
  switch (shape.kind) {
    case Kind::kGeneral:
      return false;
    case Kind::kLiterals:
      return shape.literals.size() == 1
                 ? shape.literals[0] == text
                 : std::binary_search(shape.literals.begin(), shape.literals.end(), text);
    case Kind::kPrefix:
      return fits(text.starts_with(shape.literals[0]));
    case Kind::kSuffix:
      return fits(text.ends_with(shape.literals[0]));
    case Kind::kContains:
      return text.find(shape.literals[0]) != std::string_view::npos;
    case Kind::kAnything:
      return text.size() >= shape.rest_min;
  }
  return false;
}

}  // namespace tocsin::base
