// /api/v1/query, query_range, format_query, parse_query, query_exemplars.
// Behaviour: prometheus web/api/v1/api.go; docs/compatibility.md lists what differs.
#pragma once

#include <string>
#include <vector>

#include "engine/api/query_runner.h"
#include "engine/api/router.h"

namespace tocsin::api {

/// Evaluates queries of HTTP clients. Thread-safe.
class QueryApi {
 public:
  /// What `services` refers to must outlive the object.
  QueryApi(const QueryServices& services, const promql::EvalOptions& options)
      : runner_(services), clock_(services.clock), gate_(services.gate), options_(options) {}
  void mount(Router& router);
  /// An instant query now, under the same limits; for the pages.
  base::Result<promql::QueryResult> run_now(const std::string& text);
  /// All queries, waiting ones as well, end soon with "query was canceled"; for shutdown.
  void cancel() { gate_.close(); }

 private:
  struct Request;
  net::ServerResponse instant(const Call& call) const;
  net::ServerResponse range(const Call& call) const;
  net::ServerResponse format(const Call& call) const;
  net::ServerResponse parse(const Call& call) const;
  net::ServerResponse exemplars(const Call& call) const;

  base::Result<Request, net::ServerResponse> read_request(const class Parameters& parameters,
                                                          const promql::EvalRange& range) const;
  net::ServerResponse evaluate(const Call& call, const Parameters& parameters,
                               const promql::EvalRange& range, size_t limit) const;

  const QueryRunner runner_;
  const base::Clock& clock_;
  QueryGate& gate_;
  const promql::EvalOptions options_;
};

}  // namespace tocsin::api
