#include "engine/api/explain_api.h"

#include <algorithm>

#include "engine/api/envelope.h"
#include "engine/api/parameters.h"
#include "promql/plan/explain.h"

namespace tocsin::api {
namespace {

constexpr int64_t kStepsMax = 11'000;

using Failed = net::ServerResponse;

base::Result<base::TimestampMs, Failed> read_time(const Parameters& parameters,
                                                  std::string_view name,
                                                  base::TimestampMs otherwise) {
  const std::string_view text = parameters.get(name);
  if (text.empty()) return otherwise;
  auto time = parse_time(text);
  if (!time) return bad_parameter(name, time.error().message);
  return *time;
}

base::Result<base::DurationMs, Failed> read_duration(const Parameters& parameters,
                                                     std::string_view name,
                                                     base::DurationMs otherwise) {
  const std::string_view text = parameters.get(name);
  if (text.empty()) return otherwise;
  auto duration = parse_step(text);
  if (!duration) return bad_parameter(name, duration.error().message);
  if (*duration <= 0) return bad_parameter(name, "must be greater than 0");
  return *duration;
}

base::Result<promql::EvalRange, Failed> read_range(const Parameters& parameters,
                                                   base::TimestampMs now) {
  if (!parameters.has("start") && !parameters.has("end") && !parameters.has("step")) {
    ASSIGN_OR_RETURN(const auto time, read_time(parameters, "time", now));
    return promql::EvalRange{time, time, 0};
  }
  for (const std::string_view name : {"start", "end", "step"}) {
    if (!parameters.has(name)) return bad_parameter(name, "a range needs start, end and step");
  }
  promql::EvalRange out;
  ASSIGN_OR_RETURN(out.start, read_time(parameters, "start", now));
  ASSIGN_OR_RETURN(out.end, read_time(parameters, "end", now));
  ASSIGN_OR_RETURN(out.step, read_duration(parameters, "step", 0));
  if (out.end < out.start)
    return bad_parameter("end", "end timestamp must not be before start time");
  if ((out.end - out.start) / out.step > kStepsMax)
    return bad_parameter("step", "at most 11,000 steps");
  return out;
}

net::ServerResponse as_text(const promql::Explanation& explanation, bool colours) {
  return {.status = explanation.error ? 422 : 200,
          .content_type = "text/plain; charset=utf-8",
          .headers = {},
          .body = promql::to_text(explanation, colours)};
}

}  // namespace

void ExplainApi::mount(Router& router) const {
  router.add_query("/api/v1/query_explain", [this](const Call& call) { return explain(call); });
}

net::ServerResponse ExplainApi::explain(const Call& call) const {
  const Parameters parameters(call.http);
  const auto range = read_range(parameters, services_.clock.now());
  if (!range) return range.error();
  promql::EvalOptions options = options_;
  if (services_.subquery_step != nullptr)
    options.default_subquery_step = services_.subquery_step->load();
  const auto timeout = read_duration(parameters, "timeout", options.limits.timeout);
  if (!timeout) return timeout.error();
  options.limits.timeout = std::min(options.limits.timeout, *timeout);
  const auto lookback = read_duration(parameters, "lookback_delta", options.lookback_delta);
  if (!lookback) return lookback.error();
  options.lookback_delta = *lookback;
  const std::string_view format = parameters.get("format");
  if (!format.empty() && format != "json" && format != "text")
    return bad_parameter("format", "must be json or text");
  const std::string text(parameters.get("query"));
  const auto expr = promql::parse_expr(text, options.features);
  if (!expr) return bad_parameter("query", expr.error().message);

  promql::CancelFlag not_told{false};
  promql::CancelFlag& cancel = call.http.cancelled != nullptr ? *call.http.cancelled : not_told;
  const int64_t asked_ns = services_.clock.steady_ns();
  const auto place =
      services_.gate.enter(asked_ns + options.limits.timeout * int64_t{1'000'000}, cancel);
  if (!place) return evaluation_failure(place.error());
  const NotedQuery noted(services_.active, place->number(), text, services_.clock.now());
  const base::DurationMs waited = (services_.clock.steady_ns() - asked_ns) / 1'000'000;
  options.limits.timeout = std::max<base::DurationMs>(options.limits.timeout - waited, 0);
  const auto explanation =
      promql::explain(**expr, text, services_.source, options, services_.clock, *range, &cancel);
  if (!explanation) return evaluation_failure(explanation.error());
  if (format == "text") return as_text(*explanation, parameters.get("colours") == "true");
  return success(promql::to_json(*explanation));
}

}  // namespace tocsin::api
