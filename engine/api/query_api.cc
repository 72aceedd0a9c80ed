#include "engine/api/query_api.h"

#include <algorithm>

#include "engine/api/envelope.h"
#include "engine/api/expr_json.h"
#include "engine/api/parameters.h"
#include "engine/api/query_answer.h"
#include "engine/api/query_checks.h"
#include "engine/base/json_writer.h"
#include "engine/base/number.h"
#include "promql/syntax/printer.h"

namespace tocsin::api {
namespace {

constexpr int64_t kPointsMax = 11'000;

bool may_be_range(promql::ValueType type) {
  return type == promql::ValueType::kScalar || type == promql::ValueType::kVector;
}

QueryAnswer::Notes notes_of(const promql::QueryResult& result, const std::string& text,
                            std::string_view stats) {
  QueryAnswer::Notes out;
  out.warnings = result.annotations.render(base::Severity::kWarning, text, 10);
  out.infos = result.annotations.render(base::Severity::kInfo, text, 10);
  if (!stats.empty() && stats != "true" && stats != "all") {
    out.warnings.push_back(
        "value " + base::go_quote(stats) +
        " for parameter \"stats\" is deprecated and will be rejected in the next major release, "
        "use \"true\" or \"all\"");
  }
  return out;
}

}  // namespace

// What the parameters of a query say, apart from its times.
struct QueryApi::Request {
  promql::ExprPtr expr;
  promql::EvalOptions options;
};

void QueryApi::mount(Router& router) {
  const auto add = [&](std::string_view name,
                       net::ServerResponse (QueryApi::*handle)(const Call&) const) {
    router.add_query("/api/v1/" + std::string(name),
                     [this, handle](const Call& call) { return (this->*handle)(call); });
  };
  add("query", &QueryApi::instant);
  add("query_range", &QueryApi::range);
  add("format_query", &QueryApi::format);
  add("parse_query", &QueryApi::parse);
  add("query_exemplars", &QueryApi::exemplars);
}

net::ServerResponse QueryApi::instant(const Call& call) const {
  const Parameters parameters(call.http);
  const auto limit = parse_limit(parameters.get("limit"));
  if (!limit) return bad_parameter("limit", limit.error().message);
  promql::EvalRange range{clock_.now(), 0, 0};
  if (const auto text = parameters.get("time"); !text.empty()) {
    const auto time = parse_time(text);
    if (!time)
      return bad_parameter("time", "invalid time value for 'time': " + time.error().message);
    range.start = *time;
  }
  range.end = range.start;
  return evaluate(call, parameters, range, *limit);
}

net::ServerResponse QueryApi::range(const Call& call) const {
  const Parameters parameters(call.http);
  const auto limit = parse_limit(parameters.get("limit"));
  if (!limit) return bad_parameter("limit", limit.error().message);
  const auto start = parse_time(parameters.get("start"));
  if (!start) return bad_parameter("start", start.error().message);
  const auto end = parse_time(parameters.get("end"));
  if (!end) return bad_parameter("end", end.error().message);
  if (*end < *start) return bad_parameter("end", "end timestamp must not be before start time");
  const auto step_ns = parse_duration_ns(parameters.get("step"));
  if (!step_ns) return bad_parameter("step", step_ns.error().message);
  if (*step_ns <= 0) {
    return bad_parameter(
        "step",
        "zero or negative query resolution step widths are not accepted. Try a positive integer");
  }
  const base::DurationMs step = std::max<base::DurationMs>(*step_ns / 1'000'000, 1);
  if ((*end - *start) / step > kPointsMax) {
    return failure(ErrorType::kBadData,
                   "exceeded maximum resolution of 11,000 points per timeseries. Try decreasing "
                   "the query resolution (?step=XX)");
  }
  return evaluate(call, parameters, {*start, *end, step}, *limit);
}

base::Result<QueryApi::Request, net::ServerResponse> QueryApi::read_request(
    const Parameters& parameters, const promql::EvalRange& range) const {
  Request out;
  out.options = options_;
  out.options.count_by_step = options_.features.per_step_stats && parameters.get("stats") == "all";
  if (const auto text = parameters.get("timeout"); !text.empty()) {
    const auto timeout = parse_step(text);
    if (!timeout) return bad_parameter("timeout", timeout.error().message);
    out.options.limits.timeout = std::clamp<base::DurationMs>(*timeout, 0, options_.limits.timeout);
  }
  if (const auto text = parameters.get("lookback_delta"); !text.empty()) {
    const auto lookback = parse_step(text);
    if (!lookback) {
      return failure(ErrorType::kBadData,
                     "error parsing lookback delta duration: " + lookback.error().message);
    }
    if (*lookback > 0) out.options.lookback_delta = *lookback;
  }
  auto expr = promql::parse_expr(parameters.get("query"), options_.features);
  if (!expr) return bad_parameter("query", expr.error().message);
  out.expr = *std::move(expr);
  if (const auto type = promql::type_of(*out.expr); !range.instant() && !may_be_range(type)) {
    return bad_parameter("query", "invalid expression type \"" +
                                      std::string(promql::describe(type)) +
                                      "\" for range query, must be Scalar or instant Vector");
  }
  if (const auto status = check_durations(*out.expr, range); !status.ok())
    return bad_parameter("query", status.error().message);
  return out;
}

net::ServerResponse QueryApi::evaluate(const Call& call, const Parameters& parameters,
                                       const promql::EvalRange& range, size_t limit) const {
  const auto request = read_request(parameters, range);
  if (!request) return request.error();
  promql::CancelFlag not_told{false};
  const QueryOrder order{.text = std::string(parameters.get("query")),
                         .range = range,
                         .options = request->options,
                         .origin = http_origin(call.http.remote, call.http.method, call.http.path),
                         .cancel = call.http.cancelled != nullptr ? *call.http.cancelled : not_told,
                         .as_table = true};
  auto outcome = runner_.run(*request->expr, order);
  if (!outcome) return evaluation_failure(outcome.error());
  const std::string_view stats = parameters.get("stats");
  promql::QueryResult& result = outcome->result;
  std::string stats_json =
      stats.empty() ? std::string() : query_stats_json(outcome->timings, result.stats, range);
  QueryAnswer::Notes notes = notes_of(result, order.text, stats);
  return respond_with(std::make_shared<QueryAnswer>(std::move(result), limit, std::move(stats_json),
                                                    std::move(notes)));
}

base::Result<promql::QueryResult> QueryApi::run_now(const std::string& text) {
  ASSIGN_OR_RETURN(const auto expr, promql::parse_expr(text, options_.features));
  const base::TimestampMs now = clock_.now();
  promql::CancelFlag not_told{false};
  ASSIGN_OR_RETURN(QueryOutcome outcome, runner_.run(*expr, {.text = text,
                                                             .range = {now, now, 0},
                                                             .options = options_,
                                                             .origin = {},
                                                             .cancel = not_told}));
  return std::move(outcome.result);
}

// No exemplars are stored; Grafana asks at start-up and wants an answer.
net::ServerResponse QueryApi::exemplars(const Call& call) const {
  const Parameters parameters(call.http);
  const auto span = parse_time_span(parameters);
  if (!span) return bad_parameter(span.error().name, span.error().detail);
  if (span->end < span->start)
    return failure(ErrorType::kBadData, "end timestamp must not be before start timestamp");
  const auto expr = promql::parse_expr(parameters.get("query"), options_.features);
  if (!expr) return failure(ErrorType::kBadData, expr.error().message);
  return has_selector(**expr) ? success("[]") : no_content();
}

net::ServerResponse QueryApi::format(const Call& call) const {
  const Parameters parameters(call.http);
  const auto expr = promql::parse_expr(parameters.get("query"), options_.features);
  if (!expr) return bad_parameter("query", expr.error().message);
  std::string data;
  base::append_json_string(data, promql::pretty_print(**expr));
  return success(data);
}

net::ServerResponse QueryApi::parse(const Call& call) const {
  const Parameters parameters(call.http);
  const auto expr = promql::parse_expr(parameters.get("query"), options_.features);
  if (!expr) return bad_parameter("query", expr.error().message);
  std::string data;
  append_expr_json(data, **expr);
  return success(data);
}

}  // namespace tocsin::api
