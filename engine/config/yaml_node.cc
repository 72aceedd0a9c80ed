#include <algorithm>
#include <charconv>
#include <initializer_list>
#include <limits>
#include <optional>
#include <system_error>

#include "engine/base/number.h"
#include "engine/base/time.h"
#include "engine/config/yaml.h"

namespace tocsin::config {

using base::Code;
using base::Error;
using base::Result;

const YamlNode* YamlNode::find(std::string_view key) const {
  for (const Entry& entry : entries) {
    if (entry.key.scalar == key) return &entry.value;
  }
  return nullptr;
}

std::string_view YamlNode::kind_name() const {
  switch (kind) {
    case Kind::kNull:
      return "nothing";
    case Kind::kScalar:
      return "a string";
    case Kind::kSequence:
      return "a list";
    case Kind::kMapping:
      return "a mapping";
  }
  return "nothing";
}

namespace {

constexpr size_t kShownMax = 60;

/// What stands there, for messages; long texts are cut.
std::string shown(const YamlNode& node) {
  if (!node.is_scalar()) return std::string(node.kind_name());
  std::string text = node.scalar.substr(0, kShownMax);
  if (text.size() < node.scalar.size()) text += "…";
  return "\"" + text + "\"";
}

Error expected(const YamlNode& node, std::string_view what) {
  return {Code::kInvalid, "expected " + std::string(what) + ", not " + shown(node), node.where};
}

bool one_of(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

/// Go's ParseInt with base 0 on a text without underscores: 0x, 0o, 0b and a leading 0 for octal.
std::optional<int64_t> integer(std::string_view text) {
  std::string digits;
  for (const char c : text) {
    if (c != '_') digits += c;
  }
  const bool negative = digits.starts_with('-');
  if (negative || digits.starts_with('+')) digits.erase(0, 1);
  int radix = 10;
  if (digits.size() > 1 && digits[0] == '0') {
    const char mark = static_cast<char>(digits[1] | 0x20);
    radix = mark == 'x' ? 16 : mark == 'b' ? 2 : 8;
    digits.erase(0, mark == 'x' || mark == 'b' || mark == 'o' ? 2 : 1);
  }
  uint64_t magnitude = 0;
  const char* end = digits.data() + digits.size();
  const auto [stop, failure] = std::from_chars(digits.data(), end, magnitude, radix);
  if (failure != std::errc{} || stop != end || digits.empty()) return std::nullopt;
  const uint64_t bound = static_cast<uint64_t>(std::numeric_limits<int64_t>::max());
  if (magnitude > bound + (negative ? 1 : 0)) return std::nullopt;
  return static_cast<int64_t>(negative ? 0 - magnitude : magnitude);
}

/// Bytes of a unit, or 0 when there is no such unit. All units are powers of 1024.
uint64_t unit_bytes(std::string_view unit) {
  if (unit == "B") return 1;
  constexpr std::string_view kPrefixes = "KMGTPE";
  if (unit.empty()) return 0;
  const size_t power = kPrefixes.find(unit[0]);
  const std::string_view rest = unit.substr(1);
  if (power == std::string_view::npos || (rest != "B" && rest != "iB")) return 0;
  return uint64_t{1} << (10 * (power + 1));
}

}  // namespace

Result<std::string> yaml_string(const YamlNode& node) {
  if (node.is_null()) return std::string();
  if (!node.is_scalar()) return expected(node, "a string");
  return node.scalar;
}

Result<bool> yaml_bool(const YamlNode& node) {
  if (node.is_null()) return false;
  if (node.is_scalar() && !node.quoted) {
    if (one_of(node.scalar,
               {"true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON", "y", "Y"}))
      return true;
    if (one_of(node.scalar,
               {"false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF", "n", "N"}))
      return false;
  }
  return expected(node, "true or false");
}

Result<int64_t> yaml_int(const YamlNode& node) {
  if (node.is_null()) return int64_t{0};
  if (node.is_scalar() && !node.quoted) {
    if (const auto value = integer(node.scalar)) return *value;
  }
  return expected(node, "a whole number");
}

Result<double> yaml_float(const YamlNode& node) {
  if (node.is_null()) return 0.0;
  if (node.is_scalar() && !node.quoted) {
    if (const auto value = integer(node.scalar)) return static_cast<double>(*value);
    if (one_of(node.scalar, {".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"}))
      return std::numeric_limits<double>::infinity();
    if (one_of(node.scalar, {"-.inf", "-.Inf", "-.INF"}))
      return -std::numeric_limits<double>::infinity();
    if (one_of(node.scalar, {".nan", ".NaN", ".NAN"}))
      return std::numeric_limits<double>::quiet_NaN();
    const bool digits = node.scalar.find_first_not_of("0123456789+-.eE") == std::string::npos;
    if (digits) {
      if (const auto value = base::parse_float(node.scalar)) return *value;
    }
  }
  return expected(node, "a number");
}

Result<int64_t> yaml_duration(const YamlNode& node) {
  if (node.is_null()) return int64_t{0};
  if (!node.is_scalar()) return expected(node, "a duration such as 30s or 1h30m");
  auto value = base::parse_duration(node.scalar);
  if (!value) return base::at(std::move(value).error(), node.where);
  return *value;
}

Result<uint64_t> yaml_size(const YamlNode& node) {
  constexpr std::string_view kWanted = "a size with its unit such as 512KB or 10MB";
  if (node.is_null()) return uint64_t{0};
  if (!node.is_scalar()) return expected(node, kWanted);
  if (node.scalar == "0") return uint64_t{0};
  // Sums are legal upstream: 1GB512MB.
  constexpr double kBytesMax = 9.2e18;
  std::string_view rest = node.scalar;
  double bytes = 0;
  if (rest.empty()) return expected(node, kWanted);
  while (!rest.empty()) {
    const size_t digits = std::min(rest.find_first_not_of("0123456789."), rest.size());
    const size_t end = std::min(rest.find_first_of("0123456789.", digits), rest.size());
    const auto number = base::parse_float(rest.substr(0, digits));
    const uint64_t unit = unit_bytes(rest.substr(digits, end - digits));
    if (!number || unit == 0) return expected(node, kWanted);
    bytes += *number * static_cast<double>(unit);
    rest.remove_prefix(end);
  }
  if (bytes > kBytesMax) return expected(node, "a size below 8 EiB");
  return static_cast<uint64_t>(bytes);
}

Result<std::vector<std::string>> yaml_strings(const YamlNode& node) {
  std::vector<std::string> out;
  if (node.is_null()) return out;
  // As upstream, a single word stands for a list of one.
  if (node.is_scalar()) {
    out.push_back(node.scalar);
    return out;
  }
  if (!node.is_sequence()) return expected(node, "a list of strings");
  out.reserve(node.items.size());
  for (const YamlNode& item : node.items) {
    ASSIGN_OR_RETURN(std::string text, yaml_string(item));
    out.push_back(std::move(text));
  }
  return out;
}

}  // namespace tocsin::config
