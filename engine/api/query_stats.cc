#include "engine/api/query_stats.h"

#include "engine/base/json_writer.h"
#include "engine/base/number.h"

namespace tocsin::api {
namespace {

std::string seconds(int64_t nanoseconds) {
  return base::format_fixed(static_cast<double>(nanoseconds) / 1e9);
}

}  // namespace

std::string query_stats_json(const QueryTimings& timings, const promql::QueryStats& stats) {
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
  json.key("totalQueryableSamples").integer(static_cast<int64_t>(stats.samples_read));
  json.key("samplesRead").integer(static_cast<int64_t>(stats.samples_read));
  json.key("peakSamples").integer(static_cast<int64_t>(stats.samples_peak));
  json.end_object().end_object();
  return out;
}

}  // namespace tocsin::api
