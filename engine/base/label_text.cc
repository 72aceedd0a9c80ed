// Label names, values and sets as text.
#include <algorithm>

#include "engine/base/labels.h"
#include "engine/base/utf8.h"

namespace tocsin::base {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

void append_hex(std::string& out, uint32_t value, int digits) {
  for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4) {
    out += "0123456789abcdef"[(value >> shift) & 0xf];
  }
}

// Go's unicode.IsPrint, for what labels hold in practice: controls, separators, surrogates, private
// use and non-characters do not print.
bool prints(uint32_t rune) {
  if (rune < 0x20 || (rune >= 0x7f && rune <= 0xa0) || rune == 0xad) return false;
  if ((rune >= 0x2000 && rune <= 0x200f) || (rune >= 0x2028 && rune <= 0x202f)) return false;
  if ((rune >= 0x205f && rune <= 0x206f) || rune == 0x3000 || rune == 0xfeff) return false;
  if (rune >= 0xe000 && rune <= 0xf8ff) return false;
  if (rune >= 0xfff0 && rune <= 0xfffb) return false;
  return (rune & 0xfffe) != 0xfffe && rune < 0xe0000;
}

void append_escaped(std::string& out, uint32_t rune) {
  switch (rune) {
    case '\a':
      out += "\\a";
      return;
    case '\b':
      out += "\\b";
      return;
    case '\f':
      out += "\\f";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    case '\v':
      out += "\\v";
      return;
    default:
      break;
  }
  if (rune < 0x80) {
    out += "\\x";
    append_hex(out, rune, 2);
  } else if (rune < 0x10000) {
    out += "\\u";
    append_hex(out, rune, 4);
  } else {
    out += "\\U";
    append_hex(out, rune, 8);
  }
}

void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    const Rune rune = decode_rune(text);
    if (rune.is_malformed()) {
      out += "\\x";
      append_hex(out, static_cast<uint8_t>(text[0]), 2);
    } else if (rune.code == '"' || rune.code == '\\') {
      out += '\\';
      out += text[0];
    } else if (prints(rune.code)) {
      out += text.substr(0, rune.bytes);
    } else {
      append_escaped(out, rune.code);
    }
    text.remove_prefix(rune.bytes);
  }
  out += '"';
}

void append_pair(std::string& out, LabelView label) {
  if (is_legacy_label_name(label.name)) {
    out += label.name;
  } else {
    append_quoted(out, label.name);
  }
  out += '=';
  append_quoted(out, label.value);
}

}  // namespace

bool is_legacy_metric_name(std::string_view name) {
  if (name.empty() || is_digit(name[0])) return false;
  return std::ranges::all_of(name, [](char c) { return is_letter(c) || is_digit(c) || c == ':'; });
}

bool is_legacy_label_name(std::string_view name) {
  if (name.empty() || is_digit(name[0])) return false;
  return std::ranges::all_of(name, [](char c) { return is_letter(c) || is_digit(c); });
}

std::string go_quote(std::string_view text) {
  std::string out;
  append_quoted(out, text);
  return out;
}

std::string Labels::to_braces() const {
  std::string out = "{";
  for (size_t i = 0; i < size(); ++i) {
    if (i != 0) out += ", ";
    append_pair(out, (*this)[i]);
  }
  return out + "}";
}

std::string Labels::to_metric() const {
  const std::string_view name = metric_name();
  const bool bare = is_legacy_metric_name(name);
  std::string out(bare ? name : std::string_view{});
  std::string inside;
  if (!name.empty() && !bare) append_quoted(inside, name);
  for (size_t i = 0; i < size(); ++i) {
    const LabelView label = (*this)[i];
    if (label.name == kMetricName) continue;
    if (!inside.empty()) inside += ", ";
    append_pair(inside, label);
  }
  if (inside.empty() && bare) return out;
  return out + "{" + inside + "}";
}

}  // namespace tocsin::base
