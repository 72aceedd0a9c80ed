#include "notifiers/outcome.h"

#include <charconv>

namespace tocsin::notifiers {

namespace {

constexpr size_t kDetailBytesMax = 4096;  // Of a receiver's answer in our log.
constexpr base::DurationMs kRetryAfterMax = base::kHour;

FailureReason reason_of_status(int status) {
  if (status == 401 || status == 403) return FailureReason::kAuthError;
  if (status == 429) return FailureReason::kRateLimited;
  if (status / 100 == 4) return FailureReason::kClientError;
  if (status / 100 == 5) return FailureReason::kServerError;
  return FailureReason::kOther;
}

/// Retry-After in its form with seconds; the form with a date is not used by the services we know.
base::DurationMs retry_after(const net::HttpResponse& answer) {
  const std::string_view text = answer.header("retry-after");
  uint32_t seconds = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (failure != std::errc{} || end != text.data() + text.size()) return 0;
  return std::min<base::DurationMs>(seconds * base::kSecond, kRetryAfterMax);
}

bool is_retried(int status) {
  return status / 100 == 5 || status == 408 || status == 425 || status == 429;
}

}  // namespace

std::string_view to_string(FailureReason reason) {
  switch (reason) {
    case FailureReason::kOther:
      return "other";
    case FailureReason::kClientError:
      return "clientError";
    case FailureReason::kServerError:
      return "serverError";
    case FailureReason::kContextCanceled:
      return "contextCanceled";
    case FailureReason::kContextDeadlineExceeded:
      return "contextDeadlineExceeded";
    case FailureReason::kAuthError:
      return "authError";
    case FailureReason::kRateLimited:
      return "rateLimited";
  }
  return "other";
}

Outcome Outcome::retry(std::string error, FailureReason reason) {
  Outcome outcome;
  outcome.kind = Kind::kRetry;
  outcome.error = std::move(error);
  outcome.reason = reason;
  return outcome;
}

Outcome Outcome::permanent(std::string error, FailureReason reason) {
  Outcome outcome = retry(std::move(error), reason);
  outcome.kind = Kind::kPermanent;
  return outcome;
}

Outcome outcome_of_answer(const net::HttpResponse& answer, std::string_view detail) {
  if (answer.status / 100 == 2) return Outcome::sent();
  std::string text = "unexpected status code " + std::to_string(answer.status);
  if (!detail.empty()) {
    text += ": ";
    text += detail.substr(0, kDetailBytesMax);
  }
  const FailureReason reason = reason_of_status(answer.status);
  if (!is_retried(answer.status)) return Outcome::permanent(std::move(text), reason);
  Outcome outcome = Outcome::retry(std::move(text), reason);
  outcome.retry_after = retry_after(answer);
  return outcome;
}

Outcome outcome_of_failure(const base::Error& error) {
  switch (error.code) {
    case base::Code::kInvalid:
    case base::Code::kUnsupported:
    case base::Code::kInternal:
      return Outcome::permanent(error.message);
    case base::Code::kTimeout:
      return Outcome::retry(error.message, FailureReason::kContextDeadlineExceeded);
    case base::Code::kCancelled:
      return Outcome::retry(error.message, FailureReason::kContextCanceled);
    case base::Code::kNotFound:
    case base::Code::kLimit:
    case base::Code::kUnavailable:
      break;
  }
  return Outcome::retry(error.message);
}

}  // namespace tocsin::notifiers
