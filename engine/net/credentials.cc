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

}  // namespace

Result<Credentials> load_credentials(const HttpClientConfig& config) {
  Credentials out;
  if (const auto& basic = config.basic_auth) {
    out.is_basic = true;
    ASSIGN_OR_RETURN(out.username, text_or_file(basic->username, basic->username_file));
    ASSIGN_OR_RETURN(out.password, text_or_file(basic->password.reveal(), basic->password_file));
  } else if (const auto& authorization = config.authorization) {
    ASSIGN_OR_RETURN(const std::string secret, text_or_file(authorization->credentials.reveal(),
                                                            authorization->credentials_file));
    out.authorization = authorization->type + " " + secret;
    if (!is_one_line(out.authorization)) {
      return Error{Code::kInvalid,
                   "the authorization credentials contain a line break or control character"};
    }
  }
  return out;
}

}  // namespace tocsin::net
