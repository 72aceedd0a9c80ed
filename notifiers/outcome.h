// How an attempt to deliver ended.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/status.h"
#include "engine/base/time.h"
#include "engine/net/http_client.h"
#include "notifiers/notify_log.h"

namespace tocsin::notifiers {

/// The `reason` label of alertmanager_notifications_failed_total.
/// Source: prometheus/alertmanager notify/util.go Reason.
enum class FailureReason : uint8_t {
  kOther,
  kClientError,
  kServerError,
  kContextCanceled,
  kContextDeadlineExceeded,
  kAuthError,
  kRateLimited,
};
inline constexpr size_t kFailureReasons = 7;

std::string_view to_string(FailureReason reason);

/// The result of one attempt.
struct Outcome {
  enum class Kind : uint8_t { kSent, kRetry, kPermanent };

  Kind kind = Kind::kSent;
  std::string error;  ///< Why not, without secrets; empty when sent.
  FailureReason reason = FailureReason::kOther;
  base::DurationMs retry_after = 0;           ///< The receiver's own wish (Retry-After); 0: none.
  std::optional<ReceiverData> receiver_data;  ///< To be kept with the group, when sent.

  static Outcome sent() { return {}; }
  static Outcome retry(std::string error, FailureReason reason = FailureReason::kOther);
  static Outcome permanent(std::string error, FailureReason reason = FailureReason::kOther);
};

/// What an HTTP answer means: 2xx sent; 5xx, 408, 425 and 429 worth a retry; anything else
/// permanent. The text is "unexpected status code N: <detail>".
///
/// DIFFERS: upstream gives up on 429 (and 408) for most receivers and ignores Retry-After, which
/// loses pages while a service sheds load.
Outcome outcome_of_answer(const net::HttpResponse& answer, std::string_view detail);

/// What a failed transfer means: always worth a retry, except for a request that cannot be made.
/// The address is not shown, because it may hold a credential.
Outcome outcome_of_failure(const base::Error& error);

}  // namespace tocsin::notifiers
