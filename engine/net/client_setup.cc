#include "engine/net/client_setup.h"

#include <algorithm>

#include "engine/net/text.h"

namespace tocsin::net {
namespace {

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

}  // namespace

bool has_header(const HeaderList& headers, std::string_view name) {
  return std::any_of(headers.begin(), headers.end(), [name](const auto& header) {
    return equal_ignoring_case(header.first, name);
  });
}

bool leads_on(const HttpClientConfig& config, const HttpResponse& response) {
  return config.follow_redirects && is_redirect(response.status) &&
         !response.header("location").empty();
}

base::Status check_request_header(std::string_view name, std::string_view value) {
  const bool is_name =
      !name.empty() && name.find_first_of(" \t:;") == std::string_view::npos && is_one_line(name);
  if (is_name && is_one_line(value)) return {};
  return {base::Code::kInvalid, "the request header \"" +
                                    std::string(name.substr(0, name.find_first_of("\r\n"))) +
                                    "\" contains a line break or control character"};
}

}  // namespace tocsin::net
