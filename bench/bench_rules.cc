// Whole rules in groups, as the daemon runs them: what one evaluation costs besides its series, and
// how often a warm one asks for memory.
#include <memory>
#include <string>
#include <vector>

#include "bench/bench.h"
#include "bench/loaded_store.h"
#include "engine/base/log.h"
#include "engine/base/metrics.h"
#include "rules/group.h"
#include "rules/rule_file.h"

namespace tocsin::bench {
namespace {

struct Case {
  const char* name;
  std::string expr;  ///< '$' stands for the rule's own matchers: one GPU, or one target.
  bool per_gpu = false;
};

const std::vector<Case>& small_rules() {
  static const std::vector<Case> all{
      {"threshold", "DCGM_FI_DEV_GPU_TEMP{$} > 200", true},
      {"firing threshold", "DCGM_FI_DEV_GPU_TEMP{$} > 0", true},
      {"rate", "rate(llm_requests_total{$}[5m]) > 1e9", false},
      {"ratio",
       "rate(llm_time_to_first_token_seconds_sum{$}[5m]) / "
       "rate(llm_time_to_first_token_seconds_count{$}[5m]) > 1e9",
       false},
      {"sum by", "sum by (cluster, status) (rate(llm_requests_total{$}[5m])) > 1e9", false},
      {"histogram_quantile",
       "histogram_quantile(0.95, rate(llm_request_duration_seconds_bucket{$}[5m])) > 1e9", false},
      {"absent", "absent(up{$})", false},
  };
  return all;
}

std::string fill(std::string text, const std::string& matchers) {
  for (size_t at = text.find('$'); at != std::string::npos; at = text.find('$', at)) {
    text.replace(at, 1, matchers);
  }
  return text;
}

std::string yaml_rule(const std::string& name, const std::string& expr) {
  return "  - alert: " + name + "\n    expr: '" + expr +
         "'\n    labels: {severity: page}\n    annotations: {summary: '{{ $value }}'}\n";
}

/// `count` rules in one group, each over one GPU or one target.
std::string group_of(const Case& c, uint32_t count, uint32_t targets) {
  std::string text = "groups:\n- name: g\n  rules:\n";
  for (uint32_t i = 0; i < count; ++i) {
    std::string matchers = "instance=\"node-" + std::to_string(i % targets) + ":9400\"";
    if (c.per_gpu) matchers += ",gpu=\"" + std::to_string(i / targets % 8) + "\"";
    text += yaml_rule("Rule" + std::to_string(i), fill(c.expr, matchers));
  }
  return text;
}

/// Rules about the same thing: thresholds of three severities, the shares of two classes.
std::string ladder() {
  std::string text = "groups:\n- name: g\n  rules:\n";
  for (const char* threshold : {"10", "20", "50"}) {
    text += yaml_rule("Slow" + std::string(threshold),
                      "histogram_quantile(0.95, sum by (le, cluster) "
                      "(rate(llm_request_duration_seconds_bucket[5m]))) > " +
                          std::string(threshold));
  }
  text += yaml_rule("Errors",
                    "sum by (cluster) (rate(llm_requests_total{status=\"500\"}[5m])) / "
                    "sum by (cluster) (rate(llm_requests_total[5m])) > 0.5");
  text += yaml_rule("Limited",
                    "sum by (cluster) (rate(llm_requests_total{status=\"429\"}[5m])) / "
                    "sum by (cluster) (rate(llm_requests_total[5m])) > 0.5");
  return text;
}

/// A group over the fleet, ready to be evaluated again and again.
class RunningGroup {
 public:
  RunningGroup(LoadedStore& fleet, const std::string& text)
      : services_{fleet.store(), fleet.store(), {}, clock_, metrics_, base::Log::none()},
        now_(fleet.now()) {
    const auto file = rules::parse_rule_file(text, "bench.yml");
    if (!file) give_up(file.error().front());
    const auto templates = std::make_shared<const rules::TemplateHost>(
        fleet.store(), clock_, promql::EvalOptions{}, rules::ExternalNames{}, metrics_,
        services_.log);
    std::vector<base::Error> errors;
    group_ = rules::Group::make(file->groups[0], {}, {}, services_, templates, errors);
    if (!errors.empty()) give_up(errors.front());
    samples_ = &metrics_.gauge("prometheus_rule_group_last_evaluation_samples", "",
                               {{"rule_group", file->groups[0].key()}});
  }
  /// One pass, a millisecond after the one before. The hash is of the number of samples written.
  uint64_t evaluate() {
    group_->evaluate(++now_);
    return mix(1, samples_->value());
  }
  size_t rules() const { return group_->rules().size(); }

 private:
  base::SystemClock clock_;
  base::MetricRegistry metrics_;
  rules::RuleServices services_;
  base::TimestampMs now_;
  std::unique_ptr<rules::Group> group_;
  base::Gauge* samples_ = nullptr;
};

void measure(const std::string& name, LoadedStore& fleet, const std::string& text) {
  RunningGroup group(fleet, text);
  run({"rules", name, "rule", group.rules(), [&] { return group.evaluate(); }});
}

}  // namespace
}  // namespace tocsin::bench

int main(int argc, char** argv) {
  using namespace tocsin::bench;
  const bool smoke = parse_arguments(argc, argv);
  LoadedStore fleet(smoke ? 2 : 100);
  fleet.fill(smoke ? 5 : 40);
  for (const auto& c : small_rules()) {
    measure(c.name, fleet, group_of(c, smoke ? 4 : 800, fleet.targets()));
  }
  measure("ladder", fleet, ladder());
}
