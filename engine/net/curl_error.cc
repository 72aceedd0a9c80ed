#include "engine/net/curl_error.h"

#include <curl/curl.h>

#include "engine/net/wire_error.h"

namespace tocsin::net {
namespace {

using base::Code;
using base::Error;

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

}  // namespace

Error curl_error(const CurlFailure& failure) {
  const auto wire = [&](WireFault fault) {
    return wire_error(fault, failure.address, failure.os_error);
  };
  switch (static_cast<CURLcode>(failure.curl_code)) {
    case CURLE_COULDNT_CONNECT:
      return wire(WireFault::kConnect);
    case CURLE_OPERATION_TIMEDOUT:
      return deadline_error(failure.address);
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
      return wire(WireFault::kNoAnswer);
    case CURLE_RECV_ERROR:
      return wire(WireFault::kRead);
    case CURLE_SEND_ERROR:
      return wire(WireFault::kSend);
    case CURLE_PARTIAL_FILE:
      return wire(WireFault::kCutOff);
    case CURLE_BAD_CONTENT_ENCODING:
      return wire(WireFault::kCoding);
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_UNSUPPORTED_PROTOCOL:
      return wire(WireFault::kMalformed);
    default:
      return unavailable(failure, curl_easy_strerror(static_cast<CURLcode>(failure.curl_code)));
  }
}

}  // namespace tocsin::net
