#include "engine/api/posted_alerts.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace tocsin::api {
namespace {

using base::Code;
using base::Error;
using Json = nlohmann::json;

constexpr base::TimestampMs kYearTwo = -62'104'060'800'000;  // Before it lies Go's zero time.

base::Result<base::TimestampMs> read_time(const Json& alert, const char* key) {
  const auto found = alert.find(key);
  if (found == alert.end() || found->is_null()) return base::TimestampMs{0};
  if (!found->is_string()) return Error{Code::kInvalid, std::string(key) + " must be a time"};
  const auto text = found->get<std::string>();
  if (text.empty()) return base::TimestampMs{0};
  // Upstream takes these shorter forms as well.
  for (const char* missing : {"", "Z", ":00Z", "T00:00:00Z"}) {
    const auto t = base::parse_rfc3339(text + missing);
    if (t) return *t < kYearTwo ? base::TimestampMs{0} : *t;
  }
  return Error{Code::kInvalid, std::string(key) + ": " + base::go_quote(text) + " is not a time"};
}

base::Result<base::Labels> read_labels(const Json& alert, const char* key) {
  const auto found = alert.find(key);
  base::LabelsBuilder labels;
  if (found == alert.end() || found->is_null()) return labels.build();
  if (!found->is_object())
    return Error{Code::kInvalid, std::string(key) + " must be an object of strings"};
  for (const auto& [name, value] : found->items()) {
    if (!value.is_string())
      return Error{Code::kInvalid, std::string(key) + "." + name + " must be a string"};
    if (name.empty()) return Error{Code::kInvalid, std::string(key) + ": a name is empty"};
    labels.set(name, value.get<std::string>());
  }
  return labels.build();
}

base::Result<base::Alert> read_alert(const Json& json) {
  if (!json.is_object()) return Error{Code::kInvalid, "each alert must be an object"};
  base::Alert out;
  ASSIGN_OR_RETURN(out.labels, read_labels(json, "labels"));
  ASSIGN_OR_RETURN(out.annotations, read_labels(json, "annotations"));
  ASSIGN_OR_RETURN(out.starts_at, read_time(json, "startsAt"));
  ASSIGN_OR_RETURN(out.ends_at, read_time(json, "endsAt"));
  const auto url = json.find("generatorURL");
  if (url == json.end() || url->is_null()) return out;
  if (!url->is_string()) return Error{Code::kInvalid, "generatorURL must be a string"};
  out.generator_url = url->get<std::string>();
  return out;
}

// A path, or a scheme and something behind it, without blanks or control characters.
bool is_uri(std::string_view text) {
  if (std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) <= ' '; }))
    return false;
  if (text.starts_with('/')) return true;
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  return !text.empty() && is_letter(text[0]) && text.find(':') != std::string_view::npos;
}

// What upstream's schema demands of the alert at `index`; the first violation, or "".
std::string violation(const Json& json, const base::Alert& alert, size_t index, int& code) {
  const std::string place = std::to_string(index);
  const auto labels = json.find("labels");
  if (labels == json.end() || labels->is_null()) {
    code = 602;
    return place + ".labels in body is required";
  }
  if (alert.generator_url.empty() || is_uri(alert.generator_url)) return {};
  code = 601;
  return place +
         ".generatorURL in body must be of type uri: " + base::go_quote(alert.generator_url);
}

// nlohmann recurses on nesting; an alert needs three levels.
bool too_deep(std::string_view body) {
  constexpr int kDepthMax = 16;
  int depth = 0;
  bool in_string = false;
  for (size_t i = 0; i < body.size(); ++i) {
    const char c = body[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '[' || c == '{') {
      if (++depth > kDepthMax) return true;
    } else if (c == ']' || c == '}') {
      --depth;
    }
  }
  return false;
}

}  // namespace

base::Result<std::vector<base::Alert>, BodyRefusal> parse_posted_alerts(std::string_view body) {
  const auto refuse = [](std::string_view reason) {
    return BodyRefusal{400, 400,
                       "parsing alerts body from \"\" failed, because " + std::string(reason)};
  };
  if (body.empty()) return BodyRefusal{422, 602, "alerts in body is required"};
  if (too_deep(body)) return refuse("it is nested too deeply");
  const Json json = Json::parse(body, nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded()) return refuse("it is not JSON");
  std::vector<base::Alert> out;
  if (json.is_null()) return out;
  if (!json.is_array()) return refuse("it is not an array of alerts");
  out.reserve(json.size());
  for (const Json& item : json) {
    auto alert = read_alert(item);
    if (!alert) return refuse(alert.error().message);
    out.push_back(*std::move(alert));
  }
  // As upstream, all is decoded before anything is validated.
  for (size_t i = 0; i < out.size(); ++i) {
    int code = 0;
    std::string reason = violation(json[i], out[i], i, code);
    if (!reason.empty()) return BodyRefusal{422, code, std::move(reason)};
  }
  return out;
}

}  // namespace tocsin::api
