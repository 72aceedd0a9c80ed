// static_configs: targets written in the configuration.
#pragma once

#include <utility>
#include <vector>

#include "engine/discovery/discovery.h"

namespace tocsin::discovery {

class StaticDiscoveryConfig final : public DiscoveryConfig {
 public:
  explicit StaticDiscoveryConfig(std::vector<TargetGroup> groups) : groups_(std::move(groups)) {}
  std::string kind() const override { return "static"; }
  std::unique_ptr<Discovery> make(const DiscoveryContext& context) const override;
  const std::vector<TargetGroup>& groups() const { return groups_; }

 private:
  std::vector<TargetGroup> groups_;
};

}  // namespace tocsin::discovery
