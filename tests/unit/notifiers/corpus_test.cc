// Configurations that we did not write: ../shared beside the repository. Skipped where it is
// absent.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>

#include "notifiers/config.h"
#include "notifiers/setup.h"
#include "tests/support/source_dir.h"

namespace tocsin::notifiers {
namespace {

namespace fs = std::filesystem;

const fs::path kShared = fs::path(tocsin::testing::source_dir()).parent_path() / "shared";

/// Loads and compiles a text; the error's code and message, or nothing.
std::optional<base::Error> refusal(const std::string& text, const std::string& file) {
  auto config = load_config(text, file);
  if (!config) return config.error();
  const base::Status status = check_config(*config);
  if (!status.ok()) return status.error();
  return std::nullopt;
}

/// What upstream refuses with these texts, and so do we; everything else loads or is refused as not
/// supported.
const std::map<std::string, std::string>& bad_files() {
  static const std::map<std::string, std::string> files{
      {"conf.slack-both-file-and-token.yml",
       "at most one of slack_app_token & slack_app_token_file must be configured"},
      {"conf.slack-both-file-and-url.yml",
       "at most one of slack_api_url & slack_api_url_file must be configured"},
      {"conf.slack-both-url-and-token.yml",
       "at most one of slack_app_token/slack_app_token_file & slack_api_url/slack_api_url_file "
       "must "
       "be configured"},
      {"conf.slack-no-api-url-or-token.yml",
       "no Slack API URL nor App token set either inline or in a file"},
      {"conf.slack-update-message-and-webhook.yml",
       "update_message can only be used with bot tokens. api_url must be set to "
       "https://slack.com/api/chat.postMessage"},
      {"conf.smtp-both-password-and-file.yml",
       "at most one of smtp_auth_password & smtp_auth_password_file must be configured"},
      {"conf.nil-match_re-route.yml", "invalid regexp value for \"invalid_label\""}};
  return files;
}

void expect_known_outcome(const fs::path& path) {
  const auto text = config::read_file(path.string());
  ASSERT_TRUE(text.ok());
  const auto error = refusal(*text, path.string());
  const auto expected = bad_files().find(path.filename().string());
  if (expected != bad_files().end()) {
    ASSERT_TRUE(error.has_value()) << path;
    EXPECT_EQ(error->message, expected->second) << path;
  } else if (error && !path.filename().string().starts_with("conf.bad")) {
    EXPECT_EQ(error->code, base::Code::kUnsupported) << error->to_string();
  }
  if (error) {
    EXPECT_GT(error->where.line, 0u) << error->to_string();
  }
}

TEST(Corpus, LoadsOrIsRefusedByName) {
  const fs::path folder = kShared / "corpus" / "alertmanager";
  if (!fs::exists(folder)) GTEST_SKIP() << folder << " is absent";
  size_t seen = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.path().extension() != ".yml") continue;
    ++seen;
    expect_known_outcome(entry.path());
  }
  EXPECT_GT(seen, 40u);
}

TEST(Corpus, LoadsTheFilesThatUseWhatWeHave) {
  const fs::path folder = kShared / "corpus" / "alertmanager";
  if (!fs::exists(folder)) GTEST_SKIP() << folder << " is absent";
  for (const char* name :
       {"conf.group-by-all.yml", "conf.slack-default-api-url-file.yml",
        "conf.slack-default-app-token.yml", "conf.smtp-no-username-or-password.yml",
        "conf.smtp-password-global-and-local.yml", "amtool/conf.routing.yml"}) {
    const auto text = config::read_file((folder / name).string());
    ASSERT_TRUE(text.ok()) << name;
    const auto error = refusal(*text, name);
    EXPECT_FALSE(error.has_value()) << (error ? error->to_string() : "");
  }
}

/// The fenced block of a seed that holds `marker`; when `inner` is given, the more indented block
/// below that line, moved to the left.
std::string seed_block(const std::string& file, const std::string& marker,
                       const std::string& inner = "") {
  const auto text = config::read_file((kShared / "seeds" / file).string());
  if (!text) return {};
  size_t at = text->find(marker);
  at = text->rfind("```yaml\n", at) + 8;
  std::string block = text->substr(at, text->find("```", at) - at);
  if (inner.empty()) return block;
  block = block.substr(block.find(inner));
  block = block.substr(block.find('\n') + 1);
  const size_t indent = block.find_first_not_of(' ');
  std::string out;
  for (size_t line = 0; line < block.size();) {
    const size_t end = std::min(block.find('\n', line), block.size());
    out += block.substr(std::min(line + indent, end), end - std::min(line + indent, end)) + '\n';
    line = end + 1;
  }
  return out;
}

TEST(Seeds, LoadAsTheyMeanIt) {
  if (!fs::exists(kShared / "seeds")) GTEST_SKIP() << "../shared/seeds is absent";
  const std::string openhands =
      seed_block("001_367e8cb9eaf6d7ca.txt", "alertmanager.yaml: |", "alertmanager.yaml: |");
  const std::string llamactl = seed_block("003_73da07f7eea7802c.txt", "slack_configs:");
  for (const std::string& text : {openhands, llamactl}) {
    ASSERT_FALSE(text.empty());
    const auto error = refusal(text, "seed.yml");
    EXPECT_FALSE(error.has_value()) << (error ? error->to_string() : "") << '\n' << text;
  }
}

TEST(Seeds, TheMailWithForeignKeysIsExplained) {
  if (!fs::exists(kShared / "seeds")) GTEST_SKIP() << "../shared/seeds is absent";
  std::string text = seed_block("002_79fc2db27582078b.txt", "email_configs:");
  const auto error = refusal(text, "seed.yml");
  ASSERT_TRUE(error.has_value());
  EXPECT_EQ(error->to_string(),
            "seed.yml:16:5: unknown key \"subject\" in email_configs; write it as headers: "
            "{Subject: …}");
}

}  // namespace
}  // namespace tocsin::notifiers
