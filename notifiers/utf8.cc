#include "notifiers/utf8.h"

#include "engine/base/utf8.h"

namespace tocsin::notifiers {

namespace {

bool continues(std::string_view text, size_t i) {
  return i < text.size() && (static_cast<unsigned char>(text[i]) & 0xC0) == 0x80;
}

}  // namespace

std::string_view trim_space(std::string_view text) {
  while (!text.empty()) {
    const base::Rune rune = base::decode_rune(text);
    if (!base::is_unicode_space(rune.code)) break;
    text.remove_prefix(rune.bytes);
  }
  while (!text.empty()) {
    size_t start = text.size() - 1;
    while (start > 0 && text.size() - start < 4 && continues(text, start)) --start;
    if (!base::is_unicode_space(base::decode_rune(text.substr(start)).code)) break;
    text = text.substr(0, start);
  }
  return text;
}

std::string truncate_in_runes(std::string_view text, size_t runes_max, bool& truncated) {
  const bool with_ellipsis = runes_max > 3;
  const size_t kept_max = with_ellipsis ? runes_max - 1 : runes_max;
  size_t runes = 0;
  size_t offset = 0;
  size_t kept_bytes = 0;
  while (offset < text.size() && runes <= runes_max) {
    if (runes == kept_max) kept_bytes = offset;
    offset += base::decode_rune(text.substr(offset)).bytes;
    ++runes;
  }
  truncated = runes > runes_max;
  if (!truncated) return std::string(text);
  std::string out(text.substr(0, kept_bytes));
  if (with_ellipsis) out += "…";
  return out;
}

}  // namespace tocsin::notifiers
