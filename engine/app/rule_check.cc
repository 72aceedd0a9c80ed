#include "engine/app/rule_check.h"

#include "engine/base/metrics.h"
#include "engine/tsdb/store.h"
#include "rules/group.h"

namespace tocsin::app {

base::Result<rules::RuleFile, rules::RuleErrors> load_evaluable_rules(
    const std::string& path, const promql::Features& features) {
  auto file =
      rules::load_rule_file(path, {.features = features, .names = rules::NameScheme::kUtf8});
  if (!file) return file;
  const base::SystemClock clock;
  tsdb::Store store({}, clock);
  base::MetricRegistry metrics;
  const rules::RuleServices services{store, store, {}, clock, metrics, base::Log::none()};
  rules::RuleFlags flags;
  flags.eval.features = features;
  const rules::RuleSettings settings;
  const auto templates = std::make_shared<const rules::TemplateHost>(
      store, clock, flags.eval, settings.names, metrics, base::Log::none());
  rules::RuleErrors errors;
  for (const rules::GroupSpec& group : file->groups) {
    // The group itself is not needed: only whether it can be made.
    static_cast<void>(rules::Group::make(group, settings, flags, services, templates, errors));
  }
  if (!errors.empty()) return errors;
  return file;
}

}  // namespace tocsin::app
