#include "engine/app/cli.h"

#include <iostream>

#include "engine/app/commands.h"
#include "tests/unit/app/folder.h"

namespace tocsin::app {
namespace {

struct Outcome {
  int code = 0;
  std::string out;
  std::string err;
};

Outcome run(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "tocsin");
  ::testing::internal::CaptureStdout();
  ::testing::internal::CaptureStderr();
  Outcome out;
  out.code = run_command_line(static_cast<int>(arguments.size()), arguments.data());
  std::cout.flush();
  out.out = ::testing::internal::GetCapturedStdout();
  out.err = ::testing::internal::GetCapturedStderr();
  return out;
}

TEST(CommandLine, HelpsWithAnExampleForEveryCommand) {
  for (const std::vector<const char*>& command :
       std::vector<std::vector<const char*>>{{"serve"},
                                             {"demo"},
                                             {"check", "config"},
                                             {"check", "rules"},
                                             {"check", "notify"},
                                             {"test", "promql"},
                                             {"query", "instant"},
                                             {"query", "range"},
                                             {"query", "series"},
                                             {"query", "labels"},
                                             {"query", "format"},
                                             {"query", "explain"}}) {
    auto arguments = command;
    arguments.push_back("--help");
    const Outcome outcome = run(arguments);
    EXPECT_EQ(outcome.code, kExitOk);
    EXPECT_NE(outcome.out.find("Example:\n  tocsin " + std::string(command[0])), std::string::npos)
        << outcome.out;
  }
  EXPECT_EQ(run({"--version"}).code, kExitOk);
}

TEST(CommandLine, NamesWhatItDoesNotKnow) {
  const std::pair<std::vector<const char*>, const char*> cases[] = {
      {{"serv"}, "unknown command serv; did you mean serve?"},
      {{"check", "confg", "a.yml"}, "unknown command confg; did you mean config?"},
      {{"serve", "--config.fil=a.yml"}, "unknown flag --config.fil; did you mean --config.file?"},
      {{"serve", "--zzzzzzzzzz"}, "unknown flag --zzzzzzzzzz\n"},
      {{"check"}, "tocsin check needs a command: config, rules, notify\n"},
      {{"query"},
       "tocsin query needs a command: instant, range, series, labels, format, explain\n"},
  };
  for (const auto& [arguments, hint] : cases) {
    const Outcome outcome = run(arguments);
    EXPECT_EQ(outcome.code, kExitUsage);
    EXPECT_NE(outcome.err.find(hint), std::string::npos) << outcome.err;
  }
}

TEST(CommandLine, RefusesWrongUsage) {
  for (const std::vector<const char*>& arguments :
       std::vector<std::vector<const char*>>{{},
                                             {"check"},
                                             {"check", "config"},
                                             {"serve", "--query.timeout=soon"},
                                             {"serve", "--query.timeout", "soon"},
                                             {"serve", "--log.level=loud"},
                                             {"serve", "--enable-feature=none-such"},
                                             {"serve", "--web.external-url=http://a?b"},
                                             {"serve", "--web.cors.origin=("},
                                             {"serve", "--web.max-connections=0"},
                                             {"serve", "--query.max-concurrency=0"},
                                             {"serve", "--query.max-concurrency=10001"},
                                             {"serve", "--web.enable-admin-api"},
                                             {"serve", "--web.config.file=web.yml"}}) {
    const Outcome outcome = run(arguments);
    EXPECT_EQ(outcome.code, kExitUsage);
    EXPECT_FALSE(outcome.err.empty());
  }
}

TEST(CommandLine, SaysInOneSentenceThatAFileIsMissing) {
  const TestFolder folder;
  const std::string data = "--storage.path=" + folder.path("data");
  const Outcome outcome = run({"serve", "--config.file", "/nonexistent/p.yml", data.c_str()});
  EXPECT_EQ(outcome.code, kExitFailed);
  EXPECT_NE(
      outcome.err.find("tocsin: cannot read \"/nonexistent/p.yml\": No such file or directory\n"),
      std::string::npos)
      << outcome.err;
}

TEST(CheckRules, PrintsAsPromtool) {
  const TestFolder folder;
  const std::string good =
      folder.write("good.yml", "groups: [{name: g, rules: [{record: a, expr: b}]}]\n");
  Outcome outcome = run({"check", "rules", good.c_str()});
  EXPECT_EQ(outcome.code, kExitOk);
  EXPECT_EQ(outcome.out, "Checking " + good + "\n  SUCCESS: 1 rules found\n\n");
  const std::string bad =
      folder.write("bad.yml", "groups:\n- name: g\n  rules:\n  - {record: a, expr: b(}\n");
  outcome = run({"check", "rules", good.c_str(), bad.c_str()});
  EXPECT_EQ(outcome.code, kExitFailed);
  EXPECT_NE(outcome.out.find("  FAILED:\n" + bad + ":4:"), std::string::npos) << outcome.out;
}

TEST(CheckRules, TakesTheServersFeatures) {
  const TestFolder folder;
  const std::string rules = folder.write(
      "new.yml",
      "groups: [{name: g, rules: [{record: a, expr: 'mad_over_time(b[5m]) + fill (0) c'}]}]\n");
  EXPECT_EQ(run({"check", "rules", rules.c_str()}).code, kExitFailed);
  EXPECT_EQ(run({"check", "rules", "--enable-feature=promql-experimental-functions",
                 "--enable-feature=promql-binop-fill-modifiers", rules.c_str()})
                .code,
            kExitOk);
  const Outcome unknown = run({"check", "rules", "--enable-feature=old-ui", rules.c_str()});
  EXPECT_EQ(unknown.code, kExitUsage);
  EXPECT_NE(unknown.err.find("feature \"old-ui\" is not supported: "), std::string::npos)
      << unknown.err;
}

TEST(CheckConfig, ChecksTheRuleFilesItNames) {
  const TestFolder folder;
  folder.write("r.yml", "groups: [{name: g, rules: [{alert: A, expr: b(}]}]\n");
  const std::string file = folder.write("p.yml", "rule_files: [r.yml]\n");
  const Outcome outcome = run({"check", "config", file.c_str()});
  EXPECT_EQ(outcome.code, kExitFailed);
  EXPECT_NE(outcome.out.find("SUCCESS: " + file + " is valid prometheus config file syntax"),
            std::string::npos);
  EXPECT_NE(outcome.out.find("r.yml:1:"), std::string::npos) << outcome.out;
}

TEST(CheckNotify, CompilesEveryMessage) {
  const TestFolder folder;
  const std::string head = "route: {receiver: a}\nreceivers:\n- name: a\n  slack_configs:\n";
  const std::string good = folder.write(
      "good.yml", head + "  - {api_url: 'http://x/y', channel: '#c', title: 'a {{ .Status }}'}\n");
  EXPECT_EQ(run({"check", "notify", good.c_str()}).code, kExitOk);
  const std::string bad = folder.write(
      "bad.yml", head + "  - {api_url: 'http://x/y', channel: '#c', title: 'a {{ .Status'}\n");
  const Outcome outcome = run({"check", "notify", bad.c_str()});
  EXPECT_EQ(outcome.code, kExitFailed);
  EXPECT_NE(outcome.out.find(bad + ":5:"), std::string::npos) << outcome.out;
}

TEST(Query, SaysWhenNobodyAnswers) {
  const Outcome outcome = run({"query", "instant", "http://127.0.0.1:1", "up"});
  EXPECT_EQ(outcome.code, kExitFailed);
  EXPECT_NE(outcome.err.find("cannot ask http://127.0.0.1:1: "), std::string::npos) << outcome.err;
}

}  // namespace
}  // namespace tocsin::app
