// Runs one query of a client: its turn, its plan, its traces.
#pragma once

#include <atomic>
#include <string>

#include "engine/api/active_queries.h"
#include "engine/api/query_gate.h"
#include "engine/api/query_log.h"
#include "promql/eval/query.h"

namespace tocsin::api {

/// What queries need. All outlive the runner.
struct QueryServices {
  base::SeriesSource& source;
  const base::Clock& clock;
  QueryGate& gate;
  ActiveQueries* active = nullptr;  ///< Null: not noted. Has at least the gate's places.
  QueryLog* log = nullptr;          ///< Null: not logged.
  /// Of subqueries that name none: the global evaluation interval. Null: as the options say.
  const std::atomic<base::DurationMs>* subquery_step = nullptr;
};

struct QueryOrder {
  std::string text;
  promql::EvalRange range;
  promql::EvalOptions options;  ///< Its timeout includes the time in the queue.
  std::string origin;           ///< Of the query log.
  promql::CancelFlag& cancel;   ///< Also set at shutdown.
  bool as_table = false;        ///< Samples come as promql::Query::run_table() has them.
};

struct QueryOutcome {
  promql::QueryResult result;
  QueryTimings timings;
};

/// Thread-safe.
class QueryRunner {
 public:
  explicit QueryRunner(const QueryServices& services) : services_(services) {}
  /// `expr` is `order.text`, parsed. Fails as promql::Query does, and with what QueryGate says.
  base::Result<QueryOutcome> run(const promql::Expr& expr, const QueryOrder& order) const;

 private:
  base::Result<promql::QueryResult> evaluate(const promql::Expr& expr, const QueryOrder& order,
                                             QueryTimings& timings) const;
  const QueryServices services_;
};

}  // namespace tocsin::api
