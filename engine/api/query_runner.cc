#include "engine/api/query_runner.h"

#include <algorithm>

namespace tocsin::api {

base::Result<QueryOutcome> QueryRunner::run(const promql::Expr& expr,
                                            const QueryOrder& order) const {
  const int64_t start = services_.clock.steady_ns();
  QueryOutcome out;
  auto result = evaluate(expr, order, out.timings);
  out.timings.total = services_.clock.steady_ns() - start;
  if (services_.log != nullptr && services_.log->is_enabled()) {
    services_.log->write({.query = order.text,
                          .range = order.range,
                          .timings = out.timings,
                          .stats = result ? result->stats : promql::QueryStats(),
                          .error = result ? std::string_view() : result.error().message,
                          .origin = order.origin});
  }
  if (!result) return result.error();
  out.result = *std::move(result);
  return out;
}

base::Result<promql::QueryResult> QueryRunner::evaluate(const promql::Expr& expr,
                                                        const QueryOrder& order,
                                                        QueryTimings& timings) const {
  const base::Clock& clock = services_.clock;
  const int64_t asked = clock.steady_ns();
  const int64_t timeout_ns = order.options.limits.timeout * 1'000'000;
  const auto place = services_.gate.enter(asked + timeout_ns, order.cancel);
  const int64_t entered = clock.steady_ns();
  timings.queue = entered - asked;
  if (!place) return place.error();
  const NotedQuery noted(services_.active, place->number(), order.text, clock.now());
  promql::EvalOptions options = order.options;
  if (services_.subquery_step != nullptr)
    options.default_subquery_step = services_.subquery_step->load();
  options.limits.timeout =
      std::max<base::DurationMs>(options.limits.timeout - timings.queue / 1'000'000, 0);
  const auto query = promql::Query::prepare(expr, order.text, services_.source, options, clock);
  timings.prepare = clock.steady_ns() - entered;
  if (!query) return query.error();
  auto result = order.as_table ? (*query)->run_table(order.range, &order.cancel)
                               : (*query)->run(order.range, &order.cancel);
  timings.eval = clock.steady_ns() - entered - timings.prepare;
  return result;
}

}  // namespace tocsin::api
