// file_sd_configs: target groups from YAML or JSON files, read again when they change.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "engine/base/status.h"
#include "engine/base/time.h"
#include "engine/config/yaml.h"
#include "engine/discovery/discovery.h"

namespace tocsin::discovery {

/// Files are looked at every kFilePollInterval (size, time, inode) and read when they changed, and
/// in any case every refresh_interval. A broken file keeps the groups it had; a file that
/// disappears takes its groups along. DIFFERS: upstream watches the folders with inotify.
inline constexpr base::DurationMs kFilePollInterval = 2 * base::kSecond;

class FileDiscoveryConfig final : public DiscoveryConfig {
 public:
  FileDiscoveryConfig(std::vector<std::string> patterns, base::DurationMs refresh_interval)
      : patterns_(std::move(patterns)), refresh_interval_(refresh_interval) {}
  std::string kind() const override { return "file"; }
  std::unique_ptr<Discovery> make(const DiscoveryContext& context) const override;
  const std::vector<std::string>& patterns() const { return patterns_; }
  base::DurationMs refresh_interval() const { return refresh_interval_; }

 private:
  std::vector<std::string> patterns_;
  base::DurationMs refresh_interval_;
};

/// One entry of file_sd_configs; paths are taken relative to the configuration's folder.
base::Result<std::shared_ptr<const DiscoveryConfig>> parse_file_sd_config(
    const config::YamlNode& node);

}  // namespace tocsin::discovery
