// Posting JSON, as all receivers over HTTP do it.
#pragma once

#include <functional>
#include <string>

#include "engine/net/http_client.h"
#include "notifiers/notifier.h"

namespace tocsin::notifiers {

/// How long an attempt may take when the configuration does not say.
inline constexpr base::DurationMs kAttemptTimeout = 30 * base::kSecond;

/// A request on its way, and what its receiver calls itself in messages.
struct JsonPost {
  std::string url;
  std::string body;
  base::DurationMs timeout = kAttemptTimeout;  ///< What is left of the delivery.
  base::DurationMs configured_timeout = 0;     ///< The receiver's own `timeout`; 0: none.
  std::string_view kind;                       ///< "webhook"; static text.
};

/// Judges an answer of any status.
using AnswerJudge = std::function<Outcome(const net::HttpResponse&)>;

/// Sends it; `done` gets the judge's outcome, or that of a failed transfer. The address's path and
/// query, which may be secret, are blotted out of the error.
void post_json(net::HttpClient& client, JsonPost post, AnswerJudge judge, OutcomeCallback done);

}  // namespace tocsin::notifiers
