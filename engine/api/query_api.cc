#include "engine/api/query_api.h"

#include "engine/api/envelope.h"
#include "engine/api/parameters.h"
#include "engine/api/result_json.h"
#include "engine/base/json_writer.h"
#include "promql/syntax/printer.h"

namespace tocsin::api {
namespace {

constexpr int64_t kPointsMax = 11'000;

// Counts one running query for as long as it lives.
class Slot {
 public:
  Slot(std::atomic<uint32_t>& running, uint32_t most)
      : running_(running), granted_(running.fetch_add(1) < most) {}
  ~Slot() { running_.fetch_sub(1); }
  Slot(const Slot&) = delete;
  Slot& operator=(const Slot&) = delete;
  bool granted() const { return granted_; }

 private:
  std::atomic<uint32_t>& running_;
  bool granted_;
};

std::vector<std::string> warnings_of(const promql::QueryResult& result, const std::string& text,
                                     bool whole) {
  auto out = result.annotations.render(base::Severity::kWarning, text, 10);
  if (!whole) out.emplace_back("results truncated due to limit");
  return out;
}

}  // namespace

QueryApi::QueryApi(base::SeriesSource& source, const base::Clock& clock,
                   promql::EvalOptions options, uint32_t concurrency_max)
    : source_(source), clock_(clock), options_(options), concurrency_max_(concurrency_max) {}

void QueryApi::mount(Router& router) {
  router.add_query("/api/v1/query", [this](const Call& call) { return instant(call); });
  router.add_query("/api/v1/query_range", [this](const Call& call) { return range(call); });
  router.add_query("/api/v1/format_query", [this](const Call& call) { return format(call); });
  router.add_query("/api/v1/query_exemplars", [this](const Call& call) { return exemplars(call); });
}

net::ServerResponse QueryApi::instant(const Call& call) {
  const Parameters parameters(call.http);
  promql::EvalRange range{clock_.now(), 0, 0};
  if (const auto text = parameters.get("time"); !text.empty()) {
    const auto time = parse_time(text);
    if (!time)
      return bad_parameter("time", "invalid time value for 'time': " + time.error().message);
    range.start = *time;
  }
  range.end = range.start;
  return evaluate(std::string(parameters.get("query")), range, parameters);
}

net::ServerResponse QueryApi::range(const Call& call) {
  const Parameters parameters(call.http);
  if (const auto limit = parse_limit(parameters.get("limit")); !limit)
    return bad_parameter("limit", limit.error().message);
  const auto start = parse_time(parameters.get("start"));
  if (!start) return bad_parameter("start", start.error().message);
  const auto end = parse_time(parameters.get("end"));
  if (!end) return bad_parameter("end", end.error().message);
  if (*end < *start) return bad_parameter("end", "end timestamp must not be before start time");
  const auto step = parse_step(parameters.get("step"));
  if (!step) return bad_parameter("step", step.error().message);
  if (*step <= 0) {
    return bad_parameter(
        "step",
        "zero or negative query resolution step widths are not accepted. Try a positive integer");
  }
  if ((*end - *start) / *step > kPointsMax) {
    return failure(ErrorType::kBadData,
                   "exceeded maximum resolution of 11,000 points per timeseries. Try decreasing "
                   "the query resolution (?step=XX)");
  }
  return evaluate(std::string(parameters.get("query")), {*start, *end, *step}, parameters);
}

net::ServerResponse QueryApi::evaluate(const std::string& text, const promql::EvalRange& range,
                                       const Parameters& parameters) {
  const auto limit = parse_limit(parameters.get("limit"));
  if (!limit) return bad_parameter("limit", limit.error().message);
  promql::EvalOptions options = options_;
  if (const auto timeout_text = parameters.get("timeout"); !timeout_text.empty()) {
    const auto timeout = parse_step(timeout_text);
    if (!timeout) return bad_parameter("timeout", timeout.error().message);
    options.limits.timeout = std::min(options.limits.timeout, *timeout);
  }
  if (const auto lookback_text = parameters.get("lookback_delta"); !lookback_text.empty()) {
    const auto lookback = parse_step(lookback_text);
    if (!lookback)
      return failure(ErrorType::kBadData,
                     "error parsing lookback delta duration: " + lookback.error().message);
    if (*lookback > 0) options.lookback_delta = *lookback;
  }
  const auto expr = promql::parse_expr(text, options.features);
  if (!expr) return bad_parameter("query", expr.error().message);
  const promql::ValueType type = promql::type_of(**expr);
  if (!range.instant() && type != promql::ValueType::kScalar &&
      type != promql::ValueType::kVector) {
    return bad_parameter("query", "invalid expression type \"" +
                                      std::string(promql::describe(type)) +
                                      "\" for range query, must be Scalar or instant Vector");
  }
  const Slot slot(running_, concurrency_max_);
  if (!slot.granted()) return evaluation_failure(too_many());
  const auto query = promql::Query::prepare(**expr, text, source_, options, clock_);
  if (!query) return evaluation_failure(query.error());
  const auto result = (*query)->run(range, &cancel_);
  if (!result) return evaluation_failure(result.error());
  std::string data;
  const bool whole = append_result(data, *result, *limit, !parameters.get("stats").empty());
  return success(data, warnings_of(*result, text, whole),
                 result->annotations.render(base::Severity::kInfo, text, 10));
}

base::Error QueryApi::too_many() const {
  return {base::Code::kTimeout, "too many queries at once: more than --query.max-concurrency=" +
                                    std::to_string(concurrency_max_)};
}

base::Result<promql::QueryResult> QueryApi::run_now(const std::string& text) {
  ASSIGN_OR_RETURN(const auto expr, promql::parse_expr(text, options_.features));
  const Slot slot(running_, concurrency_max_);
  if (!slot.granted()) return too_many();
  ASSIGN_OR_RETURN(const auto query,
                   promql::Query::prepare(*expr, text, source_, options_, clock_));
  const base::TimestampMs now = clock_.now();
  return query->run({now, now, 0}, &cancel_);
}

// No exemplars are stored; Grafana asks at start-up and wants an answer.
net::ServerResponse QueryApi::exemplars(const Call& call) const {
  const Parameters parameters(call.http);
  base::TimestampMs start = kTimeMin;
  base::TimestampMs end = kTimeMax;
  for (const auto& [name, time] : {std::pair{"start", &start}, {"end", &end}}) {
    if (parameters.get(name).empty()) continue;
    const auto parsed = parse_time(parameters.get(name));
    if (!parsed) {
      return bad_parameter(
          name, "invalid time value for '" + std::string(name) + "': " + parsed.error().message);
    }
    *time = *parsed;
  }
  if (end < start)
    return failure(ErrorType::kBadData, "end timestamp must not be before start timestamp");
  const auto expr = promql::parse_expr(parameters.get("query"), options_.features);
  if (!expr) return failure(ErrorType::kBadData, expr.error().message);
  return success("[]");
}

net::ServerResponse QueryApi::format(const Call& call) const {
  const Parameters parameters(call.http);
  const auto expr = promql::parse_expr(parameters.get("query"), options_.features);
  if (!expr) return bad_parameter("query", expr.error().message);
  std::string data;
  base::append_json_string(data, promql::pretty_print(**expr));
  return success(data);
}

}  // namespace tocsin::api
