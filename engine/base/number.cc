#include "engine/base/number.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>

#include "engine/base/sample.h"
#include "engine/base/shortest_decimal.h"

namespace tocsin::base {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool equals_ignoring_case(std::string_view text, std::string_view word) {
  return std::ranges::equal(text, word, [](char a, char b) { return lower(a) == b; });
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex_digit(char c) { return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'f'); }

// Underscores may stand between digits only (Go's underscoreOK); removes them.
bool strip_underscores(std::string_view text, bool hex, std::string& out) {
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '_') {
      out += text[i];
      continue;
    }
    const auto digit = [&](size_t at) { return hex ? is_hex_digit(text[at]) : is_digit(text[at]); };
    const bool behind_prefix = hex && i == 0;
    if (i + 1 == text.size() || !digit(i + 1)) return false;
    if (!behind_prefix && (i == 0 || !digit(i - 1))) return false;
  }
  return true;
}

// Whether a number that no double can hold is too small, not too large: from_chars does not say.
bool is_below_one(std::string_view text, std::chars_format format) {
  const bool hex = format == std::chars_format::hex;
  int64_t order = 0;  // Digits before the point, or minus the zeros behind it.
  bool behind_point = false;
  bool is_significant = false;
  size_t i = 0;
  for (; i < text.size() && (text[i] == '.' || is_digit(text[i]) || (hex && is_hex_digit(text[i])));
       ++i) {
    behind_point |= text[i] == '.';
    if (text[i] == '.') continue;
    is_significant |= text[i] != '0';
    if (is_significant && !behind_point) ++order;
    if (!is_significant && behind_point) --order;
  }
  if (hex) order *= 4;
  if (i == text.size()) return order <= 0;
  ++i;  // The exponent's letter.
  if (i < text.size() && text[i] == '+') ++i;
  int64_t exponent = 0;
  const auto result = std::from_chars(text.data() + i, text.data() + text.size(), exponent);
  if (result.ec == std::errc::result_out_of_range) return text[i] == '-';
  return order + exponent <= 0;
}

// from_chars on the magnitude; an underflow is 0, an overflow an error.
std::optional<double> parse_magnitude(std::string_view text, std::chars_format format) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, format);
  if (end != text.data() + text.size()) return std::nullopt;
  if (error == std::errc::result_out_of_range) {
    return is_below_one(text, format) ? std::optional<double>(0.0) : std::nullopt;
  }
  if (error != std::errc{}) return std::nullopt;
  return value;
}

std::optional<double> parse_unsigned(std::string_view text) {
  if (equals_ignoring_case(text, "inf") || equals_ignoring_case(text, "infinity")) {
    return std::numeric_limits<double>::infinity();
  }
  const bool hex = text.size() > 2 && text[0] == '0' && lower(text[1]) == 'x';
  if (hex) text.remove_prefix(2);
  if (text.empty() || !(is_hex_digit(text[0]) || text[0] == '.' || text[0] == '_')) {
    return std::nullopt;
  }
  if (!hex && !(is_digit(text[0]) || text[0] == '.')) return std::nullopt;
  std::string plain;
  if (text.find('_') != std::string_view::npos) {
    if (!strip_underscores(text, hex, plain)) return std::nullopt;
    text = plain;
  }
  if (hex && text.find_first_of("pP") == std::string_view::npos) return std::nullopt;
  return parse_magnitude(text, hex ? std::chars_format::hex : std::chars_format::general);
}

// Shortest digits d₁d₂… and the exponent X of d₁: value = d₁.d₂… × 10^X. Requires finite v. There
// is room behind the digits, so that copies may have a fixed length.
struct Digits {
  static constexpr size_t kMax = 17;
  static constexpr size_t kCopied = 24;
  std::array<char, kMax + kCopied> padded;  // With leading zeros, kMax digits.
  size_t count = 0;
  int exponent = 0;
  bool negative = false;

  const char* text() const { return padded.data() + kMax - count; }
};

constexpr std::array<char, 200> make_digit_pairs() {
  std::array<char, 200> pairs{};
  for (size_t i = 0; i < 100; ++i) {
    pairs[2 * i] = static_cast<char>('0' + i / 10);
    pairs[2 * i + 1] = static_cast<char>('0' + i % 10);
  }
  return pairs;
}
constexpr std::array<char, 200> kDigitPairs = make_digit_pairs();

