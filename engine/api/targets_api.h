// /api/v1/targets, scrape_pools, metadata, targets/metadata, alertmanagers.
#pragma once

#include <functional>
#include <string>
#include <string_view>
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
  std::function<std::string()> external_url;
};

/// A target's URL as others reach it: on this machine's loopback, the host becomes that of
/// `external_url`; what we serve ourselves becomes `external_url`. Source: prometheus
/// web/api/v1/api.go getGlobalURL.
std::string global_url(const std::string& url, std::string_view external_url);

void mount_targets_api(Router& router, TargetsView view);

}  // namespace tocsin::api
