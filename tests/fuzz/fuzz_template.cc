// Any text, parsed and executed in both dialects and as HTML.
#include "engine/template/funcs_alertmanager.h"
#include "engine/template/funcs_prometheus.h"
#include "tests/fuzz/fuzz_target.h"

namespace tocsin::tmpl {
namespace {

class FixedEnvironment final : public Environment {
 public:
  base::Result<std::vector<QuerySample>> query(std::string_view) const override {
    return std::vector<QuerySample>{{base::Labels::of({{"job", "web"}}), Value::number(1)}};
  }
  base::Result<base::TimestampMs> now() const override { return 1767323045678; }
  base::Result<std::string> external_url() const override {
    return std::string("http://a.example/x");
  }
  base::Result<std::string> route_label(std::string_view name) const override {
    return std::string(name);
  }
};

ExecOptions small_limits() {
  ExecOptions options;
  options.max_output_bytes = 1 << 16;
  options.max_steps = 20'000;
  return options;
}

Value notification() {
  return Value::any_map(
      {{"Status", Value::string("firing")},
       {"Alerts", Value::list({Value::string_map({{"pod", "web-1"}}), Value::time(1767323045678)})},
       {"CommonLabels", Value::string_map({{"alertname", "Down"}, {"severity", "page"}})},
       {"Number", Value::number(2.5)}});
}

void run(const base::Result<Template>& parsed, const Value& data) {
  if (!parsed) {
    fuzz_check(!parsed.error().message.empty(), "an error says something");
    return;
  }
  const auto first = parsed->execute(data, FixedEnvironment(), small_limits());
  const auto second = parsed->execute(data, FixedEnvironment(), small_limits());
  fuzz_check(first.has_value() == second.has_value(), "executions are repeatable");
  if (first) {
    fuzz_check(*first == *second, "executions print the same");
    fuzz_check(first->size() <= small_limits().max_output_bytes, "output is bounded");
  }
}

}  // namespace
}  // namespace tocsin::tmpl

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tocsin::tmpl;
  static const auto alertmanager = alertmanager_functions();
  static const auto prometheus = prometheus_functions();
  const std::string_view text = tocsin::fuzz_text(data, size);
  run(Template::parse("t", text, alertmanager), notification());
  run(Template::parse("t", text, alertmanager, Escaping::kHtml), notification());
  RuleTemplateData rule;
  rule.labels = tocsin::base::Labels::of({{"instance", "a:1"}});
  rule.value = Value::number(0.25);
  run(parse_rule_template("A", text, prometheus), to_value(rule));
  return 0;
}
