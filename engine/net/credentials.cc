#include "engine/net/credentials.h"

#include "engine/net/text.h"
#include "engine/net/tls_setup.h"

namespace tocsin::net {
namespace {

using base::Code;
using base::Error;
using base::Result;

/// The text itself, or its file's, trimmed.
Result<std::string> text_or_file(const std::string& text, const std::string& file) {
  if (file.empty()) return text;
  ASSIGN_OR_RETURN(const std::string content, read_small_file(file));
  constexpr std::string_view kBlanks = " \t\r\n";
  const size_t begin = content.find_first_not_of(kBlanks);
  if (begin == std::string::npos) return std::string();
  return content.substr(begin, content.find_last_not_of(kBlanks) - begin + 1);
}

std::string base64(std::string_view bytes) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (size_t i = 0; i < bytes.size(); i += 3) {
    const std::string_view three = bytes.substr(i, 3);
    uint32_t bits = 0;
    for (size_t k = 0; k < 3; ++k) {
      bits = bits << 8 | (k < three.size() ? static_cast<uint8_t>(three[k]) : 0u);
    }
    for (size_t k = 0; k < 4; ++k) {
      out += k <= three.size() ? kDigits[bits >> (18 - 6 * k) & 63] : '=';
    }
  }
  return out;
}

}  // namespace

Result<std::string> load_authorization(const HttpClientConfig& config) {
  if (const auto& basic = config.basic_auth) {
    ASSIGN_OR_RETURN(const std::string username,
                     text_or_file(basic->username, basic->username_file));
    ASSIGN_OR_RETURN(const std::string password,
                     text_or_file(basic->password.reveal(), basic->password_file));
    return "Basic " + base64(username + ":" + password);
  }
  const auto& authorization = config.authorization;
  if (!authorization) return std::string();
  ASSIGN_OR_RETURN(const std::string secret, text_or_file(authorization->credentials.reveal(),
                                                          authorization->credentials_file));
  std::string out = authorization->type + " " + secret;
  if (!is_one_line(out)) {
    return Error{Code::kInvalid,
                 "the authorization credentials contain a line break or control character"};
  }
  return out;
}

}  // namespace tocsin::net
