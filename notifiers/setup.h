// A configuration made ready to run: swapped as a whole on reload.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "notifiers/config.h"
#include "notifiers/receivers.h"
#include "notifiers/route.h"
#include "notifiers/route_labels.h"

namespace tocsin::notifiers {

/// Everything that comes from alertmanager.yml. The queues inside are the loop's; the rest is
/// immutable.
struct Setup {
  explicit Setup(Config loaded) : config(std::move(loaded)), routes(config.route) {}

  Config config;
  RouteTree routes;
  std::unordered_map<const Route*, RouteLabels> route_labels;
  Receivers receivers;

  /// Requires a receiver of the configuration.
  Receiver& receiver(std::string_view name);
};

/// Loads the templates, compiles every message, makes every client: all that can fail, before
/// anything is swapped.
base::Result<std::unique_ptr<Setup>> build_setup(Config config, const ReceiverWorld& world);

/// As build_setup, without making anything: what `check` runs after load_config().
base::Status check_config(const Config& config);

}  // namespace tocsin::notifiers
