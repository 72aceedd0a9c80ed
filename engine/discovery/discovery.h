// Where targets come from.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/clock.h"
#include "engine/base/labels.h"
#include "engine/base/log.h"
#include "engine/base/metrics.h"

namespace tocsin::discovery {

/// Targets that share labels. Source: prometheus discovery/targetgroup.
struct TargetGroup {
  std::string source;                 ///< Unique within its discovery: "0", "targets.yml:2".
  base::Labels labels;                ///< Of every target, __meta_* included.
  std::vector<base::Labels> targets;  ///< At least __address__ each.
  bool operator==(const TargetGroup&) const = default;
};

/// Receives every group of one discovery, whenever something changed; always the complete list.
/// Runs on the discovery's loop.
using GroupsCallback = std::function<void(std::vector<TargetGroup>)>;

/// One way to find targets, running. Destroying it ends the callbacks. Start and destroy on the
/// loop.
class Discovery {
 public:
  virtual ~Discovery() = default;
  /// Begins; the first callback comes soon, even when there are no groups.
  virtual void start(GroupsCallback on_groups) = 0;
};

/// What every discovery needs from outside. All outlive it.
struct DiscoveryContext {
  base::Loop& loop;
  const base::Clock& clock;
  base::MetricRegistry& metrics;
  base::Log log;
};

/// Makes a discovery of one kind; the configuration behind it is immutable.
class DiscoveryConfig {
 public:
  virtual ~DiscoveryConfig() = default;
  /// "static", "file": as in the key <kind>_sd_configs.
  virtual std::string kind() const = 0;
  virtual std::unique_ptr<Discovery> make(const DiscoveryContext& context) const = 0;
};

using DiscoveryConfigs = std::vector<std::shared_ptr<const DiscoveryConfig>>;

}  // namespace tocsin::discovery
