#include "engine/net/curl_error.h"

#include <curl/curl.h>

#include <cctype>
#include <system_error>

namespace tocsin::net {
namespace {

using base::Code;
using base::Error;

/// Errno's text as Go prints it: "connection refused".
std::string os_text(long os_error) {
  std::string text = std::generic_category().message(static_cast<int>(os_error));
  if (!text.empty()) text[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
  return text;
}

Error unavailable(const CurlFailure& failure, const std::string& what) {
  return {Code::kUnavailable, failure.address + ": " + what};
}

Error tls_error(const CurlFailure& failure) {
  std::string detail = failure.detail.empty() ? "the TLS handshake failed" : failure.detail;
  constexpr std::string_view kPrefix = "SSL certificate problem: ";
  if (detail.starts_with(kPrefix)) {
    detail = "failed to verify certificate: " + detail.substr(kPrefix.size());
  }
  return unavailable(failure, "tls: " + detail);
}

Error read_error(const CurlFailure& failure, const std::string& otherwise) {
  return unavailable(failure,
                     failure.os_error != 0 ? "read: " + os_text(failure.os_error) : otherwise);
}

}  // namespace

Error curl_error(const CurlFailure& failure) {
  switch (static_cast<CURLcode>(failure.curl_code)) {
    case CURLE_COULDNT_CONNECT: {
      const std::string reason =
          failure.os_error != 0 ? os_text(failure.os_error) : "connection refused or unreachable";
      return {Code::kUnavailable, "dial tcp " + failure.address + ": connect: " + reason};
    }
    case CURLE_OPERATION_TIMEDOUT:
      return {Code::kTimeout, failure.address + ": context deadline exceeded"};
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
      return {Code::kUnavailable, "lookup " + failure.address + ": no such host"};
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
      return tls_error(failure);
    case CURLE_GOT_NOTHING:
      return unavailable(failure, "EOF: the server closed the connection without an answer");
    case CURLE_RECV_ERROR:
      return read_error(failure, "the connection broke while the answer was read");
    case CURLE_SEND_ERROR:
      return read_error(failure, "the connection broke while the request was sent");
    case CURLE_PARTIAL_FILE:
      return unavailable(failure, "unexpected EOF: the answer was cut off");
    case CURLE_BAD_CONTENT_ENCODING:
      return unavailable(failure, "the answer's compression is damaged or unknown");
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_UNSUPPORTED_PROTOCOL:
      return unavailable(failure, "malformed HTTP response");
    default:
      return unavailable(failure, curl_easy_strerror(static_cast<CURLcode>(failure.curl_code)));
  }
}

}  // namespace tocsin::net
