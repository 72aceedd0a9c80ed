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

}  // namespace

void post_json(net::HttpClient& client, JsonPost post, AnswerJudge judge, OutcomeCallback done) {
  const bool own_bound = post.configured_timeout != 0 && post.configured_timeout <= post.timeout;
  const base::DurationMs bound = own_bound ? post.configured_timeout : 0;
  net::HttpRequest request;
  request.method = "POST";
  request.url = std::move(post.url);
  request.headers = {{"Content-Type", "application/json"}, {"User-Agent", "Tocsin"}};
  request.body = std::move(post.body);
  request.timeout = own_bound ? bound : std::min(post.timeout, kAttemptTimeout);
  request.body_bytes_max = kAnswerBytesMax;
  client.send(std::move(request), [judge = std::move(judge), done = std::move(done), bound,
                                   kind = post.kind](base::Result<net::HttpResponse> answer) {
    done(answer ? judge(*answer) : failure(answer.error(), bound, kind));
  });
}

}  // namespace tocsin::notifiers
