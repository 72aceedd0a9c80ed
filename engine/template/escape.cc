#include "engine/template/escape.h"

#include "engine/base/labels.h"
#include "engine/base/utf8.h"

namespace tocsin::tmpl {
namespace {

constexpr std::string_view kUpperHex = "0123456789ABCDEF";
constexpr std::string_view kLowerHex = "0123456789abcdef";

bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

void append_percent(std::string& out, char c, std::string_view digits) {
  const auto byte = static_cast<unsigned char>(c);
  out += '%';
  out += digits[byte >> 4];
  out += digits[byte & 15];
}

// Replacement of the characters that all HTML escapers treat alike; empty: keep.
std::string_view html_entity(char c) {
  switch (c) {
    case '\0':
      return "\uFFFD";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&#34;";
    case '\'':
      return "&#39;";
    default:
      return {};
  }
}

void append_html(std::string& out, std::string_view text, bool ampersand, bool plus) {
  for (const char c : text) {
    const std::string_view entity = html_entity(c);
    if (!entity.empty()) {
      out += entity;
    } else if (c == '&' && ampersand) {
      out += "&amp;";
    } else if (c == '+' && plus) {
      out += "&#43;";
    } else {
      out += c;
    }
  }
}

std::string_view js_escape(char32_t code) {
  switch (code) {
    case '\\':
      return "\\\\";
    case '\'':
      return "\\'";
    case '"':
      return "\\\"";
    case '<':
      return "\\u003C";
    case '>':
      return "\\u003E";
    case '&':
      return "\\u0026";
    case '=':
      return "\\u003D";
    default:
      return {};
  }
}

}  // namespace

void append_html_function(std::string& out, std::string_view text) {
  append_html(out, text, true, false);
}
void append_html_escaped(std::string& out, std::string_view text) {
  append_html(out, text, true, true);
}
void append_html_normalized(std::string& out, std::string_view text) {
  append_html(out, text, false, true);
}

void append_js(std::string& out, std::string_view text) {
  for (size_t i = 0; i < text.size();) {
    const base::Rune rune = base::decode_rune(text, i);
    const std::string_view escape = js_escape(rune.code);
    if (!escape.empty()) {
      out += escape;
    } else if (rune.code < 0x20 || rune.code == 0x7F) {
      out += "\\u00";
      out += kUpperHex[rune.code >> 4];
      out += kUpperHex[rune.code & 15];
    } else {
      base::append_rune(out, rune.code);
    }
    i += rune.bytes;
  }
}

std::string query_escape(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (is_alphanumeric(c) || c == '-' || c == '_' || c == '.' || c == '~') {
      out += c;
    } else if (c == ' ') {
      out += '+';
    } else {
      append_percent(out, c, kUpperHex);
    }
  }
  return out;
}

base::Result<std::string> query_unescape(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i] == '+' ? ' ' : text[i];
      continue;
    }
    const std::string_view escape = text.substr(i, 3);
    if (escape.size() < 3 || hex_value(escape[1]) < 0 || hex_value(escape[2]) < 0) {
      return base::Error{base::Code::kInvalid, "invalid URL escape " + base::go_quote(escape)};
    }
    out += static_cast<char>(hex_value(escape[1]) * 16 + hex_value(escape[2]));
    i += 2;
  }
  return out;
}

void append_url_part(std::string& out, std::string_view text, bool normalize) {
  constexpr std::string_view kReserved = "!#$&*+,/:;=?@[]";
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool unreserved = is_alphanumeric(c) || c == '-' || c == '.' || c == '_' || c == '~';
    const bool escape = c == '%' && i + 2 < text.size() && hex_value(text[i + 1]) >= 0 &&
                        hex_value(text[i + 2]) >= 0;
    const bool kept = normalize && (escape || kReserved.find(c) != std::string_view::npos);
    if (unreserved || kept) {
      out += c;
    } else {
      append_percent(out, c, kLowerHex);
    }
  }
}

namespace {
constexpr std::string_view kBase64 =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
}  // namespace

std::string base64_url_encode(std::string_view bytes) {
  std::string out;
  for (size_t i = 0; i < bytes.size(); i += 3) {
    const std::string_view group = bytes.substr(i, 3);
    uint32_t bits = 0;
    for (size_t j = 0; j < 3; ++j) {
      bits = bits << 8 | (j < group.size() ? static_cast<unsigned char>(group[j]) : 0U);
    }
    for (size_t j = 0; j < 4; ++j) {
      out += j <= group.size() ? kBase64[(bits >> (18 - 6 * j)) & 63] : '=';
    }
  }
  return out;
}

base::Result<std::string> base64_url_decode(std::string_view text) {
  std::string out;
  uint32_t bits = 0;
  size_t digits = 0;
  const auto corrupt = [](size_t at) {
    return base::Error{base::Code::kInvalid,
                       "illegal base64 data at input byte " + std::to_string(at)};
  };
  size_t i = 0;
  for (; i < text.size() && text[i] != '='; ++i) {
    if (text[i] == '\n' || text[i] == '\r') continue;
    const size_t value = kBase64.find(text[i]);
    if (value == std::string_view::npos) return corrupt(i);
    bits = bits << 6 | static_cast<uint32_t>(value);
    if (++digits % 4 != 0) continue;
    for (const int shift : {16, 8, 0}) out += static_cast<char>((bits >> shift) & 0xFF);
    bits = 0;
  }
  size_t padding = 0;
  for (; i < text.size(); ++i) {
    if (text[i] == '\n' || text[i] == '\r') continue;
    if (text[i] != '=' || ++padding > 2) return corrupt(i);
  }
  const size_t rest = digits % 4;
  if (rest == 1 || (rest + padding) % 4 != 0) return corrupt(text.size());
  if (rest == 2) out += static_cast<char>((bits >> 4) & 0xFF);
  if (rest == 3) {
    out += static_cast<char>((bits >> 10) & 0xFF);
    out += static_cast<char>((bits >> 2) & 0xFF);
  }
  return out;
}

}  // namespace tocsin::tmpl
