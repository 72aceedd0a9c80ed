// YAML with the line and column of everything, read strictly.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/status.h"

namespace tocsin::config {

/// A node. Immutable; children are owned by their parents. Aliases and merge keys are resolved.
class YamlNode {
 public:
  enum class Kind : uint8_t { kNull, kScalar, kSequence, kMapping };
  struct Entry;  ///< key (a scalar node) and value.

  Kind kind = Kind::kNull;
  base::Position where;  ///< Start; file included.
  std::string scalar;    ///< Text of a scalar.
  bool quoted = false;   ///< Written with quotes or as a block: always a string.
  bool block = false;    ///< Written as | or >: line k of the text stands k lines below `where`.
  std::vector<YamlNode> items;  ///< Of a sequence.
  std::vector<Entry> entries;   ///< Of a mapping, in order; keys are unique.

  bool is_null() const { return kind == Kind::kNull; }
  bool is_scalar() const { return kind == Kind::kScalar; }
  bool is_sequence() const { return kind == Kind::kSequence; }
  bool is_mapping() const { return kind == Kind::kMapping; }
  /// The value of `key`, or nullptr. Requires a mapping.
  const YamlNode* find(std::string_view key) const;
  /// "a string", "a list", "a mapping", "nothing" — for messages.
  std::string_view kind_name() const;
};

struct YamlNode::Entry {
  YamlNode key;
  YamlNode value;
};

/// Bounds on a document (spec: reliability §2 rows 13–14).
struct YamlLimits {
  uint64_t bytes_max = 32u << 20;
  uint32_t depth_max = 100;
  uint32_t nodes_max = 4'000'000;      ///< After alias expansion.
  uint32_t alias_nodes_max = 200'000;  ///< That come from aliases.
};

/// The documents of a text (often one). Refused with file:line:column: syntax errors, unterminated
/// quotes, tabs as indentation, duplicate keys, keys that are not scalars, unknown aliases, bounds.
base::Result<std::vector<YamlNode>> parse_yaml(std::string_view text, const std::string& file,
                                               const YamlLimits& limits = {});
/// As parse_yaml, but more than one document is an error. An empty text is a null node.
base::Result<YamlNode> parse_yaml_document(std::string_view text, const std::string& file,
                                           const YamlLimits& limits = {});
/// Whole file; fails with the path and the system's reason.
base::Result<std::string> read_file(const std::string& path, uint64_t bytes_max = 64u << 20);

// Typed reads. Each fails with the node's position and what was expected. A null reads as the zero
// value ("", false, 0, an empty list), as upstream.
base::Result<std::string> yaml_string(const YamlNode& node);  ///< Any scalar as text; null is "".
base::Result<bool> yaml_bool(
    const YamlNode& node);  ///< true/false (YAML 1.1 yes/no/on/off too, as upstream).
base::Result<int64_t> yaml_int(const YamlNode& node);
base::Result<double> yaml_float(const YamlNode& node);
base::Result<int64_t> yaml_duration(const YamlNode& node);  ///< Prometheus duration → ms.
base::Result<uint64_t> yaml_size(const YamlNode& node);  ///< "10MB", "1KiB", "0" (base-2 units as
                                                         ///< upstream; a unit is required) → bytes.
base::Result<std::vector<std::string>> yaml_strings(const YamlNode& node);

/// Reads a mapping field by field and refuses what was not asked for:
///
///   YamlFields f(node);
///   f.string("job_name", out.job).required();
///   f.duration("scrape_interval", out.interval);
///   return f.finish();   // first error; unknown keys with the nearest known key
class YamlFields {
 public:
  /// `what` names the mapping in messages ("route", "scrape_config"). A null node is an empty
  /// mapping.
  YamlFields(const YamlNode& node, std::string what);

  YamlFields& string(std::string_view key, std::string& out);
  YamlFields& boolean(std::string_view key, bool& out);
  YamlFields& integer(std::string_view key, int64_t& out);
  YamlFields& number(std::string_view key, double& out);
  YamlFields& duration(std::string_view key, int64_t& out_ms);
  YamlFields& size(std::string_view key, uint64_t& out_bytes);
  YamlFields& strings(std::string_view key, std::vector<std::string>& out);
  /// A mapping of scalars.
  YamlFields& string_map(std::string_view key,
                         std::vector<std::pair<std::string, std::string>>& out);
  /// Calls `read` with the value when the key is there (also when it is null).
  YamlFields& node(std::string_view key, const std::function<base::Status(const YamlNode&)>& read);
  /// Calls `read` for each item of a sequence.
  YamlFields& each(std::string_view key, const std::function<base::Status(const YamlNode&)>& read);
  /// The key just named must be there.
  YamlFields& required();
  /// Keys that are valid upstream but not supported in this version: refused as kUnsupported with
  /// their position and `why`.
  YamlFields& unsupported(std::span<const std::string_view> keys, std::string_view why);
  /// True when the key is there and not null.
  bool has(std::string_view key) const;
  /// The first error found, in document order where possible; unknown keys last.
  base::Status finish();

 private:
  const YamlNode* take(std::string_view key);
  void fail(base::Status status);
  const YamlNode* node_;
  std::string what_;
  std::string last_key_;
  bool last_found_ = false;
  std::vector<std::string> known_;
  base::Status status_;
};

/// The candidate closest to `word` by edit distance, if close enough to be a typing error, else "".
std::string nearest_word(std::string_view word, std::span<const std::string> candidates);

/// Shell globs as Go's filepath.Glob: sorted paths. A pattern without wildcards must exist… or
/// gives nothing: the caller decides whether that is an error.
base::Result<std::vector<std::string>> glob(const std::string& pattern);
/// `path`, taken relative to the folder of `file` when it is not absolute.
std::string resolve_path(const std::string& file, const std::string& path);

}  // namespace tocsin::config
