// /api/v1/targets, scrape_pools, metadata, targets/metadata, alertmanagers.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "engine/api/router.h"
#include "engine/scrape/scrape_manager.h"

namespace tocsin::api {

/// Where these calls read from, on the server's threads.
struct TargetsView {
  std::function<scrape::TargetsSnapshot()> targets;
  std::function<std::vector<scrape::TargetMetadata>()> metadata;
  std::function<std::vector<std::string>()> pools;
  std::function<std::vector<std::string>()> alertmanager_urls;
};

void mount_targets_api(Router& router, TargetsView view);

}  // namespace tocsin::api
