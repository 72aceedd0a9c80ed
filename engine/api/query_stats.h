// What a query took, as the API and the query log show it.
#pragma once

#include <cstdint>
#include <string>

#include "promql/eval/query.h"

namespace tocsin::api {

/// Nanoseconds. The result is sorted while it is evaluated.
struct QueryTimings {
  int64_t queue = 0;    ///< Waiting for a place among the queries that run at once.
  int64_t prepare = 0;  ///< Making the plan.
  int64_t eval = 0;     ///< Running it.
  int64_t total = 0;    ///< All of it.
};

/// {"timings":{…},"samples":{…}}, times in seconds; with the samples of each step of `range` where
/// they were counted. Source: prometheus util/stats/query_stats.go.
std::string query_stats_json(const QueryTimings& timings, const promql::QueryStats& stats,
                             const promql::EvalRange& range);

}  // namespace tocsin::api
