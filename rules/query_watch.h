// Hears of the queries of rules, for the query log.
#pragma once

#include <string>
#include <string_view>

#include "promql/eval/query.h"

namespace tocsin::rules {

/// One run of a rule's expression.
struct RuleQueryRun {
  std::string_view file;
  std::string_view group;
  std::string_view query;
  base::TimestampMs t = 0;
  promql::QueryStats stats;
  std::string_view error;  ///< Empty: it succeeded.
};

/// Thread-safe.
class QueryWatch {
 public:
  virtual ~QueryWatch() = default;
  /// False: runs need not be told. Asked before each.
  virtual bool wants() const = 0;
  virtual void on_run(const RuleQueryRun& run) = 0;
};

}  // namespace tocsin::rules
