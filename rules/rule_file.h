// Rule files: plain ones (`groups:`), PrometheusRule manifests, and streams of several of either.
// The door for `tocsin check rules`, start-up and reload.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/base/status.h"
#include "promql/syntax/parser.h"
#include "rules/rule_spec.h"

namespace tocsin::rules {

/// What names of metrics, labels and annotations may be.
enum class NameScheme : uint8_t {
  kUtf8,    ///< Any UTF-8, not empty.
  kLegacy,  ///< [a-zA-Z_:][a-zA-Z0-9_:]*, labels without ':'.
};

struct RuleFileOptions {
  promql::Features features = {};
  NameScheme names = NameScheme::kUtf8;
};

/// Everything wrong with a file or several, in the order of the text; at least one. Messages are
/// upstream's ("group "G", rule N, "NAME": …"); positions always have file, line and column. An
/// expression's fault is placed inside its YAML scalar.
using RuleErrors = std::vector<base::Error>;

/// Parses and checks a whole text. Pure.
/// Source: prometheus model/rulefmt/rulefmt.go; prometheus-operator prometheusrule_types.go.
/// DIFFERS: every document of a stream is read, where upstream ignores all but the first.
/// DIFFERS: templates in group labels are checked, too.
base::Result<RuleFile, RuleErrors> parse_rule_file(std::string_view text, const std::string& path,
                                                   const RuleFileOptions& options = {});

/// parse_rule_file on a file's content; a file that cannot be read is its one error.
base::Result<RuleFile, RuleErrors> load_rule_file(const std::string& path,
                                                  const RuleFileOptions& options = {});

/// All files, or every error of all of them.
base::Result<std::vector<RuleFile>, RuleErrors> load_rule_files(
    const std::vector<std::string>& paths, const RuleFileOptions& options = {});

/// The files that `rule_files` patterns name: in order of the patterns, sorted within one, each
/// once. A pattern without a match gives nothing, as upstream. Fails on a malformed pattern.
base::Result<std::vector<std::string>> expand_rule_patterns(
    const std::vector<std::string>& patterns);

/// Rules of a set that have name and labels in common: legal, but probably a slip.
struct DuplicateRule {
  std::string name;
  TextPairs labels;
  base::Position where;  ///< Of the second and later ones.
  bool operator==(const DuplicateRule&) const = default;
};

/// What `check rules` warns about. Source: prometheus cmd/promtool checkDuplicates.
std::vector<DuplicateRule> duplicate_rules(const std::vector<RuleFile>& files);

}  // namespace tocsin::rules
