#include "engine/app/loaded_files.h"

namespace tocsin::app {

base::Error join_errors(const rules::RuleErrors& errors) {
  base::Error out = errors.front();
  for (size_t i = 1; i < errors.size(); ++i) out.message += "\n" + errors[i].to_string();
  return out;
}

base::Result<LoadedFiles> load_files(const ServeFlags& flags) {
  LoadedFiles out;
  ASSIGN_OR_RETURN(out.prometheus, load_prometheus_config(flags.config_file));
  ASSIGN_OR_RETURN(const auto paths, rules::expand_rule_patterns(out.prometheus.rule_files));
  auto files = rules::load_rule_files(
      paths, {.features = flags.features, .names = rules::NameScheme::kUtf8});
  if (!files) return join_errors(files.error());
  out.rules = *std::move(files);
  if (!flags.notify_config_file.empty()) {
    ASSIGN_OR_RETURN(const std::string text, config::read_file(flags.notify_config_file));
    ASSIGN_OR_RETURN(out.notify, notifiers::load_config(text, flags.notify_config_file));
  }
  return out;
}

}  // namespace tocsin::app
