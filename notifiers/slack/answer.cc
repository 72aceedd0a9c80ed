#include "notifiers/slack/answer.h"

#include <nlohmann/json.hpp>

#include "engine/base/labels.h"
#include "notifiers/slack/message.h"

namespace tocsin::notifiers {

namespace {

constexpr size_t kShownBytesMax = 1024;  // Of an answer that is no answer of Slack's.

std::string text_of(const nlohmann::json& answer, const char* key) {
  const auto found = answer.find(key);
  return found != answer.end() && found->is_string() ? found->get<std::string>() : std::string();
}

Outcome judge_json(const net::HttpResponse& answer) {
  const auto parsed = nlohmann::json::parse(answer.body, nullptr, false);
  if (!parsed.is_object()) {
    return Outcome::retry(
        "could not unmarshal JSON response " +
            base::go_quote(std::string_view(answer.body).substr(0, kShownBytesMax)),
        FailureReason::kClientError);
  }
  const auto ok = parsed.find("ok");
  if (ok == parsed.end() || !ok->is_boolean() || !ok->get<bool>()) {
    return Outcome::permanent(
        "error response from Slack: " + text_of(parsed, "error").substr(0, kShownBytesMax),
        FailureReason::kClientError);
  }
  Outcome outcome = Outcome::sent();
  const std::string thread = text_of(parsed, "ts");
  const std::string channel = text_of(parsed, "channel");
  if (!thread.empty() && !channel.empty()) {
    outcome.receiver_data = ReceiverData{{kSlackThread, thread}, {kSlackChannel, channel}};
  }
  return outcome;
}

Outcome judge(const net::HttpResponse& answer) {
  if (answer.status / 100 != 2) return outcome_of_answer(answer, answer.body);
  if (answer.header("content-type").starts_with("application/json")) return judge_json(answer);
  if (answer.body == "ok") return Outcome::sent();
  return Outcome::permanent(
      "received an error response from Slack: " + answer.body.substr(0, kShownBytesMax),
      FailureReason::kClientError);
}

}  // namespace

Outcome slack_outcome(const net::HttpResponse& answer, std::string_view channel) {
  Outcome outcome = judge(answer);
  if (outcome.kind != Outcome::Kind::kSent) {
    outcome.error = "channel " + base::go_quote(channel) + ": " + outcome.error;
  }
  return outcome;
}

}  // namespace tocsin::notifiers