constexpr std::array<uint64_t, 20> make_powers_of_ten() {
  std::array<uint64_t, 20> powers{1};
  for (size_t i = 1; i < powers.size(); ++i) powers[i] = 10 * powers[i - 1];
  return powers;
}
constexpr std::array<uint64_t, 20> kPowersOfTen = make_powers_of_ten();

size_t count_digits(uint64_t number) {
  // 1233 / 4096 is a little more than log10(2).
  number |= 1;  // 0 has a digit, too.
  const auto guess = static_cast<size_t>(std::bit_width(number)) * 1233 >> 12;
  return guess + (number >= kPowersOfTen[guess] ? 1 : 0);
}

// Requires number < 10^8.
void write_eight_digits(char* at, uint32_t number) {
  const uint32_t high = number / 10'000;
  const uint32_t low = number % 10'000;
  std::memcpy(at, &kDigitPairs[2 * (high / 100)], 2);
  std::memcpy(at + 2, &kDigitPairs[2 * (high % 100)], 2);
  std::memcpy(at + 4, &kDigitPairs[2 * (low / 100)], 2);
  std::memcpy(at + 6, &kDigitPairs[2 * (low % 100)], 2);
}

// All 17 digits with leading zeros; requires number < 10^17.
void write_padded_digits(char* at, uint64_t number) {
  constexpr uint64_t kEightDigits = 100'000'000;
  const uint64_t high = number / kEightDigits;
  at[0] = static_cast<char>('0' + high / kEightDigits);
  write_eight_digits(at + 1, static_cast<uint32_t>(high % kEightDigits));
  write_eight_digits(at + 9, static_cast<uint32_t>(number % kEightDigits));
}

Digits shortest_digits(double v) {
  const Decimal decimal = shortest_decimal(std::abs(v));
  Digits out;
  std::memset(out.padded.data() + Digits::kMax, '0', Digits::kCopied);
  write_padded_digits(out.padded.data(), decimal.digits);
  out.negative = std::signbit(v);
  out.count = count_digits(decimal.digits);
  out.exponent = decimal.exponent + static_cast<int>(out.count) - 1;
  return out;
}

char* write(char* at, std::string_view text) {
  std::memcpy(at, text.data(), text.size());
  return at + text.size();
}

char* write_zeros(char* at, size_t count) {
  std::memset(at, '0', count);
  return at + count;
}

char* write_special(char* at, double v) {
  return write(at, std::isnan(v) ? "NaN" : v > 0 ? "+Inf" : "-Inf");
}

char* write_fixed(char* at, const Digits& digits) {
  const std::string_view text(digits.text(), digits.count);
  if (digits.negative) *at++ = '-';
  if (digits.exponent < 0) {
    at = write(at, "0.");
    at = write_zeros(at, static_cast<size_t>(-digits.exponent - 1));
    return write(at, text);
  }
  const size_t whole = static_cast<size_t>(digits.exponent) + 1;
  if (digits.count <= whole) return write_zeros(write(at, text), whole - digits.count);
  at = write(at, text.substr(0, whole));
  *at++ = '.';
  return write(at, text.substr(whole));
}

// Requires a whole number of at most kMax digits.
char* write_whole(char* at, double v) {
  if (std::signbit(v)) *at++ = '-';
  const auto number = static_cast<uint64_t>(std::abs(v));
  std::array<char, Digits::kMax + Digits::kCopied> padded;
  write_padded_digits(padded.data(), number);
  const size_t count = count_digits(number);
  std::memcpy(at, padded.data() + Digits::kMax - count, Digits::kCopied);
  return at + count;
}

// write_fixed() for at most 21 digits before the point and 6 zeros behind it, without the calls
// that copies of unknown length are.
char* write_short_fixed(char* at, const Digits& digits) {
  if (digits.negative) *at++ = '-';
  if (digits.exponent < 0) {
    std::memcpy(at, "0.000000", 8);
    at += 1 - digits.exponent;
    std::memcpy(at, digits.text(), Digits::kCopied);
    return at + digits.count;
  }
  // Zeros follow the digits.
  const size_t whole = static_cast<size_t>(digits.exponent) + 1;
  std::memcpy(at, digits.text(), Digits::kCopied);
  if (digits.count <= whole) return at + whole;
  at[whole] = '.';
  std::memcpy(at + whole + 1, digits.text() + whole, Digits::kCopied);
  return at + digits.count + 1;
}

