// All files of a configuration, loaded and checked together, before any of them takes effect.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/app/commands.h"
#include "engine/app/prometheus_config.h"
#include "notifiers/config.h"
#include "rules/rule_file.h"

namespace tocsin::app {

struct LoadedFiles {
  PrometheusConfig prometheus;
  std::vector<rules::RuleFile> rules;
  std::optional<notifiers::Config> notify;  ///< When flags.notify_config_file is given.
};

/// Fails with the first file that is wrong; of rule files all errors are in the message, a line
/// each.
base::Result<LoadedFiles> load_files(const ServeFlags& flags);

/// Many errors as one: the first one's code and place, all texts, a line each.
base::Error join_errors(const rules::RuleErrors& errors);

}  // namespace tocsin::app
