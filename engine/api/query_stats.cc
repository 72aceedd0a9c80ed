#include "engine/api/query_stats.h"

#include "engine/base/json_writer.h"
#include "engine/base/number.h"

namespace tocsin::api {
namespace {

std::string seconds(int64_t nanoseconds) {
  return base::format_fixed(static_cast<double>(nanoseconds) / 1e9);
}

// [[time,samples],…]
void write_steps(base::JsonWriter& json, std::string_view key, const promql::QueryStats& stats,
                 const promql::EvalRange& range) {
  if (stats.samples_by_step.empty()) return;
  json.key(key).begin_array();
  base::TimestampMs t = range.start;
  for (const uint64_t samples : stats.samples_by_step) {
    json.begin_array().raw(base::format_fixed(static_cast<double>(t) / 1000));
    json.integer(static_cast<int64_t>(samples)).end_array();
    t += range.step;
  }
  json.end_array();
}

}  // namespace

std::string query_stats_json(const QueryTimings& timings, const promql::QueryStats& stats,
                             const promql::EvalRange& range) {
  std::string out;
  base::JsonWriter json(out);
  json.begin_object().key("timings").begin_object();
  json.key("evalTotalTime").raw(seconds(timings.prepare + timings.eval));
  json.key("resultSortTime").raw("0");
  json.key("queryPreparationTime").raw(seconds(timings.prepare));
  json.key("innerEvalTime").raw(seconds(timings.eval));
  json.key("execQueueTime").raw(seconds(timings.queue));
  json.key("execTotalTime").raw(seconds(timings.total));
  json.end_object().key("samples").begin_object();
  write_steps(json, "totalQueryableSamplesPerStep", stats, range);
  json.key("totalQueryableSamples").integer(static_cast<int64_t>(stats.samples_read));
  write_steps(json, "samplesReadPerStep", stats, range);
  json.key("samplesRead").integer(static_cast<int64_t>(stats.samples_read));
  json.key("peakSamples").integer(static_cast<int64_t>(stats.samples_peak));
  json.end_object().end_object();
  return out;
}

}  // namespace tocsin::api
