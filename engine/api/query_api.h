// /api/v1/query, query_range, format_query, query_exemplars.
// Behaviour: prometheus web/api/v1/api.go; docs/compatibility.md lists what differs.
#pragma once

#include <atomic>

#include "engine/api/router.h"
#include "promql/eval/query.h"

namespace tocsin::api {

/// Evaluates queries of HTTP clients, at most `concurrency_max` at once; a call beyond that is
/// refused with 503 rather than queued without bound. Thread-safe.
class QueryApi {
 public:
  /// All references must outlive the object.
  QueryApi(base::SeriesSource& source, const base::Clock& clock, promql::EvalOptions options,
           uint32_t concurrency_max);
  void mount(Router& router);
  /// An instant query now, under the same limits; for the pages.
  base::Result<promql::QueryResult> run_now(const std::string& text);
  /// Running queries end soon with "query was canceled"; for shutdown.
  void cancel() { cancel_.store(true); }

 private:
  net::ServerResponse instant(const Call& call);
  net::ServerResponse range(const Call& call);
  net::ServerResponse format(const Call& call) const;
  net::ServerResponse exemplars(const Call& call) const;

  net::ServerResponse evaluate(const std::string& text, const promql::EvalRange& range,
                               const class Parameters& parameters);
  base::Error too_many() const;

  base::SeriesSource& source_;
  const base::Clock& clock_;
  const promql::EvalOptions options_;
  const uint32_t concurrency_max_;
  std::atomic<uint32_t> running_{0};
  promql::CancelFlag cancel_{false};
};

}  // namespace tocsin::api
