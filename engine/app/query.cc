// tocsin query instant|range: ask a running server, or the data of a file, print what it says.
#include <fstream>
#include <nlohmann/json.hpp>

#include "engine/api/parameters.h"
#include "engine/app/commands.h"
#include "engine/app/fetch.h"
#include "engine/app/query_offline.h"
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

// promtool prints values without exponents; what is no number stays as it came.
std::string value_text(const Json& pair) {
  const auto text = pair.at(1).get<std::string>();
  const auto value = base::parse_float(text);
  return (value ? base::format_fixed(*value) : text) + " @[" + pair.at(0).dump() + "]";
}

// {count:3, sum:4.5, (1,2]:3}, as count_values labels and templates show native histograms.
std::string histogram_text(const Json& pair) {
  const Json& histogram = pair.at(1);
  std::string out = "{count:" + histogram.at("count").get<std::string>() +
                    ", sum:" + histogram.at("sum").get<std::string>();
  for (const Json& bucket : histogram.value("buckets", Json::array())) {
    const int ends = bucket.at(0).get<int>();
    const bool has_lower = ends == 1 || ends == 3;
    const bool has_upper = ends == 0 || ends == 3;
    out += has_lower ? ", [" : ", (";
    out += bucket.at(1).get<std::string>() + "," + bucket.at(2).get<std::string>();
    out += has_upper ? "]:" : "):";
    out += bucket.at(3).get<std::string>();
  }
  return out + "} @[" + pair.at(0).dump() + "]";
}

// As promtool prints results: a line per sample.
std::string result_text(const Json& data) {
  const std::string type = data.at("resultType");
  const Json& result = data.at("result");
  std::string out;
  if (type == "scalar") return "scalar: " + value_text(result) + "\n";
  if (type == "string") {
    return "string: " + result.at(1).get<std::string>() + " @[" + result.at(0).dump() + "]\n";
  }
  for (const Json& series : result) {
    out += metric_text(series.at("metric"));
    if (type == "vector") {
      const auto histogram = series.find("histogram");
      out += " => " +
             (histogram == series.end() ? value_text(series.at("value"))
                                        : histogram_text(*histogram)) +
             "\n";
      continue;
    }
    out += " =>\n";
    for (const Json& pair : series.value("values", Json::array())) out += value_text(pair) + "\n";
    for (const Json& pair : series.value("histograms", Json::array())) {
      out += histogram_text(pair) + "\n";
    }
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

net::HttpRequest request_to(std::string server, const std::string& path, std::string form) {
  while (server.ends_with('/')) server.pop_back();
  if (server.find("://") == std::string::npos) server = "http://" + server;
  net::HttpRequest request;
  request.method = "POST";
  request.url = server + path;
  request.headers = {{"Content-Type", "application/x-www-form-urlencoded"}};
  request.body = std::move(form);
  request.timeout = 3 * base::kMinute;
  return request;
}

std::string form_of(const std::string& expr, const std::string& times) {
  return "query=" + net::percent_encode(expr) + times;
}

// Answers to every line of a file, as they are.
int ask_all(OfflineServer& server, const std::string& path, const std::string& times,
            const QueryFlags& flags) {
  std::ifstream file(flags.queries);
  if (!file) return print_error("cannot read " + flags.queries), kExitUsage;
  for (std::string line; std::getline(file, line);) {
    print_out(server.post(path, form_of(line, times)).body + "\n");
  }
  return kExitOk;
}

int ask_offline(const std::string& path, const std::string& times, QueryFlags flags) {
  // One argument: there is no server to name.
  if (flags.expr.empty()) flags.expr = std::exchange(flags.server, flags.data);
  const auto server = OfflineServer::open(flags.data, flags.features);
  if (!server) return print_error(server.error()), kExitFailed;
  if (!flags.queries.empty()) return ask_all(**server, path, times, flags);
  return print_answer((*server)->post(path, form_of(flags.expr, times)), flags);
}

// `times` are the form's parameters besides the query.
int ask(const std::string& path, const std::string& times, const QueryFlags& flags) {
  if (!flags.data.empty()) return ask_offline(path, times, flags);
  if (!flags.queries.empty()) return print_error("--queries needs --data"), kExitUsage;
  if (flags.expr.empty()) return print_error("name a server and an expression"), kExitUsage;
  return print_answer(fetch(request_to(flags.server, path, form_of(flags.expr, times))), flags);
}

}  // namespace

int run_query_instant(const QueryFlags& flags) {
  std::string times;
  if (!flags.time.empty()) times = "&time=" + net::percent_encode(flags.time);
  return ask("/api/v1/query", times, flags);
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
  return ask(
      "/api/v1/query_range",
      "&start=" + seconds_of(start) + "&end=" + seconds_of(end) + "&step=" + seconds_of(step),
      flags);
}

}  // namespace tocsin::app
