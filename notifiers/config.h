// alertmanager.yml: one file, read strictly, with upstream's defaults.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "notifiers/receiver_config.h"
#include "notifiers/route_config.h"

namespace tocsin::notifiers {

/// A valid configuration. Immutable once loaded.
struct Config {
  std::string file;
  GlobalConfig global;
  RouteConfig route;
  std::vector<ReceiverConfig> receivers;  ///< In the file's order; names are unique.
  std::vector<std::string> templates;     ///< Globs, relative to the working directory or absolute.
  std::string shown;                      ///< The file as YAML, with <secret> for secrets.
  std::vector<std::string> warnings;      ///< What the operator should know; each with a position.
};

/// Reads the text of an alertmanager.yml. `file` is used in messages and to resolve relative paths.
/// Fails with file:line:column and, where there is one, upstream's text. What is valid upstream but
/// not supported here (inhibit_rules, time intervals, other receivers) fails as kUnsupported, by
/// name. Source: prometheus/alertmanager config/config.go Load.
base::Result<Config> load_config(std::string_view text, const std::string& file);

}  // namespace tocsin::notifiers
