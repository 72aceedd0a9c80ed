#include "notifiers/http_post.h"

#include <algorithm>

namespace tocsin::notifiers {

namespace {

constexpr uint64_t kAnswerBytesMax = 1u << 20;

Outcome failure(const base::Error& error, base::DurationMs configured_timeout,
                std::string_view kind) {
  Outcome outcome = outcome_of_failure(error);
  if (error.code == base::Code::kTimeout && configured_timeout != 0) {
    outcome.error += ": configured " + std::string(kind) + " timeout reached (" +
                     base::format_go_duration(configured_timeout * 1'000'000) + ")";
  }
  return outcome;
}

/// What stands behind the host: where webhooks have their secrets. Empty when there is nothing.
std::string secret_part(std::string_view url) {
  const size_t scheme = url.find("://");
  const size_t start = url.find_first_of("/?", scheme == std::string_view::npos ? 0 : scheme + 3);
  if (start == std::string_view::npos || start + 1 == url.size()) return {};
  return std::string(url.substr(start));
}

/// Servers like to repeat the path that they do not know.
void hide(std::string_view secret, std::string& text) {
  constexpr std::string_view kShown = "<secret>";
  if (secret.empty()) return;
  for (size_t at = 0; (at = text.find(secret, at)) != std::string::npos; at += kShown.size()) {
    text.replace(at, secret.size(), kShown);
  }
}

}  // namespace

void post_json(net::HttpClient& client, JsonPost post, AnswerJudge judge, OutcomeCallback done) {
  const bool own_bound = post.configured_timeout != 0 && post.configured_timeout <= post.timeout;
  const base::DurationMs bound = own_bound ? post.configured_timeout : 0;
  std::string secret = secret_part(post.url);
  net::HttpRequest request;
  request.method = "POST";
  request.url = std::move(post.url);
  request.headers = {{"Content-Type", "application/json"}, {"User-Agent", "Tocsin"}};
  request.body = std::move(post.body);
  request.timeout = own_bound ? bound : std::min(post.timeout, kAttemptTimeout);
  request.body_bytes_max = kAnswerBytesMax;
  client.send(std::move(request),
              [judge = std::move(judge), done = std::move(done), bound, kind = post.kind,
               secret = std::move(secret)](base::Result<net::HttpResponse> answer) {
                Outcome outcome = answer ? judge(*answer) : failure(answer.error(), bound, kind);
                const std::string_view path = std::string_view(secret).substr(0, secret.find('?'));
                hide(secret, outcome.error);
                if (path.size() > 1) hide(path, outcome.error);
                done(std::move(outcome));
              });
}

}  // namespace tocsin::notifiers
