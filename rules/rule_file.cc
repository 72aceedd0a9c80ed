#include "rules/rule_file.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <map>
#include <set>

#include "engine/config/yaml.h"
#include "rules/rule_check.h"
#include "rules/rule_reader.h"

namespace tocsin::rules {
namespace {

using base::Error;
using base::Result;
using config::YamlNode;

bool is_manifest(const YamlNode& document) {
  return document.is_mapping() &&
         (document.find("kind") != nullptr || document.find("apiVersion") != nullptr);
}

}  // namespace

Result<RuleFile, RuleErrors> parse_rule_file(std::string_view text, const std::string& path,
                                             const RuleFileOptions& options) {
  auto documents = config::parse_yaml(text, path);
  if (!documents) return RuleErrors{std::move(documents).error()};
  RuleFile file{path, {}};
  RuleErrors errors;
  RuleReader reader(text, options, errors);
  const auto rules_in = [](const YamlNode& document) { return !document.is_null(); };
  const bool alone = std::count_if(documents->begin(), documents->end(), rules_in) == 1;
  for (const YamlNode& document : *documents) {
    if (document.is_null()) continue;
    if (is_manifest(document)) {
      read_manifest(reader, document, path, alone, file.groups);
      continue;
    }
    const RuleReader::Field fields[] = {{"groups", [&](const YamlNode& groups) {
                                           reader.read_groups(groups, path, RuleDialect::kPlain,
                                                              file.groups);
                                         }}};
    reader.read_mapping(document, "rule file", fields);
  }
  if (errors.size() >= kRuleErrorsMax) {
    errors.push_back({base::Code::kLimit,
                      "more than " + std::to_string(kRuleErrorsMax) +
                          " errors; the rest of the file was not checked",
                      {path, 1, 1}});
  }
  if (!errors.empty()) return errors;
  return file;
}

Result<RuleFile, RuleErrors> load_rule_file(const std::string& path,
                                            const RuleFileOptions& options) {
  auto text = config::read_file(path);
  if (!text) return RuleErrors{std::move(text).error()};
  return parse_rule_file(*text, path, options);
}

Result<std::vector<RuleFile>, RuleErrors> load_rule_files(const std::vector<std::string>& paths,
                                                          const RuleFileOptions& options) {
  std::vector<RuleFile> files;
  RuleErrors errors;
  for (const std::string& path : paths) {
    auto file = load_rule_file(path, options);
    if (file) {
      files.push_back(*std::move(file));
    } else {
      std::move(file.error().begin(), file.error().end(), std::back_inserter(errors));
    }
  }
  if (!errors.empty()) return errors;
  return files;
}

Result<std::vector<std::string>> expand_rule_patterns(const std::vector<std::string>& patterns) {
  std::vector<std::string> paths;
  std::set<std::string> seen;
  for (const std::string& pattern : patterns) {
    ASSIGN_OR_RETURN(const std::vector<std::string> matches, config::glob(pattern));
    for (const std::string& path : matches) {
      if (seen.insert(path).second) paths.push_back(path);
    }
  }
  return paths;
}

std::vector<DuplicateRule> duplicate_rules(const std::vector<RuleFile>& files) {
  std::vector<DuplicateRule> duplicates;
  std::set<std::pair<std::string, TextPairs>> seen;
  for (const RuleFile& file : files) {
    for (const GroupSpec& group : file.groups) {
      for (const RuleSpec& rule : group.rules) {
        if (seen.emplace(rule.name, rule.labels).second) continue;
        duplicates.push_back({rule.name, rule.labels, rule.where});
      }
    }
  }
  return duplicates;
}

}  // namespace tocsin::rules
