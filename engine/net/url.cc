#include "engine/net/url.h"

#include <curl/curl.h>

#include <algorithm>
#include <cstdlib>

namespace tocsin::net {
namespace {

using base::Code;
using base::Error;
using base::Result;

struct UrlHandle {
  CURLU* get = curl_url();
  UrlHandle() = default;
  UrlHandle(const UrlHandle&) = delete;
  UrlHandle& operator=(const UrlHandle&) = delete;
  ~UrlHandle() { curl_url_cleanup(get); }
};

std::string part(const UrlHandle& url, CURLUPart which, unsigned flags = 0) {
  char* text = nullptr;
  if (curl_url_get(url.get, which, &text, flags) != CURLUE_OK || text == nullptr) return {};
  std::string out(text);
  curl_free(text);
  return out;
}

Error invalid(std::string what) { return {Code::kInvalid, "invalid URL: " + std::move(what)}; }

Result<Url> read_parts(const UrlHandle& handle) {
  Url url;
  url.scheme = part(handle, CURLUPART_SCHEME);
  if (url.scheme != "http" && url.scheme != "https") {
    return invalid("unsupported protocol scheme \"" + url.scheme + "\"");
  }
  url.host = part(handle, CURLUPART_HOST);
  if (url.host.size() > 1 && url.host.front() == '[')
    url.host = url.host.substr(1, url.host.size() - 2);
  if (url.host.empty()) return invalid("no host");
  for (const char c : url.host) {
    // libcurl would translate such a name after we looked it up, and look it up again.
    if (static_cast<unsigned char>(c) >= 0x80) return invalid("write the host in ASCII (punycode)");
  }
  url.port =
      static_cast<uint16_t>(std::atoi(part(handle, CURLUPART_PORT, CURLU_DEFAULT_PORT).c_str()));
  if (url.port == 0) return invalid("port 0");
  url.text = part(handle, CURLUPART_URL);
  return url;
}

bool on_default_port(const Url& url) { return url.port == (url.scheme == "https" ? 443 : 80); }

}  // namespace

std::string Url::authority() const { return join_host_port(host, port); }

std::string join_host_port(const std::string& host, uint16_t port) {
  const bool is_v6 = host.find(':') != std::string::npos;
  return (is_v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

Result<Url> parse_url(const std::string& text) {
  const UrlHandle handle;
  const CURLUcode status =
      curl_url_set(handle.get, CURLUPART_URL, text.c_str(), CURLU_NON_SUPPORT_SCHEME);
  if (status != CURLUE_OK) return invalid(curl_url_strerror(status));
  return read_parts(handle);
}

Result<Url> follow(const Url& from, const std::string& location) {
  const UrlHandle handle;
  CURLUcode status = curl_url_set(handle.get, CURLUPART_URL, from.text.c_str(), 0);
  if (status == CURLUE_OK) {
    status = curl_url_set(handle.get, CURLUPART_URL, location.c_str(),
                          CURLU_NON_SUPPORT_SCHEME | CURLU_URLENCODE);
  }
  if (status != CURLUE_OK) return invalid(curl_url_strerror(status));
  curl_url_set(handle.get, CURLUPART_FRAGMENT, nullptr, 0);
  auto to = read_parts(handle);
  if (!to || may_share_credentials(from, *to)) return to;
  curl_url_set(handle.get, CURLUPART_USER, nullptr, 0);
  curl_url_set(handle.get, CURLUPART_PASSWORD, nullptr, 0);
  return read_parts(handle);
}

bool may_share_credentials(const Url& from, const Url& to) {
  if (from.host != to.host) return false;
  if (from.scheme == "https" && to.scheme == "http") return false;
  return from.port == to.port || (on_default_port(from) && on_default_port(to));
}

Result<Url> with_host(const Url& url, const std::string& host) {
  const UrlHandle handle;
  CURLUcode status = curl_url_set(handle.get, CURLUPART_URL, url.text.c_str(), 0);
  if (status == CURLUE_OK) status = curl_url_set(handle.get, CURLUPART_HOST, host.c_str(), 0);
  if (status != CURLUE_OK) return invalid("server_name: " + std::string(curl_url_strerror(status)));
  return read_parts(handle);
}

std::string redact_url(std::string_view text) {
  const size_t scheme_end = text.find("://");
  if (scheme_end == std::string_view::npos) return "<invalid URL>";
  const size_t start = scheme_end + 3;
  const size_t authority_end = std::min(text.find_first_of("/?#", start), text.size());
  const size_t at = text.substr(start, authority_end - start).rfind('@');
  std::string out(text.substr(0, start));
  const size_t host = at == std::string_view::npos ? start : start + at + 1;
  const size_t query = std::min(text.find('?', host), text.size());
  out += text.substr(host, query - host);
  bool in_value = false;
  for (const char c : text.substr(query)) {
    if (c == '&' || c == '#') in_value = false;
    if (!in_value) out += c;
    if (c == '=' && !in_value) {
      in_value = true;
      out += "xxxxx";
    }
  }
  return out;
}

}  // namespace tocsin::net
