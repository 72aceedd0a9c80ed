#include "engine/net/curl_exchange.h"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <optional>
#include <utility>

#include "engine/net/answer_limits.h"
#include "engine/net/credentials.h"
#include "engine/net/curl_error.h"
#include "engine/net/loop_core.h"
#include "engine/net/text.h"
#include "engine/net/transfer.h"
#include "engine/net/url.h"
#include "engine/net/wire_error.h"

namespace tocsin::net {
namespace {

using base::Code;
using base::Error;
using base::Result;
using base::Status;

constexpr int kRedirectsMax = 10;  // as Go
constexpr long kReadBufferBytes = 128 << 10;
constexpr long kIdleConnectionSeconds = 300;

/// Request headers that another host may see after a redirect; all others stay with the first.
bool is_harmless(std::string_view name) {
  constexpr std::array<std::string_view, 4> kNames{"accept", "accept-encoding", "content-type",
                                                   "user-agent"};
  return std::any_of(kNames.begin(), kNames.end(),
                     [name](std::string_view known) { return equal_ignoring_case(name, known); });
}

/// One request and the redirects it takes.
class Exchange final : public Transfer {
 public:
  Exchange(EventLoop::Impl& loop, std::shared_ptr<HttpJob> job)
      : Transfer(loop, job->deadline),
        setup_(job->setup),
        request_(std::move(job->request)),
        done_(std::move(job->done)) {}
  /// The answer that begin() goes on from.
  void set_redirect(HttpResponse redirect) { response_ = std::move(redirect); }

 protected:
  void begin() override {
    if (!take_easy()) return;
    auto url = parse_url(request_.url);
    if (!url) return fail(std::move(url).error());
    url_ = *std::move(url);
    if (leads_on(setup_->config, response_)) return take_redirect();
    hop();
  }
  void on_addresses(const Addresses& addresses) override;
  void on_transferred(int curl_code) override;
  void report(Error error) override { done_(std::move(error)); }
  Error timeout_error() const override {
    if (!url_.host.empty()) return deadline_error(url_.authority());
    return {Code::kTimeout, "context deadline exceeded"};
  }

 private:
  /// Whom the connection goes to: the proxy or the server.
  const Url& peer() const { return setup_->proxy ? *setup_->proxy : url_; }
  bool uses_tls() const {
    return url_.scheme == "https" || (setup_->proxy && setup_->proxy->scheme == "https");
  }
  void hop();
  Status configure(const Addresses& addresses);
  Status set_destination(const Addresses& addresses);
  void set_method();
  Status set_headers();
  Status add_header(const std::string& name, const std::string& value);
  Status set_credentials();
  void take_redirect();
  Error failure(int curl_code) const;
  void on_header(std::string_view line);

  static size_t write_body(char* data, size_t size, size_t count, void* self);
  static size_t write_header(char* data, size_t size, size_t count, void* self);

