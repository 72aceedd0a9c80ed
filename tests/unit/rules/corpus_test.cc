// Real rule files load, or are refused, as Debian's promtool loads or refuses them.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>

#include "engine/config/yaml.h"
#include "rules/rule_file.h"
#include "tests/support/source_dir.h"

namespace tocsin::rules {
namespace {

namespace fs = std::filesystem;

fs::path corpus() {
  const char* given = std::getenv("TOCSIN_CORPUS");
  return given != nullptr ? fs::path(given)
                          : fs::path(tocsin::testing::source_dir()) / "../shared/corpus";
}

std::vector<std::string> yaml_files(const fs::path& folder) {
  std::vector<std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const std::string extension = entry.path().extension().string();
    if (extension == ".yml" || extension == ".yaml") files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

/// promtool's number of rules in each file, or -1 where it refuses the file.
std::map<std::string, int> promtool_rules(const std::vector<std::string>& paths) {
  std::string command = "/usr/bin/promtool check rules --lint=none";
  for (const std::string& path : paths) command += " '" + path + "'";
  FILE* pipe = popen((command + " 2>&1").c_str(), "r");
  std::string output;
  char chunk[4096];
  while (pipe != nullptr && std::fgets(chunk, sizeof chunk, pipe) != nullptr) output += chunk;
  if (pipe != nullptr) pclose(pipe);
  std::map<std::string, int> rules;
  for (const std::string& path : paths) {
    const std::string head = "Checking " + path + "\n";
    const size_t at = output.find(head);
    if (at == std::string::npos) continue;
    const std::string_view verdict = std::string_view(output).substr(at + head.size());
    constexpr std::string_view kGood = "  SUCCESS: ";
    rules[path] = verdict.starts_with(kGood) ? std::atoi(verdict.data() + kGood.size()) : -1;
  }
  return rules;
}

int our_rules(const base::Result<RuleFile, RuleErrors>& file) {
  if (!file.ok()) return -1;
  int rules = 0;
  for (const GroupSpec& group : file->groups) rules += static_cast<int>(group.rules.size());
  return rules;
}

/// Files about which we and promtool 2.42 differ, and why.
std::string known_difference(const std::string& path, int theirs, int ours) {
  const auto text = config::read_file(path);
  if (text.ok() && text->find("kind: PrometheusRule") != std::string::npos) {
    return theirs == -1 && ours > 0 ? "manifests are read directly" : "";
  }
  return "";
}

TEST(RuleCorpus, LoadsOrIsRefusedAsByPromtool) {
  if (!fs::exists(corpus() / "rules")) GTEST_SKIP() << "no corpus at " << corpus();
  if (!fs::exists("/usr/bin/promtool")) GTEST_SKIP() << "no promtool";
  std::vector<std::string> paths = yaml_files(corpus() / "rules");
  for (std::string& path : yaml_files(corpus() / "promtool")) paths.push_back(std::move(path));
  const std::map<std::string, int> verdicts = promtool_rules(paths);
  ASSERT_EQ(verdicts.size(), paths.size());
  std::map<std::string, int> differences;
  int same = 0;
  for (const auto& [path, theirs] : verdicts) {
    const auto loaded = load_rule_file(path);
    const int ours = our_rules(loaded);
    if (ours == theirs) {
      ++same;
      continue;
    }
    const std::string why = known_difference(path, theirs, ours);
    EXPECT_FALSE(why.empty()) << path << ": promtool " << theirs << ", ours " << ours << " "
                              << (loaded ? "" : loaded.error().front().to_string());
    ++differences[why];
  }
  EXPECT_GT(same, 100);
  for (const auto& [why, count] : differences) {
    std::printf("%d files differ: %s\n", count, why.c_str());
  }
}

TEST(RuleCorpus, EveryErrorHasFileLineAndColumn) {
  if (!fs::exists(corpus() / "rules")) GTEST_SKIP() << "no corpus at " << corpus();
  int errors = 0;
  for (const char* folder : {"rules", "promtool", "alertmanager", "prometheus-config"}) {
    for (const std::string& path : yaml_files(corpus() / folder)) {
      const auto file = load_rule_file(path);
      if (file) continue;
      for (const base::Error& error : file.error()) {
        ++errors;
        EXPECT_EQ(error.where.file, path);
        EXPECT_GT(error.where.line, 0u) << error.to_string();
        EXPECT_GT(error.where.column, 0u) << error.to_string();
      }
    }
  }
  EXPECT_GT(errors, 100);
}

}  // namespace
}  // namespace tocsin::rules
