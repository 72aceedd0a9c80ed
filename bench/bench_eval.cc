// Standing rules over a store with one stream per target: nanoseconds per series read, and how
// often a warm evaluation asks for memory.
#include <memory>
#include <string>
#include <vector>

#include "bench/bench.h"
#include "bench/loaded_store.h"
#include "promql/eval/query.h"
#include "promql/syntax/parser.h"

namespace tocsin::bench {
namespace {

struct Rule {
  const char* name;
  const char* expr;
  std::vector<const char*> selectors;  ///< What it reads.
};

const std::vector<Rule>& rules() {
  static const std::vector<Rule> all{
      {"threshold", "DCGM_FI_DEV_GPU_TEMP > 79", {"DCGM_FI_DEV_GPU_TEMP"}},
      {"rate", "rate(llm_requests_total[5m]) > 0.5", {"llm_requests_total"}},
      {"ratio",
       "rate(llm_time_to_first_token_seconds_sum[5m]) / "
       "rate(llm_time_to_first_token_seconds_count[5m]) > 0.3",
       {"llm_time_to_first_token_seconds_sum", "llm_time_to_first_token_seconds_count"}},
      {"sum by",
       "sum by (cluster, status) (rate(llm_requests_total[5m])) > 10",
       {"llm_requests_total"}},
      {"avg_over_time", "avg_over_time(nvidia_gpu_duty_cycle[5m]) < 30", {"nvidia_gpu_duty_cycle"}},
      {"histogram_quantile",
       "histogram_quantile(0.95, rate(llm_request_duration_seconds_bucket[5m])) > 5",
       {"llm_request_duration_seconds_bucket"}},
      {"one cluster",
       "rate(llm_request_duration_seconds_bucket{cluster=\"c1\"}[5m]) > 100",
       {"llm_request_duration_seconds_bucket{cluster=\"c1\"}"}},
      {"small",
       "DCGM_FI_DEV_GPU_TEMP{instance=\"node-1:9400\",gpu=\"3\"} > 79",
       {"DCGM_FI_DEV_GPU_TEMP{instance=\"node-1:9400\",gpu=\"3\"}"}},
  };
  return all;
}

std::unique_ptr<promql::Query> prepare(const std::string& text, LoadedStore& fleet) {
  auto expr = promql::parse_expr(text, {});
  require(expr);
  auto query = promql::Query::prepare(**expr, text, fleet.store(), {}, fleet.clock());
  require(query);
  return *std::move(query);
}

uint64_t count_series(const Rule& rule, LoadedStore& fleet) {
  uint64_t series = 0;
  for (const std::string selector : rule.selectors) {
    auto query = prepare("count(" + selector + ")", fleet);
    const auto frame = query->run_instant(fleet.now());
    require(frame);
    series += static_cast<uint64_t>(frame->values[0]);
  }
  return series;
}

uint64_t hash_of(const promql::InstantFrame& frame) {
  uint64_t hash = 0;
  for (size_t row = 0; row < frame.values.size(); ++row) {
    if (frame.has(row)) hash = mix(mix(hash, uint64_t{row}), frame.values[row]);
  }
  return hash;
}

void evaluate(const Rule& rule, LoadedStore& fleet) {
  const auto query = prepare(rule.expr, fleet);
  run({"eval", rule.name, "series", count_series(rule, fleet), [&] {
         const auto frame = query->run_instant(fleet.now());
         require(frame);
         return hash_of(*frame);
       }});
}

/// Before every evaluation a series is born that the rule reads.
void evaluate_births(LoadedStore& fleet) {
  const Rule rule{"birth",
                  "llm_request_duration_seconds_bucket > 1e15",
                  {"llm_request_duration_seconds_bucket"}};
  const auto query = prepare(rule.expr, fleet);
  const auto writer = fleet.store().open_stream("births");
  int born = 0;
  run({"eval", rule.name, "series", count_series(rule, fleet), [&] {
         const base::Labels labels =
             base::Labels::of({{base::kMetricName, "llm_request_duration_seconds_bucket"},
                               {"le", std::to_string(++born)}});
         require(writer->add_series({&labels, 1}));
         const auto frame = query->run_instant(fleet.now());
         require(frame);
         return hash_of(*frame);
       }});
}

}  // namespace
}  // namespace tocsin::bench

int main(int argc, char** argv) {
  using namespace tocsin::bench;
  LoadedStore fleet(parse_arguments(argc, argv) ? 2 : 100);
  constexpr uint32_t kScrapes = 40;  // Ten minutes.
  fleet.fill(kScrapes);
  for (const Rule& rule : rules()) evaluate(rule, fleet);
  evaluate_births(fleet);
}
