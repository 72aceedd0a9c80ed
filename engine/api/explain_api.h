// /api/v1/query_explain: why a query answers what it answers. Tocsin's own.
#pragma once

#include "engine/api/query_runner.h"
#include "engine/api/router.h"

namespace tocsin::api {

/// Explains queries of HTTP clients, under the limits of queries and through the same gate.
/// Parameters: query; time, or start, end and step; timeout and lookback_delta as of /query; format
/// "json" (default: promql::to_json in the envelope) or "text" (plain text, with colours=true for a
/// terminal; 422 when the evaluation failed). Thread-safe.
class ExplainApi {
 public:
  /// What `services` refers to must outlive the object.
  ExplainApi(const QueryServices& services, const promql::EvalOptions& options)
      : services_(services), options_(options) {}
  void mount(Router& router) const;

 private:
  net::ServerResponse explain(const Call& call) const;

  const QueryServices services_;
  const promql::EvalOptions options_;
};

}  // namespace tocsin::api
