// Scrape configurations from YAML, for tests.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "engine/scrape/scrape_config.h"

namespace tocsin::scrape {

/// The job, or nullptr and a failed test.
inline ScrapeConfigPtr read_job(const std::string& yaml, const ScrapeDefaults& defaults = {}) {
  const auto node = config::parse_yaml_document(yaml, "p.yml");
  EXPECT_TRUE(node.ok()) << node.error().to_string();
  if (!node) return nullptr;
  auto config = parse_scrape_config(*node, defaults);
  EXPECT_TRUE(config.ok()) << config.error().to_string();
  return config ? *config : nullptr;
}

/// Why the job is refused, or "accepted".
inline std::string job_error(const std::string& yaml, const ScrapeDefaults& defaults = {}) {
  const auto node = config::parse_yaml_document(yaml, "p.yml");
  if (!node) return node.error().to_string();
  const auto config = parse_scrape_config(*node, defaults);
  return config ? "accepted" : config.error().to_string();
}

}  // namespace tocsin::scrape
