#include "engine/api/posted_alerts.h"

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
  ASSIGN_OR_RETURN(const base::TimestampMs t, base::parse_rfc3339(found->get<std::string>()));
  return t < kYearTwo ? base::TimestampMs{0} : t;
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
  if (const auto url = json.find("generatorURL"); url != json.end() && url->is_string()) {
    out.generator_url = url->get<std::string>();
  }
  return out;
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

base::Result<std::vector<base::Alert>> parse_posted_alerts(std::string_view body) {
  const std::string refusal = "parsing alerts body from \"\" failed, because ";
  if (too_deep(body)) return Error{Code::kInvalid, refusal + "it is nested too deeply"};
  const Json json = Json::parse(body, nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded()) return Error{Code::kInvalid, refusal + "it is not JSON"};
  if (!json.is_array()) return Error{Code::kInvalid, refusal + "it is not an array of alerts"};
  std::vector<base::Alert> out;
  out.reserve(json.size());
  for (const Json& item : json) {
    auto alert = read_alert(item);
    if (!alert) return Error{Code::kInvalid, refusal + alert.error().message};
    out.push_back(*std::move(alert));
  }
  return out;
}

}  // namespace tocsin::api
