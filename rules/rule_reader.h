// YAML → groups. Internal to rules/; the door is rule_file.h.
#pragma once

#include <functional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/config/yaml.h"
#include "rules/rule_file.h"

namespace tocsin::rules {

/// The dialect that a list of groups is written in.
enum class RuleDialect : uint8_t {
  kPlain,     ///< Prometheus's own.
  kManifest,  ///< PrometheusRule: partial_response_strategy, "" for an unset duration.
};

/// Reads lists of groups out of one file and collects what is wrong with them.
class RuleReader {
 public:
  /// `source` is the whole file. All references outlive the reader.
  RuleReader(std::string_view source, const RuleFileOptions& options, RuleErrors& errors)
      : source_(source), options_(options), errors_(errors) {}

  /// Appends the groups of the list `node`. `file` and name identify a group and must differ.
  void read_groups(const config::YamlNode& node, const std::string& file, RuleDialect dialect,
                   std::vector<GroupSpec>& out);

  struct Field;
  /// Hands each value of a mapping to its field's reader and refuses other keys. `what` names the
  /// mapping in messages.
  void read_mapping(const config::YamlNode& node, std::string_view what,
                    std::span<const Field> fields);
  void fail(const config::YamlNode& node, std::string message);

 private:
  GroupSpec read_group(const config::YamlNode& node, RuleDialect dialect);
  RuleSpec read_rule(const config::YamlNode& node, RuleDialect dialect);
  void read_rules(const config::YamlNode& list, RuleDialect dialect, GroupSpec& group);
  void read_duration(const config::YamlNode& node, RuleDialect dialect, base::DurationMs& out);
  void read_pairs(const config::YamlNode& node, TextPairs& out);
  void read_partial_response(const config::YamlNode& node);
  template <class T, class Out>
  void store(base::Result<T> value, Out& out);

  std::string_view source_;
  const RuleFileOptions& options_;
  RuleErrors& errors_;
  std::set<std::pair<std::string, std::string>> seen_;  // File and name of groups.
};

/// A key of a mapping and what to do with its value.
struct RuleReader::Field {
  std::string_view key;
  std::function<void(const config::YamlNode&)> read;
};

/// Reads one object of a manifest: a PrometheusRule or a List of them. `file` as for read_groups.
/// `alone`: the object is the only one of its file, whose path then identifies its groups.
void read_manifest(RuleReader& reader, const config::YamlNode& node, const std::string& path,
                   bool alone, std::vector<GroupSpec>& out);

}  // namespace tocsin::rules
