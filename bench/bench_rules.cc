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

/// What a small rule looks at. No two rules of a case read the same series.
enum class Scope : uint8_t { kGpu, kModel, kTarget };

struct RuleCase {
  const char* name;
  std::string expr;  ///< '$' stands for the rule's own matchers.
  Scope scope;
};

const std::vector<RuleCase>& small_rules() {
  static const std::vector<RuleCase> all{
      {"threshold", "DCGM_FI_DEV_GPU_TEMP{$} > 200", Scope::kGpu},
      {"firing threshold", "DCGM_FI_DEV_GPU_TEMP{$} > 0", Scope::kGpu},
      {"rate", "rate(llm_requests_total{$}[5m]) > 1e9", Scope::kModel},
      {"ratio",
       "rate(llm_time_to_first_token_seconds_sum{$}[5m]) / "
       "rate(llm_time_to_first_token_seconds_count{$}[5m]) > 1e9",
       Scope::kModel},
      {"sum by", "sum by (cluster) (rate(llm_requests_total{$}[5m])) > 1e9", Scope::kModel},
      {"histogram_quantile",
       "histogram_quantile(0.95, rate(llm_request_duration_seconds_bucket{$}[5m])) > 1e9",
       Scope::kModel},
      {"absent", "absent(up{$})", Scope::kTarget},
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

std::string matchers_of(Scope scope, uint32_t rule, uint32_t targets) {
  const std::string one = std::to_string(rule / targets % 8);
  std::string out = "instance=\"node-" + std::to_string(rule % targets) + ":9400\"";
  if (scope == Scope::kGpu) out += ",gpu=\"" + one + "\"";
  if (scope == Scope::kModel) out += ",model_name=\"models/chat-" + one + "-instruct\"";
  return out;
}

/// `count` rules in one group.
std::string group_of(const RuleCase& c, uint32_t count, uint32_t targets) {
  std::string text = "groups:\n- name: g\n  rules:\n";
  for (uint32_t i = 0; i < count; ++i) {
    text += yaml_rule("Rule" + std::to_string(i), fill(c.expr, matchers_of(c.scope, i, targets)));
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

/// One rule that fires for every GPU, and goes on firing.
void measure_storm(LoadedStore& fleet) {
  RunningGroup group(
      fleet, "groups:\n- name: g\n  rules:\n" + yaml_rule("Busy", "DCGM_FI_DEV_GPU_UTIL >= 0"));
  run({"rules", "storm", "alert", fleet.targets() * 8, [&] { return group.evaluate(); }});
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
  measure_storm(fleet);
}
