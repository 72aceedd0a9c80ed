#include "engine/net/http_field.h"

#include <array>
#include <charconv>

#include "engine/net/text.h"

namespace tocsin::net {
namespace {

using ByteSet = std::array<bool, 256>;

constexpr ByteSet token_bytes() {
  ByteSet set{};
  for (unsigned c = '0'; c <= '9'; ++c) set[c] = true;
  for (unsigned c = 'A'; c <= 'Z'; ++c) set[c] = set[c + ('a' - 'A')] = true;
  for (const char c : std::string_view("!#$%&'*+-.^_`|~"))
    set[static_cast<unsigned char>(c)] = true;
  return set;
}

constexpr ByteSet kTokenBytes = token_bytes();

}  // namespace

bool is_token(std::string_view text) {
  for (const char c : text) {
    if (!kTokenBytes[static_cast<unsigned char>(c)]) return false;
  }
  return !text.empty();
}

bool has_option(std::string_view list, std::string_view option) {
  for (;;) {
    const size_t comma = list.find(',');
    if (equal_ignoring_case(trim_blanks(list.substr(0, comma)), option)) return true;
    if (comma == std::string_view::npos) return false;
    list.remove_prefix(comma + 1);
  }
}

std::optional<uint64_t> parse_length(std::string_view text) {
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace tocsin::net
