// tocsin query instant|range: ask a running server, print what it says.
#include <nlohmann/json.hpp>

#include "engine/api/parameters.h"
#include "engine/app/commands.h"
#include "engine/app/fetch.h"
#include "engine/app/terminal.h"
#include "engine/base/number.h"
#include "engine/net/http_server.h"

namespace tocsin::app {
namespace {

using Json = nlohmann::json;

constexpr int64_t kDefaultPoints = 250;

std::string seconds_of(base::TimestampMs t) {
  std::string out;
  base::append_timestamp(out, t);
  return out;
}

std::string metric_text(const Json& metric) {
  base::LabelsBuilder labels;
  for (const auto& [name, value] : metric.items()) labels.set(name, value.get<std::string>());
  return labels.build().to_metric();
}

std::string value_text(const Json& pair) {
  return pair.at(1).get<std::string>() + " @[" + pair.at(0).dump() + "]";
}

// As promtool prints results: a line per sample.
std::string result_text(const Json& data) {
  const std::string type = data.at("resultType");
  const Json& result = data.at("result");
  std::string out;
  if (type == "scalar" || type == "string") {
    return type + ": " + value_text(result) + "\n";
  }
  for (const Json& series : result) {
    out += metric_text(series.at("metric"));
    if (type == "vector") {
      out += " => " + value_text(series.at("value")) + "\n";
      continue;
    }
    out += " =>\n";
    for (const Json& pair : series.at("values")) out += value_text(pair) + "\n";
  }
  return out;
}

std::string text_at(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

int print_answer(const base::Result<net::HttpResponse>& answer, const QueryFlags& flags) {
  if (!answer) {
    print_error("cannot ask " + flags.server + ": " + answer.error().message);
    return kExitFailed;
  }
  const Json body = Json::parse(answer->body, nullptr, /*allow_exceptions=*/false);
  if (!body.is_object()) {
    print_error(flags.server + " answered with status " + std::to_string(answer->status) +
                " and no JSON; is it a Prometheus-compatible server?");
    return kExitFailed;
  }
  if (text_at(body, "status") != "success") {
    print_error("query error: " + text_at(body, "errorType") + ": " + text_at(body, "error"));
    return kExitFailed;
  }
  for (const char* kind : {"warnings", "infos"}) {
    for (const Json& text : body.value(kind, Json::array()))
      print_error(text.is_string() ? text.get<std::string>() : text.dump());
  }
  if (flags.format == OutputFormat::kJson) {
    print_out(body.at("data").at("result").dump() + "\n");
    return kExitOk;
  }
  try {
    print_out(result_text(body.at("data")));
  } catch (const Json::exception&) {
    print_error(flags.server + " answered with JSON of an unexpected shape");
    return kExitFailed;
  }
  return kExitOk;
}

int ask(const std::string& path, std::string form, const QueryFlags& flags) {
  std::string server = flags.server;
  while (server.ends_with('/')) server.pop_back();
  if (server.find("://") == std::string::npos) server = "http://" + server;
  net::HttpRequest request;
  request.method = "POST";
  request.url = server + path;
  request.headers = {{"Content-Type", "application/x-www-form-urlencoded"}};
  request.body = std::move(form);
  request.timeout = 3 * base::kMinute;
  return print_answer(fetch(std::move(request)), flags);
}

}  // namespace

int run_query_instant(const QueryFlags& flags) {
  std::string form = "query=" + net::percent_encode(flags.expr);
  if (!flags.time.empty()) form += "&time=" + net::percent_encode(flags.time);
  return ask("/api/v1/query", std::move(form), flags);
}

int run_query_range(const QueryFlags& flags) {
  const base::SystemClock clock;
  base::TimestampMs end = clock.now();
  if (!flags.end.empty()) {
    const auto parsed = api::parse_time(flags.end);
    if (!parsed) return print_error("--end: " + parsed.error().message), kExitUsage;
    end = *parsed;
  }
  base::TimestampMs start = end - base::kHour;
  if (!flags.start.empty()) {
    const auto parsed = api::parse_time(flags.start);
    if (!parsed) return print_error("--start: " + parsed.error().message), kExitUsage;
    start = *parsed;
  }
  base::DurationMs step = std::max<base::DurationMs>(base::kSecond, (end - start) / kDefaultPoints);
  if (!flags.step.empty()) {
    const auto parsed = api::parse_step(flags.step);
    if (!parsed) return print_error("--step: " + parsed.error().message), kExitUsage;
    step = *parsed;
  }
  return ask("/api/v1/query_range",
             "query=" + net::percent_encode(flags.expr) + "&start=" + seconds_of(start) +
                 "&end=" + seconds_of(end) + "&step=" + seconds_of(step),
             flags);
}

}  // namespace tocsin::app
