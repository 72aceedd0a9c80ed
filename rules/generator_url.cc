#include "rules/generator_url.h"

namespace tocsin::rules {
namespace {

bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_' || c == '.' || c == '~';
}

}  // namespace

std::string generator_url(std::string_view external_url, std::string_view expression) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string url(external_url);
  url += "/graph?g0.expr=";
  for (const char c : expression) {
    if (is_unreserved(c)) {
      url += c;
    } else if (c == ' ') {
      url += '+';
    } else {
      const auto byte = static_cast<uint8_t>(c);
      url += {'%', kHex[byte >> 4], kHex[byte & 15]};
    }
  }
  return url += "&g0.tab=1";
}

}  // namespace tocsin::rules
