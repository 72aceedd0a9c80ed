// Writes the queries of rules to the query log.
#pragma once

#include "engine/api/query_log.h"
#include "rules/query_watch.h"

namespace tocsin::api {

/// `log` must outlive it. Thread-safe.
class RuleQueryLog final : public rules::QueryWatch {
 public:
  explicit RuleQueryLog(QueryLog& log) : log_(log) {}
  bool wants() const override { return log_.is_enabled(); }
  void on_run(const rules::RuleQueryRun& run) override;

 private:
  QueryLog& log_;
};

}  // namespace tocsin::api
