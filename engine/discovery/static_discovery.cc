#include "engine/discovery/static_discovery.h"

namespace tocsin::discovery {
namespace {

/// Says its groups once, at once.
class StaticDiscovery final : public Discovery {
 public:
  explicit StaticDiscovery(std::vector<TargetGroup> groups) : groups_(std::move(groups)) {}
  void start(GroupsCallback on_groups) override { on_groups(std::move(groups_)); }

 private:
  std::vector<TargetGroup> groups_;
};

}  // namespace

std::unique_ptr<Discovery> StaticDiscoveryConfig::make(const DiscoveryContext&) const {
  return std::make_unique<StaticDiscovery>(groups_);
}

}  // namespace tocsin::discovery
