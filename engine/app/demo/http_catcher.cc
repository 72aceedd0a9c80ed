#include "engine/app/demo/http_catcher.h"

#include <nlohmann/json.hpp>
#include <optional>

namespace tocsin::app::demo {
namespace {

using Json = nlohmann::json;

std::string text_at(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::optional<Message> read_webhook(const Json& body) {
  if (text_at(body, "version") != "4" || !body.contains("alerts")) return std::nullopt;
  Message out{Channel::kWebhook, text_at(body, "status") == "resolved", "", ""};
  for (const Json& alert : body["alerts"]) {
    const Json labels = alert.value("labels", Json::object());
    if (out.title.empty()) out.title = text_at(labels, "alertname");
    if (!out.text.empty()) out.text += '\n';
    out.text += "[" + text_at(alert, "status") + "] " +
                text_at(alert.value("annotations", Json::object()), "summary");
  }
  return out;
}

std::optional<Message> read_slack(const Json& body) {
  const auto attachments = body.find("attachments");
  if (attachments == body.end() || !attachments->is_array() || attachments->empty())
    return std::nullopt;
  const Json& first = attachments->front();
  return Message{Channel::kSlack, text_at(first, "color") == "good",
                 text_at(body, "channel") + " " + text_at(first, "title"), text_at(first, "text")};
}

std::optional<Message> read_pagerduty(const Json& body) {
  const std::string action = text_at(body, "event_action");
  if (text_at(body, "routing_key").empty() || (action != "trigger" && action != "resolve"))
    return std::nullopt;
  const Json payload = body.value("payload", Json::object());
  return Message{Channel::kPagerDuty, action == "resolve", text_at(payload, "summary"),
                 action + ", severity " + text_at(payload, "severity")};
}

struct Endpoint {
  std::string_view path;
  std::optional<Message> (*read)(const Json&);
  int status;
  std::string_view content_type;
  std::string_view answer;
};

constexpr Endpoint kEndpoints[] = {
    {"/webhook", read_webhook, 200, "application/json", R"({"ok":true})"},
    {"/slack", read_slack, 200, "text/plain", "ok"},
    {"/pagerduty/v2/enqueue", read_pagerduty, 202, "application/json",
     R"({"status":"success","message":"Event processed"})"},
};

net::ServerResponse refuse(int status, std::string why) {
  return {.status = status,
          .content_type = "text/plain; charset=utf-8",
          .headers = {},
          .body = std::move(why)};
}

}  // namespace

net::ServerHandler make_http_catcher(Inbox& inbox) {
  return [&inbox](const net::ServerRequest& request) -> net::ServerResponse {
    for (const Endpoint& endpoint : kEndpoints) {
      if (request.path != endpoint.path) continue;
      if (request.method != "POST") return refuse(405, "only POST\n");
      const Json body = Json::parse(request.body, nullptr, /*allow_exceptions=*/false);
      if (!body.is_object()) return refuse(400, "the body is not a JSON object\n");
      auto message = endpoint.read(body);
      if (!message) return refuse(400, "the body is not what this service takes\n");
      inbox.deliver(*std::move(message));
      return {.status = endpoint.status,
              .content_type = std::string(endpoint.content_type),
              .headers = {},
              .body = std::string(endpoint.answer)};
    }
    return refuse(404, "no such receiver\n");
  };
}

}  // namespace tocsin::app::demo
