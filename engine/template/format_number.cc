// Source: Go fmt/format.go.
#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdio>

#include "engine/base/labels.h"
#include "engine/base/number.h"
#include "engine/base/utf8.h"
#include "engine/template/format_value.h"
#include "engine/template/utf8.h"

namespace tocsin::tmpl {
namespace {

std::string digits_of(uint64_t magnitude, int radix, bool capitals) {
  char buffer[64];
  const auto result = std::to_chars(buffer, buffer + sizeof buffer, magnitude, radix);
  std::string digits(buffer, result.ptr);
  if (capitals) {
    for (char& c : digits) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  }
  return digits;
}

std::string_view sign_of(bool negative, const FormatFlags& flags) {
  if (negative) return "-";
  if (flags.plus) return "+";
  return flags.space ? " " : "";
}

std::string_view integer_prefix(char verb, std::string_view digits, bool sharp) {
  if (verb == 'O') return "0o";
  if (!sharp) return "";
  if (verb == 'b') return "0b";
  if (verb == 'x') return "0x";
  if (verb == 'X') return "0X";
  return verb == 'o' && !digits.starts_with('0') ? "0" : "";
}

// C writes 0x1.8p+1 where Go writes 0x1.8p+01.
void widen_exponent(std::string& text) {
  const size_t p = text.find_first_of("pP");
  if (p != std::string::npos && text.size() - p == 3) text.insert(p + 2, "0");
}

template <class... Args>
std::string print_number(const char* format, Args... args) {
  std::string text(400, '\0');
  // The formats are the literals in with_precision().
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
  const int size = std::snprintf(text.data(), text.size() + 1, format, args...);
  if (size > static_cast<int>(text.size())) {
    text.resize(static_cast<size_t>(size));
    std::snprintf(text.data(), text.size() + 1, format, args...);
  }
#pragma GCC diagnostic pop
  text.resize(static_cast<size_t>(std::max(size, 0)));
  return text;
}

std::string with_precision(double magnitude, char verb, int precision) {
  switch (verb) {
    case 'e':
      return print_number("%.*e", precision, magnitude);
    case 'E':
      return print_number("%.*E", precision, magnitude);
    case 'f':
    case 'F':
      return print_number("%.*f", precision, magnitude);
    case 'G':
      return print_number("%.*G", precision, magnitude);
    case 'x':
      return print_number("%.*a", precision, magnitude);
    case 'X':
      return print_number("%.*A", precision, magnitude);
    default:
      return print_number("%.*g", precision, magnitude);
  }
}

// mantissa p exponent, without a fraction.
std::string binary_exponent(double magnitude) {
  const uint64_t bits = std::bit_cast<uint64_t>(magnitude);
  const uint64_t fraction = bits & ((uint64_t{1} << 52) - 1);
  const int biased = static_cast<int>(bits >> 52);
  const uint64_t mantissa = biased == 0 ? fraction : fraction | (uint64_t{1} << 52);
  const int exponent = (biased == 0 ? 1 : biased) - 1075;
  return std::to_string(mantissa) + "p" + (exponent >= 0 ? "+" : "") + std::to_string(exponent);
}

std::string float_digits(double magnitude, char verb, int precision) {
  if (verb == 'b') return binary_exponent(magnitude);
  const bool general = verb == 'v' || verb == 'g' || verb == 'G';
  std::string text;
  if (general && precision < 0) {
    text = base::format_general(magnitude);
    if (verb == 'G') std::replace(text.begin(), text.end(), 'e', 'E');
  } else if (verb == 'x' || verb == 'X') {
    text = precision < 0 ? print_number(verb == 'x' ? "%a" : "%A", magnitude)
                         : with_precision(magnitude, verb, precision);
    widen_exponent(text);
  } else {
    text = with_precision(magnitude, verb, precision < 0 ? 6 : precision);
  }
  return text;
}

std::string hex_of(std::string_view text, bool capitals, const FormatFlags& flags) {
  const std::string_view digits = capitals ? "0123456789ABCDEF" : "0123456789abcdef";
  const std::string_view prefix = !flags.sharp ? "" : capitals ? "0X" : "0x";
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (i == 0 || flags.space) {
      if (i != 0) out += ' ';
      out += prefix;
    }
    const auto byte = static_cast<unsigned char>(text[i]);
    out += digits[byte >> 4];
    out += digits[byte & 15];
  }
  return out;
}

}  // namespace

