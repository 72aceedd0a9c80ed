#include "engine/discovery/file_discovery.h"

#include <sys/stat.h>

#include <map>
#include <optional>
#include <set>

#include "engine/discovery/target_group_file.h"

namespace tocsin::discovery {
namespace {

using base::Code;
using base::Error;
using base::Result;
using base::Status;

/// What tells one version of a file from the next.
struct Stamp {
  int64_t modified_ns = 0;
  int64_t bytes = 0;
  uint64_t inode = 0;
  bool operator==(const Stamp&) const = default;
};

std::optional<Stamp> stamp_of(const std::string& path) {
  struct stat info {};
  if (stat(path.c_str(), &info) != 0) return std::nullopt;
  return Stamp{info.st_mtim.tv_sec * 1'000'000'000 + info.st_mtim.tv_nsec, info.st_size,
               info.st_ino};
}

class FileDiscovery final : public Discovery {
 public:
  FileDiscovery(const FileDiscoveryConfig& config, const DiscoveryContext& context)
      : patterns_(config.patterns()),
        refresh_interval_(config.refresh_interval()),
        loop_(context.loop),
        clock_(context.clock),
        log_(context.log.with_component("discovery.file")),
        errors_(context.metrics.counter("prometheus_sd_file_read_errors_total",
                                        "The number of File-SD read errors.")) {}

  ~FileDiscovery() override { loop_.cancel(timer_); }

  void start(GroupsCallback on_groups) override {
    on_groups_ = std::move(on_groups);
    poll(true);
  }

 private:
  struct File {
    Stamp stamp;
    std::vector<TargetGroup> groups;
  };

  void poll(bool first) {
    const base::TimestampMs now = clock_.now();
    const bool refresh = first || now >= next_refresh_;
    if (refresh) next_refresh_ = now + refresh_interval_;
    if (update_files(refresh) || first) publish();
    timer_ = loop_.call_at(now + std::min(kFilePollInterval, refresh_interval_),
                           [this] { poll(false); });
  }

  std::set<std::string> matching_paths() const {
    std::set<std::string> paths;
    for (const std::string& pattern : patterns_) {
      // Patterns were checked when the configuration was read.
      if (const auto found = config::glob(pattern)) paths.insert(found->begin(), found->end());
    }
    return paths;
  }

  /// True when the groups changed.
  bool update_files(bool refresh) {
    const std::set<std::string> paths = matching_paths();
    bool changed =
        std::erase_if(files_, [&](const auto& file) { return !paths.contains(file.first); }) > 0;
    for (const std::string& path : paths) changed |= update_file(path, refresh);
    return changed;
  }

  bool update_file(const std::string& path, bool refresh) {
    const auto stamp = stamp_of(path);
    const auto known = files_.find(path);
    if (!stamp) return false;
    if (known != files_.end() && known->second.stamp == *stamp && !refresh) return false;
    auto groups = read(path);
    File& file = files_[path];
    file.stamp = *stamp;  // A broken file is complained about once per version.
    if (!groups) {
      errors_.add();
      log_.error("cannot read a file of targets; its previous targets stay",
                 {{"path", path}, {"error", groups.error().to_string()}});
      return false;
    }
    const bool changed = file.groups != *groups;
    file.groups = *std::move(groups);
    return changed;
  }

  static Result<std::vector<TargetGroup>> read(const std::string& path) {
    ASSIGN_OR_RETURN(const std::string text, config::read_file(path));
    return parse_target_groups(text, path);
  }

  void publish() {
    std::vector<TargetGroup> all;
    for (const auto& [path, file] : files_) {
      all.insert(all.end(), file.groups.begin(), file.groups.end());
    }
    on_groups_(std::move(all));
  }

  const std::vector<std::string> patterns_;
  const base::DurationMs refresh_interval_;
  base::Loop& loop_;
  const base::Clock& clock_;
  base::Log log_;
  base::Counter& errors_;
  GroupsCallback on_groups_;
  std::map<std::string, File> files_;
  base::TimestampMs next_refresh_ = 0;
  base::TimerId timer_ = 0;
};

/// A pattern ends in .json, .yml or .yaml and has at most one '*', in the last element.
/// Source: prometheus discovery/file patFileSDName.
bool is_file_pattern(const std::string& pattern) {
  const size_t star = pattern.find('*');
  if (star != std::string::npos) {
    const std::string rest = pattern.substr(star + 1);
    if (rest.find('/') != std::string::npos || rest.find('*') != std::string::npos) return false;
  }
  return pattern.ends_with(".json") || pattern.ends_with(".yml") || pattern.ends_with(".yaml") ||
         pattern.ends_with(".JSON") || pattern.ends_with(".YML") || pattern.ends_with(".YAML");
}

}  // namespace

std::unique_ptr<Discovery> FileDiscoveryConfig::make(const DiscoveryContext& context) const {
  return std::make_unique<FileDiscovery>(*this, context);
}

Result<std::shared_ptr<const DiscoveryConfig>> parse_file_sd_config(const config::YamlNode& node) {
  std::vector<std::string> patterns;
  base::DurationMs interval = 5 * base::kMinute;
  config::YamlFields fields(node, "file_sd_config");
  fields.strings("files", patterns);
  fields.duration("refresh_interval", interval);
  RETURN_IF_ERROR(fields.finish());
  if (patterns.empty()) {
    return Error{Code::kInvalid,
                 "file service discovery config must contain at least one path name", node.where};
  }
  if (interval <= 0) {
    return Error{Code::kInvalid, "refresh_interval must be greater than 0", node.where};
  }
  for (std::string& pattern : patterns) {
    if (!is_file_pattern(pattern)) {
      return Error{Code::kInvalid,
                   "path name " + base::go_quote(pattern) +
                       " is not valid for file discovery (it must end in .json, .yml or .yaml, "
                       "with at most one * in its last element)",
                   node.where};
    }
    pattern = config::resolve_path(node.where.file, pattern);
    if (auto found = config::glob(pattern); !found) return base::at(found.error(), node.where);
  }
  return std::shared_ptr<const DiscoveryConfig>(
      std::make_shared<FileDiscoveryConfig>(std::move(patterns), interval));
}

}  // namespace tocsin::discovery
