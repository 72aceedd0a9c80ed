#include "engine/api/rule_query_log.h"

#include "engine/base/json_writer.h"

namespace tocsin::api {

void RuleQueryLog::on_run(const rules::RuleQueryRun& run) {
  std::string group;
  base::append_plain_json_string(group += "\"ruleGroup\":{\"file\":", run.file);
  base::append_plain_json_string(group += ",\"name\":", run.group);
  group += '}';
  // Rules keep their plans, and no rule waits for another's turn.
  log_.write({.query = run.query,
              .range = {run.t, run.t, 0},
              .timings = {.eval = run.stats.eval_ns, .total = run.stats.eval_ns},
              .stats = run.stats,
              .error = run.error,
              .origin = group});
}

}  // namespace tocsin::api