  std::shared_ptr<ClientSetup> setup_;
  HttpRequest request_;
  HttpCallback done_;
  Url url_;
  bool is_trusted_ = true;  // no redirect has led to another host yet
  int redirects_ = 0;
  CurlList headers_, resolve_, connect_to_;
  std::shared_ptr<const TlsMaterial> material_;
  HttpResponse response_;
  size_t head_bytes_ = 0;
  bool is_too_large_ = false;
  std::array<char, CURL_ERROR_SIZE> detail_{};
};

void Exchange::hop() {
  response_ = {};
  detail_[0] = '\0';
  look_up(peer().host);
}

void Exchange::on_addresses(const Addresses& addresses) {
  if (Status status = configure(addresses); !status) return fail(std::move(status).error());
  loop().requests.fetch_add(1, std::memory_order_relaxed);
  start_easy();
}

Status Exchange::configure(const Addresses& addresses) {
  if (redirects_ > 0) curl_easy_reset(easy());
  headers_.clear();
  curl_easy_setopt(easy(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy(), CURLOPT_ERRORBUFFER, detail_.data());
  curl_easy_setopt(easy(), CURLOPT_BUFFERSIZE, kReadBufferBytes);
  curl_easy_setopt(easy(), CURLOPT_MAXAGE_CONN, kIdleConnectionSeconds);
  curl_easy_setopt(easy(), CURLOPT_TCP_KEEPALIVE, 1L);
  // Addresses come with each request (set_destination); otherwise libcurl would look through all it
  // has ever connected to for old ones, after each transfer.
  curl_easy_setopt(easy(), CURLOPT_DNS_CACHE_TIMEOUT, -1L);
  curl_easy_setopt(easy(), CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy(), CURLOPT_HTTP_VERSION,
                   setup_->config.enable_http2 ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1);
  curl_easy_setopt(easy(), CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  curl_easy_setopt(easy(), CURLOPT_WRITEFUNCTION, &Exchange::write_body);
  curl_easy_setopt(easy(), CURLOPT_WRITEDATA, this);
  curl_easy_setopt(easy(), CURLOPT_HEADERFUNCTION, &Exchange::write_header);
  curl_easy_setopt(easy(), CURLOPT_HEADERDATA, this);
  ASSIGN_OR_RETURN(material_, setup_->tls.material());
  if (uses_tls()) setup_->tls.apply(easy(), *material_);
  set_method();
  RETURN_IF_ERROR(set_headers());
  RETURN_IF_ERROR(set_credentials());
  return set_destination(addresses);
}

Status Exchange::set_destination(const Addresses& addresses) {
  resolve_.clear();
  connect_to_.clear();
  if (!is_address(peer().host)) {
    forbid_lookups(easy());
    resolve_.add(resolve_line(peer().host, peer().port, addresses));
    curl_easy_setopt(easy(), CURLOPT_RESOLVE, resolve_.get());
  }
  // Set even when empty: otherwise the environment's proxy would be used.
  curl_easy_setopt(easy(), CURLOPT_PROXY, setup_->proxy ? setup_->proxy->text.c_str() : "");
  if (setup_->proxy) curl_easy_setopt(easy(), CURLOPT_PROXYPORT, long{setup_->proxy->port});

  const std::string& server_name = setup_->tls.server_name();
  if (server_name.empty() || url_.scheme != "https") {
    curl_easy_setopt(easy(), CURLOPT_URL, url_.text.c_str());
    return {};
  }
  // libcurl takes the name for SNI and verification from the URL; the connection and the Host
  // header keep the real one.
  ASSIGN_OR_RETURN(const Url named, with_host(url_, server_name));
  curl_easy_setopt(easy(), CURLOPT_URL, named.text.c_str());
  connect_to_.add("::" + url_.authority());
  curl_easy_setopt(easy(), CURLOPT_CONNECT_TO, connect_to_.get());
  return {};
}

void Exchange::set_method() {
  const bool has_body = !request_.body.empty();
  if (request_.method == "HEAD") {
    curl_easy_setopt(easy(), CURLOPT_NOBODY, 1L);
    return;
  }
  if (has_body || request_.method == "POST") {
    curl_easy_setopt(easy(), CURLOPT_POSTFIELDSIZE_LARGE,
                     static_cast<curl_off_t>(request_.body.size()));
    curl_easy_setopt(easy(), CURLOPT_POSTFIELDS, request_.body.data());
  }
  if (request_.method != "GET" || has_body) {
    curl_easy_setopt(easy(), CURLOPT_CUSTOMREQUEST, request_.method.c_str());
  }
}

Status Exchange::add_header(const std::string& name, const std::string& value) {
  RETURN_IF_ERROR(check_request_header(name, value));
  // libcurl's spelling of a header without value.
  headers_.add(value.empty() ? name + ";" : name + ": " + value);
  return {};
}

Status Exchange::set_headers() {
  const char* codings = kAcceptedCodings;
  for (const auto& [name, value] : request_.headers) {
    if (equal_ignoring_case(name, "accept-encoding")) {
      codings = value.c_str();
    } else if (is_trusted_ || is_harmless(name)) {
      RETURN_IF_ERROR(add_header(name, value));
    }
  }
  curl_easy_setopt(easy(), CURLOPT_ACCEPT_ENCODING, codings);
  if (is_trusted_) {
    for (const auto& [name, value] : setup_->config.headers) {
      RETURN_IF_ERROR(add_header(name, value.reveal()));
    }
  }
  const bool renames_host = !setup_->tls.server_name().empty() && url_.scheme == "https";
  if (renames_host && !has_header(request_.headers, "host")) {
    RETURN_IF_ERROR(add_header("Host", url_.authority()));
  }
  // What libcurl would add of its own: a form's type, and a pause before large bodies.
  if (!has_header(request_.headers, "content-type")) headers_.add("Content-Type:");
  headers_.add("Expect:");
  return {};
}

Status Exchange::set_credentials() {
  if (is_trusted_ && !has_header(request_.headers, "authorization")) {
    ASSIGN_OR_RETURN(const std::string authorization, load_authorization(setup_->config));
    if (!authorization.empty()) headers_.add("Authorization: " + authorization);
  }
  curl_easy_setopt(easy(), CURLOPT_HTTPHEADER, headers_.get());
  return {};
}

void Exchange::on_transferred(int curl_code) {
  long opened = 0;
  curl_easy_getinfo(easy(), CURLINFO_NUM_CONNECTS, &opened);
  loop().connections.fetch_add(static_cast<uint64_t>(opened), std::memory_order_relaxed);
  if (curl_code != CURLE_OK) return fail(failure(curl_code));

  long status = 0;
  curl_easy_getinfo(easy(), CURLINFO_RESPONSE_CODE, &status);
  response_.status = static_cast<int>(status);
  if (leads_on(setup_->config, response_)) return take_redirect();

  curl_off_t wire_bytes = 0;
  curl_easy_getinfo(easy(), CURLINFO_SIZE_DOWNLOAD_T, &wire_bytes);
  response_.wire_bytes = static_cast<uint64_t>(wire_bytes);
  const auto self = shared_from_this();
  if (finish()) done_(std::move(response_));
}

/// Go's rules: 301, 302 and 303 turn everything but HEAD into GET, 307 and 308 repeat the request.
void Exchange::take_redirect() {
  if (++redirects_ > kRedirectsMax) {
    return fail({Code::kInvalid, url_.authority() + ": stopped after 10 redirects"});
  }
  auto next = follow(url_, std::string(response_.header("location")));
  if (!next) {
    return fail({Code::kInvalid,
                 url_.authority() + ": cannot follow the redirect: " + next.error().message});
  }
  is_trusted_ = is_trusted_ && may_share_credentials(url_, *next);
  const bool repeats = response_.status == 307 || response_.status == 308;
  if (!repeats && request_.method != "HEAD") {
    request_.method = "GET";
    request_.body.clear();
    std::erase_if(request_.headers, [](const auto& header) {
      return equal_ignoring_case(header.first, "content-type") ||
             equal_ignoring_case(header.first, "content-encoding");
    });
  }
  url_ = *std::move(next);
  hop();
}

Error Exchange::failure(int curl_code) const {
  if (is_too_large_) return body_too_large_error(url_.authority(), request_.body_bytes_max);
  if (head_bytes_ > kAnswerHeadBytesMax) return head_too_large_error(url_.authority());
  CurlFailure what{curl_code, 0, url_.authority(), detail_.data()};
  if (curl_code == CURLE_COULDNT_CONNECT) what.address = peer().authority();
  curl_easy_getinfo(easy(), CURLINFO_OS_ERRNO, &what.os_error);
  return curl_error(what);
}

size_t Exchange::write_body(char* data, size_t size, size_t count, void* self) {
  auto& exchange = *static_cast<Exchange*>(self);
  std::string& body = exchange.response_.body;
  if (size * count > exchange.request_.body_bytes_max - body.size()) {
    exchange.is_too_large_ = true;
    return 0;  // anything but the size given ends the transfer
  }
  body.append(data, size * count);
  return size * count;
}

size_t Exchange::write_header(char* data, size_t size, size_t count, void* self) {
  auto& exchange = *static_cast<Exchange*>(self);
  exchange.head_bytes_ += size * count;
  if (exchange.head_bytes_ > kAnswerHeadBytesMax) return 0;
  exchange.on_header({data, size * count});
  return size * count;
}

void Exchange::on_header(std::string_view line) {
  while (!line.empty() && (line.back() == '\r' || line.back() == '\n')) line.remove_suffix(1);
  const size_t colon = line.find(':');
  if (line.starts_with("HTTP/")) {
    response_.headers.clear();  // what came before belonged to an interim answer
    const size_t reason =
        std::min(line.find(' ', std::min(line.find(' '), line.size() - 1) + 1), line.size());
    response_.reason = trim_blanks(line.substr(reason));
  } else if (colon != std::string_view::npos) {
    response_.headers.emplace_back(to_lower(line.substr(0, colon)),
                                   trim_blanks(line.substr(colon + 1)));
    const auto& [name, value] = response_.headers.back();
    if (name != "content-length" || request_.method == "HEAD") return;
    const uint64_t length = std::strtoull(value.c_str(), nullptr, 10);
    response_.body.reserve(std::min<uint64_t>({length, kTrustedLength, request_.body_bytes_max}));
  }
}

}  // namespace

std::shared_ptr<Operation> make_curl_exchange(EventLoop::Impl& loop, std::shared_ptr<HttpJob> job) {
  return std::make_shared<Exchange>(loop, std::move(job));
}

void follow_by_curl(EventLoop::Impl& loop, std::shared_ptr<HttpJob> job, HttpResponse redirect) {
  auto exchange = std::make_shared<Exchange>(loop, std::move(job));
  exchange->set_redirect(std::move(redirect));
  exchange->run();
}

}  // namespace tocsin::net