char* write_exponent(char* at, const Digits& digits) {
  if (digits.negative) *at++ = '-';
  *at++ = digits.text()[0];
  if (digits.count > 1) {
    *at++ = '.';
    at = write(at, {digits.text() + 1, digits.count - 1});
  }
  const int magnitude = std::abs(digits.exponent);
  at = write(at, digits.exponent < 0 ? "e-" : "e+");
  if (magnitude < 10) *at++ = '0';
  return std::to_chars(at, at + 3, magnitude).ptr;
}

// "-0." and 324 digits behind the point, with up to 17 that are not 0.
constexpr size_t kFixedTextMax = 352;

}  // namespace

std::optional<double> parse_float(std::string_view text) {
  const bool negative = text.starts_with('-');
  const bool has_sign = negative || text.starts_with('+');
  if (!has_sign && equals_ignoring_case(text, "nan")) return std::bit_cast<double>(kNormalNanBits);
  if (has_sign) text.remove_prefix(1);
  const auto magnitude = parse_unsigned(text);
  if (!magnitude) return std::nullopt;
  return negative ? -*magnitude : *magnitude;
}

char* write_sample(char* at, double v) {
  if (!std::isfinite(v)) return write_special(at, v);
  if (std::abs(v) < 1e15 && v == std::trunc(v)) return write_whole(at, v);
  const Digits digits = shortest_digits(v);
  const bool tiny_or_huge = v != 0 && (digits.exponent < -6 || digits.exponent >= 21);
  return tiny_or_huge ? write_exponent(at, digits) : write_short_fixed(at, digits);
}

void append_fixed(std::string& out, double v) {
  std::array<char, kFixedTextMax> text;
  char* const end = std::isfinite(v) ? write_fixed(text.data(), shortest_digits(v))
                                     : write_special(text.data(), v);
  out.append(text.data(), end);
}

void append_sample(std::string& out, double v) {
  std::array<char, kSampleTextMax> text;
  out.append(text.data(), write_sample(text.data(), v));
}

void append_exponent(std::string& out, double v) {
  std::array<char, kSampleTextMax> text;
  char* const end = std::isfinite(v) ? write_exponent(text.data(), shortest_digits(v))
                                     : write_special(text.data(), v);
  out.append(text.data(), end);
}

void append_general(std::string& out, double v) {
  if (!std::isfinite(v)) return append_exponent(out, v);
  const Digits digits = shortest_digits(v);
  constexpr int kPrecision = 6;  // What Go decides by when the digits are the shortest.
  const bool tiny_or_huge = digits.exponent < -4 || digits.exponent >= kPrecision;
  std::array<char, kSampleTextMax> text;
  out.append(text.data(),
             tiny_or_huge ? write_exponent(text.data(), digits) : write_fixed(text.data(), digits));
}

void append_openmetrics(std::string& out, double v) {
  const size_t start = out.size();
  append_general(out, v);
  if (!std::isfinite(v)) return;
  if (out.find_first_of(".e", start) == std::string::npos) out += ".0";
}

std::string format_fixed(double v) {
  std::string out;
  append_fixed(out, v);
  return out;
}
std::string format_sample(double v) {
  std::string out;
  append_sample(out, v);
  return out;
}
std::string format_exponent(double v) {
  std::string out;
  append_exponent(out, v);
  return out;
}
std::string format_general(double v) {
  std::string out;
  append_general(out, v);
  return out;
}

char* write_timestamp(char* at, int64_t timestamp_ms) {
  if (timestamp_ms < 0) *at++ = '-';
  const uint64_t magnitude = timestamp_ms < 0 ? ~static_cast<uint64_t>(timestamp_ms) + 1
                                              : static_cast<uint64_t>(timestamp_ms);
  at = std::to_chars(at, at + 20, magnitude / 1000).ptr;
  const uint64_t fraction = magnitude % 1000;
  if (fraction == 0) return at;
  *at++ = '.';
  *at++ = static_cast<char>('0' + fraction / 100);
  *at++ = static_cast<char>('0' + fraction / 10 % 10);
  *at++ = static_cast<char>('0' + fraction % 10);
  return at;
}

void append_timestamp(std::string& out, int64_t timestamp_ms) {
  std::array<char, kTimestampTextMax> text;
  out.append(text.data(), write_timestamp(text.data(), timestamp_ms));
}

}  // namespace tocsin::base
