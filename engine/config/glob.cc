// Source: Go path/filepath Match and Glob.
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <optional>

#include "engine/config/yaml.h"

namespace tocsin::config {
namespace {

using base::Code;
using base::Error;
using base::Result;

constexpr uint32_t kDepthMax = 64;  // Folders with wildcards in one pattern.

bool has_wildcard(std::string_view text) {
  return text.find_first_of("*?[\\") != std::string_view::npos;
}

/// Takes one code point off the front.
std::string_view take_rune(std::string_view& text) {
  size_t n = 1;
  while (n < text.size() && (static_cast<uint8_t>(text[n]) & 0xC0) == 0x80) ++n;
  const std::string_view rune = text.substr(0, n);
  text.remove_prefix(n);
  return rune;
}

/// One character of a [class], unescaped; nullopt when the pattern is malformed.
std::optional<std::string_view> class_char(std::string_view& pattern) {
  if (pattern.empty() || pattern[0] == '-' || pattern[0] == ']') return std::nullopt;
  if (pattern[0] == '\\') pattern.remove_prefix(1);
  if (pattern.empty()) return std::nullopt;
  const std::string_view rune = take_rune(pattern);
  if (pattern.empty()) return std::nullopt;
  return rune;
}

/// Does `rune` fall into the class whose '[' has been taken? nullopt: malformed. UTF-8 texts
/// compare like their code points, so ranges compare bytes.
std::optional<bool> matches_class(std::string_view& pattern, std::string_view rune) {
  const bool negated = pattern.starts_with('^');
  if (negated) pattern.remove_prefix(1);
  bool found = false;
  for (uint32_t ranges = 0;; ++ranges) {
    if (pattern.starts_with(']') && ranges > 0) break;
    const auto low = class_char(pattern);
    if (!low) return std::nullopt;
    auto high = low;
    if (pattern.starts_with('-')) {
      pattern.remove_prefix(1);
      high = class_char(pattern);
      if (!high) return std::nullopt;
    }
    if (*low <= rune && rune <= *high) found = true;
  }
  pattern.remove_prefix(1);
  return found != negated;
}

/// Matches one pattern element other than '*' and takes it off both texts. nullopt: malformed.
std::optional<bool> match_one(std::string_view& pattern, std::string_view& name) {
  std::string_view rest = name;
  const std::string_view rune = rest.empty() ? std::string_view{} : take_rune(rest);
  name = rest;
  if (pattern[0] == '[') {
    pattern.remove_prefix(1);
    const auto inside = matches_class(pattern, rune);
    if (!inside) return std::nullopt;
    return *inside && !rune.empty();
  }
  if (pattern[0] == '?') {
    pattern.remove_prefix(1);
    return !rune.empty();
  }
  if (pattern[0] == '\\') {
    pattern.remove_prefix(1);
    if (pattern.empty()) return std::nullopt;
  }
  return take_rune(pattern) == rune && !rune.empty();
}

/// True when the pattern is well formed, whatever it matches.
bool well_formed(std::string_view pattern) {
  while (!pattern.empty()) {
    if (pattern[0] == '*') {
      pattern.remove_prefix(1);
      continue;
    }
    std::string_view any = "x";
    if (!match_one(pattern, any)) return false;
  }
  return true;
}

/// Whole-name match of a well-formed pattern, linear backtracking: only the last '*' is retried.
bool matches(std::string_view pattern, std::string_view name) {
  std::string_view star_pattern, star_name;
  bool has_star = false;
  while (!pattern.empty() || !name.empty()) {
    if (!pattern.empty() && pattern[0] == '*') {
      pattern.remove_prefix(1);
      has_star = true;
      star_pattern = pattern;
      star_name = name;
      continue;
    }
    if (!pattern.empty() && !name.empty() && match_one(pattern, name).value_or(false)) continue;
    if (!has_star || star_name.empty()) return false;
    take_rune(star_name);
    pattern = star_pattern;
    name = star_name;
  }
  return true;
}

std::string joined(const std::string& folder, const std::string& name) {
  if (folder == ".") return name;
  return folder.ends_with('/') ? folder + name : folder + "/" + name;
}

/// Entries of a folder whose name matches, sorted. What cannot be read has none, as in Go.
void match_folder(const std::string& folder, const std::string& pattern,
                  std::vector<std::string>& out) {
  std::vector<std::string> names;
  std::error_code failure;
  std::filesystem::directory_iterator entry(folder, failure), end;
  while (!failure && entry != end) {
    std::string name = entry->path().filename().string();
    if (matches(pattern, name)) names.push_back(std::move(name));
    entry.increment(failure);
  }
  std::sort(names.begin(), names.end());
  for (const std::string& name : names) out.push_back(joined(folder, name));
}

std::vector<std::string> expand(const std::string& pattern, uint32_t depth) {
  std::vector<std::string> out;
  if (!has_wildcard(pattern)) {
    struct stat info {};
    if (lstat(pattern.c_str(), &info) == 0) out.push_back(pattern);
    return out;
  }
  const size_t slash = pattern.rfind('/');
  const std::string file = slash == std::string::npos ? pattern : pattern.substr(slash + 1);
  std::string folder = slash == std::string::npos ? "." : pattern.substr(0, slash);
  if (folder.empty()) folder = "/";
  if (!has_wildcard(folder)) {
    match_folder(folder, file, out);
    return out;
  }
  if (depth == kDepthMax) return out;
  for (const std::string& found : expand(folder, depth + 1)) match_folder(found, file, out);
  return out;
}

}  // namespace

Result<std::vector<std::string>> glob(const std::string& pattern) {
  if (!well_formed(pattern)) {
    return Error{Code::kInvalid, "\"" + pattern + "\": syntax error in pattern"};
  }
  return expand(pattern, 0);
}

}  // namespace tocsin::config