void append_padded(std::string& out, std::string_view text, const FormatFlags& flags) {
  const size_t runes = flags.width > 0 ? count_runes(text) : 0;
  const size_t padding =
      flags.width > static_cast<int>(runes) ? static_cast<size_t>(flags.width) - runes : 0;
  if (!flags.minus) out.append(padding, flags.zero ? '0' : ' ');
  out += text;
  if (flags.minus) out.append(padding, ' ');
}

void append_integer(std::string& out, uint64_t magnitude, bool negative, char verb,
                    const FormatFlags& flags) {
  const int radix = verb == 'b' ? 2 : verb == 'o' || verb == 'O' ? 8 : verb == 'd' ? 10 : 16;
  std::string digits = digits_of(magnitude, radix, verb == 'X');
  if (flags.precision == 0 && magnitude == 0) {
    FormatFlags blank = flags;
    blank.zero = false;
    return append_padded(out, "", blank);
  }
  const std::string_view sign = sign_of(negative, flags);
  size_t least = flags.precision > 0 ? static_cast<size_t>(flags.precision) : 0;
  if (flags.precision < 0 && flags.zero && !flags.minus && flags.width > 0) {
    least =
        static_cast<size_t>(flags.width) - std::min(static_cast<size_t>(flags.width), sign.size());
  }
  if (digits.size() < least) digits.insert(0, least - digits.size(), '0');
  FormatFlags spaces = flags;
  spaces.zero = false;
  append_padded(out,
                std::string(sign) + std::string(integer_prefix(verb, digits, flags.sharp)) + digits,
                spaces);
}

void append_float(std::string& out, double value, char verb, const FormatFlags& flags) {
  const bool negative = std::signbit(value) && !std::isnan(value);
  FormatFlags padded = flags;
  if (!std::isfinite(value)) {
    padded.zero = false;
    std::string text = std::isnan(value) ? "NaN" : "Inf";
    // Infinity always has a sign under %v and %g; NaN only when asked for.
    const std::string sign(sign_of(negative, flags));
    if (std::isinf(value)) text.insert(0, sign.empty() ? "+" : sign);
    if (std::isnan(value) && flags.plus) text.insert(0, "+");
    return append_padded(out, text, padded);
  }
  std::string digits = float_digits(std::fabs(value), verb, flags.precision);
  const std::string_view sign = sign_of(negative, flags);
  if (flags.zero && !flags.minus && flags.width > 0) {
    const size_t width = static_cast<size_t>(flags.width);
    const size_t used = digits.size() + sign.size();
    if (used < width) digits.insert(0, width - used, '0');
  }
  padded.zero = false;
  append_padded(out, std::string(sign) + digits, padded);
}

void append_string(std::string& out, std::string_view text, char verb, const FormatFlags& flags) {
  if (flags.precision >= 0) {
    size_t end = 0;
    for (int i = 0; i < flags.precision && end < text.size(); ++i)
      end += base::decode_rune(text, end).bytes;
    text = text.substr(0, end);
  }
  if (verb == 'x' || verb == 'X')
    return append_padded(out, hex_of(text, verb == 'X', flags), flags);
  if (verb == 'q' || flags.sharp_v) {
    const bool raw = flags.sharp && text.find('`') == std::string_view::npos &&
                     base::is_utf8(text) && std::none_of(text.begin(), text.end(), [](char c) {
                       return static_cast<unsigned char>(c) < 0x20 && c != '\t';
                     });
    if (raw) return append_padded(out, "`" + std::string(text) + "`", flags);
    return append_padded(out, base::go_quote(text), flags);
  }
  append_padded(out, text, flags);
}

}  // namespace tocsin::tmpl
