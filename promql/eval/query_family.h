// Standing queries that run in a row at one timestamp, and what they have in common.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "promql/eval/query.h"

namespace tocsin::promql {

/// The queries of one owner, a rule group say. A subexpression that several of them contain is
/// evaluated once per pass; each gets a copy of its values. Used by one thread at a time, and so
/// are its queries, which share memory: a run of one ends what another has found.
class QueryFamily {
 public:
  /// `source` and `clock` outlive the family and its queries. `written`: metrics that come and go
  /// between two queries of a pass, because the owner writes them; what reads them is not shared.
  static std::shared_ptr<QueryFamily> make(base::SeriesSource& source, const EvalOptions& options,
                                           const base::Clock& clock,
                                           std::vector<std::string> written);
  virtual ~QueryFamily() = default;

  /// Says that prepare() will come for `expr`, this very object. All announcements come before the
  /// first prepare().
  virtual void announce(const Expr& expr) = 0;
  /// As Query::prepare, once for what was announced. The query keeps the family's state alive.
  virtual base::Result<std::unique_ptr<Query>> prepare(const Expr& expr, std::string text) = 0;
  /// What was evaluated before is out of date. Queries that may share anything see the source as
  /// it is now until end_pass(); others, those that read what is `written` say, as it is when they
  /// run.
  virtual void begin_pass() = 0;
  /// What was found will not be looked at any more.
  virtual void end_pass() = 0;
};

}  // namespace tocsin::promql
