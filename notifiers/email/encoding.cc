#include "notifiers/email/encoding.h"

#include <algorithm>
#include <array>

#include "engine/base/utf8.h"
#include "engine/template/go_time.h"

namespace tocsin::notifiers {

namespace {

constexpr std::string_view kHex = "0123456789ABCDEF";
constexpr size_t kLineBytesMax = 76;
constexpr size_t kWordContentMax = 63;        // Of 75, without "=?utf-8?q?" and "?=".
constexpr size_t kPlainHeaderBytesMax = 900;  // A line may have 998.

void append_hex(std::string& out, char c) {
  const auto byte = static_cast<unsigned char>(c);
  out += '=';
  out += kHex[byte >> 4];
  out += kHex[byte & 0xF];
}

/// Collects one body, keeping lines short.
class LineWriter {
 public:
  explicit LineWriter(std::string& out) : out_(out) {}
  void plain(char c) {
    room_for(1);
    out_ += c;
    ++column_;
  }
  void encoded(char c) {
    room_for(3);
    append_hex(out_, c);
    column_ += 3;
  }
  void line_end() {
    out_ += "\r\n";
    column_ = 0;
  }

 private:
  void room_for(size_t bytes) {
    if (column_ + bytes <= kLineBytesMax - 1) return;
    out_ += "=\r\n";
    column_ = 0;
  }
  std::string& out_;
  size_t column_ = 0;
};

bool is_blank(char c) { return c == ' ' || c == '\t'; }

bool is_line_end(std::string_view text, size_t i) {
  return i == text.size() || text[i] == '\n' || text.substr(i, 2) == "\r\n";
}

bool is_printable(char c) { return c >= '!' && c <= '~'; }

bool needs_encoding(std::string_view value) {
  return std::any_of(value.begin(), value.end(),
                     [](char c) { return !is_printable(c) && !is_blank(c); });
}

bool is_plain_in_word(char c) {
  return (is_printable(c) || c == ' ') && c != '=' && c != '?' && c != '_';
}

}  // namespace

void append_quoted_printable(std::string& out, std::string_view text) {
  LineWriter writer(out);
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\n' || text.substr(i, 2) == "\r\n") {
      writer.line_end();
      if (c == '\r') ++i;
    } else if ((is_printable(c) && c != '=') || (is_blank(c) && !is_line_end(text, i + 1))) {
      writer.plain(c);
    } else {
      writer.encoded(c);
    }
  }
}

std::string encode_header(std::string_view value) {
  if (!needs_encoding(value) && value.size() <= kPlainHeaderBytesMax) return std::string(value);
  constexpr std::string_view kOpen = "=?utf-8?q?";
  std::string out(kOpen);
  size_t length = 0;
  while (!value.empty()) {
    // A character is never split between words.
    const std::string_view rune = value.substr(0, base::decode_rune(value).bytes);
    const bool plain = rune.size() == 1 && is_plain_in_word(rune[0]);
    const size_t cost = plain ? 1 : 3 * rune.size();
    if (length + cost > kWordContentMax) {
      out += "?=\r\n ";
      out += kOpen;
      length = 0;
    }
    length += cost;
    if (plain) {
      out += rune[0] == ' ' ? '_' : rune[0];
    } else {
      for (const char c : rune) append_hex(out, c);
    }
    value.remove_prefix(rune.size());
  }
  return out + "?=";
}

std::string mail_date(base::TimestampMs t) {
  constexpr std::array<const char*, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<const char*, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const tmpl::CivilTime civil = tmpl::Time::from_ms(t).civil();
  const auto two = [](int n) {
    const std::string digits = std::to_string(n);
    return n < 10 ? '0' + digits : digits;
  };
  std::string text = kDays[static_cast<size_t>(civil.weekday)];
  text += ", " + two(civil.day) + ' ' + kMonths[static_cast<size_t>(civil.month - 1)] + ' ';
  text += std::to_string(civil.year) + ' ' + two(civil.hour) + ':' + two(civil.minute) + ':';
  return text + two(civil.second) + " +0000";
}

}  // namespace tocsin::notifiers
