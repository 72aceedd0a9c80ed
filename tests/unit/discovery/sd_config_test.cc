#include "engine/discovery/sd_config.h"

#include <gtest/gtest.h>

#include "engine/discovery/file_discovery.h"
#include "engine/discovery/static_discovery.h"

namespace tocsin::discovery {
namespace {

base::Status read(const char* text, DiscoveryConfigs& out, bool urls_allowed = false) {
  ASSIGN_OR_RETURN(const config::YamlNode node, config::parse_yaml_document(text, "/c/p.yml"));
  config::YamlFields fields(node, "job");
  read_discovery_configs(fields, urls_allowed, out);
  return fields.finish();
}

std::string error_of(const char* text) {
  DiscoveryConfigs out;
  return read(text, out).to_string();
}

TEST(SdConfig, ReadsStaticAndFile) {
  DiscoveryConfigs out;
  ASSERT_TRUE(read("static_configs: [{targets: [a:1], labels: {x: y}}, {targets: [b]}]\n"
                   "file_sd_configs: [{files: ['t/*.yml', /abs.json], refresh_interval: 1m}]\n",
                   out)
                  .ok());
  ASSERT_EQ(out.size(), 2u);
  EXPECT_EQ(out[0]->kind(), "static");
  const auto& groups = dynamic_cast<const StaticDiscoveryConfig&>(*out[0]).groups();
  EXPECT_EQ(groups[1].source, "1");
  const auto& file = dynamic_cast<const FileDiscoveryConfig&>(*out[1]);
  EXPECT_EQ(file.patterns(), (std::vector<std::string>{"/c/t/*.yml", "/abs.json"}));
  EXPECT_EQ(file.refresh_interval(), 60'000);
}

TEST(SdConfig, UrlsNeedRelabelling) {
  DiscoveryConfigs out;
  const char* text = "static_configs: [{targets: ['http://x/y']}]";
  EXPECT_TRUE(read(text, out, true).ok());
  EXPECT_EQ(
      error_of(text),
      "/c/p.yml:1:18: \"http://x/y\" is not a valid hostname: a target is host:port; the path "
      "belongs in metrics_path, the scheme in scheme");
}

TEST(SdConfig, RefusesWithThePlace) {
  EXPECT_EQ(error_of("http_sd_configs: []"),
            "/c/p.yml:1:1: \"http_sd_configs\" in job is not supported: use static_configs or "
            "file_sd_configs");
  EXPECT_EQ(error_of("static_configs: [~]"),
            "/c/p.yml:1:18: empty or null section in static_configs");
  EXPECT_EQ(error_of("file_sd_configs: [{}]"),
            "/c/p.yml:1:19: file service discovery config must contain at least one path name");
  EXPECT_NE(error_of("file_sd_configs: [{files: ['a/*/b.yml']}]"), "ok");
  EXPECT_NE(error_of("file_sd_configs: [{files: [targets.txt]}]"), "ok");
  EXPECT_NE(error_of("file_sd_configs: [{files: [a.yml], refresh_interval: 0s}]"), "ok");
}

}  // namespace
}  // namespace tocsin::discovery
