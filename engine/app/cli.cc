#include "engine/app/cli.h"

#include <CLI/CLI.hpp>
#include <algorithm>

#include "engine/app/commands.h"
#include "engine/app/external_url.h"
#include "engine/app/feature_flags.h"
#include "engine/app/query_flags.h"
#include "engine/app/terminal.h"
#include "engine/app/version.h"
#include "engine/base/matcher.h"
#include "engine/config/yaml.h"

namespace tocsin::app {
namespace {

// A flag whose text is checked and stored by `parse`.
template <class T>
CLI::Option* add_parsed(CLI::App& app, const std::string& names, T& out,
                        base::Result<T> (*parse)(std::string_view), const std::string& help) {
  return app.add_option_function<std::string>(
      names,
      [&out, parse, names](const std::string& text) {
        auto value = parse(text);
        if (!value)
          throw CLI::ValidationError("--" + names.substr(2, names.find(',') - 2),
                                     value.error().message);
        out = *std::move(value);
      },
      help);
}

CLI::Option* add_duration(CLI::App& app, const std::string& names, base::DurationMs& out,
                          const std::string& help) {
  return add_parsed<base::DurationMs>(app, names, out, base::parse_duration, help)
      ->default_str(base::format_duration(out))
      ->type_name("DURATION");
}

base::Result<base::LogLevel> parse_level(std::string_view text) {
  if (text == "debug") return base::LogLevel::kDebug;
  if (text == "info") return base::LogLevel::kInfo;
  if (text == "warn") return base::LogLevel::kWarn;
  if (text == "error") return base::LogLevel::kError;
  return base::Error{base::Code::kInvalid, "must be one of debug, info, warn, error"};
}

base::Result<base::LogFormat> parse_log_format(std::string_view text) {
  if (text == "logfmt") return base::LogFormat::kLogfmt;
  if (text == "json") return base::LogFormat::kJson;
  return base::Error{base::Code::kInvalid, "must be logfmt or json"};
}

base::Result<std::string> parse_cors_origin(std::string_view text) {
  if (const auto regex = base::Regex::compile(text); !regex) return regex.error();
  return std::string(text);
}

void add_features(CLI::App& app, promql::Features& out) {
  add_parsed<promql::Features>(app, "--enable-feature", out, parse_features,
                               "Comma-separated feature names.")
      ->join(',');
}

void add_storage_flags(CLI::App& app, ServeFlags& flags) {
  app.add_option("--storage.path,--storage.tsdb.path", flags.storage_path,
                 "Folder for state; made if missing.")
      ->capture_default_str();
  add_duration(app, "--storage.retention,--storage.tsdb.retention.time", flags.retention,
               "How long samples are kept.");
  app.add_option("--storage.series-max", flags.series_max,
                 "Refuse new series beyond this many; 0: no bound.")
      ->capture_default_str();
}

void add_web_flags(CLI::App& app, ServeFlags& flags) {
  app.add_option("--web.listen-address", flags.listen_address, "Address to listen on.")
      ->capture_default_str();
  add_parsed<std::string>(app, "--web.external-url", flags.external_url, parse_external_url,
                          "URL under which people reach this; used in links.")
      ->type_name("URL");
  app.add_option_function<std::string>(
         "--web.route-prefix",
         [&flags](const std::string& text) { flags.route_prefix = trim_route_prefix(text); },
         "Prefix of all paths; default: the path of --web.external-url.")
      ->type_name("PATH");
  add_parsed<std::string>(app, "--web.cors.origin", flags.cors_origin, parse_cors_origin,
                          "Regular expression of the origins whose pages may read the API.")
      ->default_str(flags.cors_origin)
      ->type_name("REGEX");
  app.add_option("--web.page-title", flags.page_title, "Title of the pages.")
      ->capture_default_str();
  add_duration(app, "--web.read-timeout", flags.web_read_timeout,
               "Most time for reading a request, and until an idle connection is closed; 0: as "
               "without the flag.");
  app.add_option("--web.max-connections", flags.web_connections_max,
                 "Most connections at once; idle ones give way.")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_flag("--web.enable-remote-write-receiver", flags.enable_remote_write_receiver,
               "Take remote write 1.0 at /api/v1/write.")
      ->capture_default_str();
  app.add_flag("--web.enable-lifecycle,!--no-web.enable-lifecycle", flags.enable_lifecycle,
               "Allow POST /-/reload.")
      ->capture_default_str();
}

/// The file of active queries has room for all, on the disk from the start.
constexpr uint32_t kQueryPlacesMax = 10'000;

void add_query_flags(CLI::App& app, ServeFlags& flags) {
  add_duration(app, "--query.lookback-delta", flags.lookback_delta,
               "How far back a selector looks for a sample.");
  add_duration(app, "--query.timeout", flags.query_timeout, "Most time one query may take.");
  app.add_option("--query.max-samples", flags.query_samples_max, "Most samples one query may hold.")
      ->capture_default_str();
  app.add_option("--query.max-memory", flags.query_memory_max, "Most bytes one query may hold.")
      ->capture_default_str();
  app.add_option("--query.max-concurrency", flags.query_concurrency_max,
                 "Most queries of clients at once; further ones wait.")
      ->check(CLI::Range(1u, kQueryPlacesMax))
      ->capture_default_str();
  app.add_option("--query.log-file", flags.query_log_file,
                 "Log of all queries, unless global.query_log_file names one.");
}

void add_serve(CLI::App& root, ServeFlags& flags) {
  CLI::App* app = root.add_subcommand("serve", "Scrape, evaluate rules, route and send alerts.");
  app->footer(
      "Example:\n  tocsin serve --config.file=prometheus.yml --notify.config.file=alertmanager.yml "
      "--storage.path=data/");
  app->add_option("--config.file", flags.config_file, "prometheus.yml")->capture_default_str();
  app->add_option(
      "--notify.config.file,--alertmanager.config.file", flags.notify_config_file,
      "alertmanager.yml; without it alerts only go to alerting.alertmanagers of prometheus.yml.");
  add_storage_flags(*app, flags);
  add_web_flags(*app, flags);
  add_query_flags(*app, flags);
  add_duration(*app, "--rules.alert.resend-delay", flags.resend_delay,
               "Least time between sends of an unchanged alert.");
  app->add_flag(
      "--rules.early-evaluation,!--no-rules.early-evaluation", flags.early_evaluation,
      "Start alerts without `for` when a scrape shows them, and evaluate other rules soon "
      "after the scrapes they read (default).");
  add_parsed<base::LogLevel>(*app, "--log.level", flags.log_level, parse_level,
                             "debug, info, warn or error.")
      ->default_str("info");
  add_parsed<base::LogFormat>(*app, "--log.format", flags.log_format, parse_log_format,
                              "logfmt or json.")
      ->default_str("logfmt");
  add_features(*app, flags.features);
}

void add_demo(CLI::App& root, DemoFlags& flags) {
  CLI::App* app = root.add_subcommand(
      "demo", "Start a simulated GPU/LLM fleet, the engine and receivers, all on loopback.");
  app->footer(
      "Example:\n  tocsin demo            watch alerts fire, arrive and resolve\n  tocsin demo "
      "--once     end as soon as every receiver has had both");
  app->add_flag(
      "--once", flags.once,
      "End when every receiver has had a firing and a resolved message; fail after 120 s.");
  app->add_flag("--plain", flags.plain, "No colours.");
  app->add_option("--web.listen-address", flags.listen_address,
                  "Where the engine listens; the next free port if taken.")
      ->capture_default_str();
}

void add_check(CLI::App& root, std::map<std::string, CheckFlags>& flags) {
  CLI::App* app = root.add_subcommand("check", "Check configuration and rule files.");
  app->require_subcommand(1);
  const auto add = [&](const std::string& name, const std::string& help,
                       const std::string& example) {
    CLI::App* command = app->add_subcommand(name, help);
    command->footer("Example:\n  tocsin check " + name + " " + example);
    command->add_option("FILE", flags[name].files, "Files to check.")->required();
    return command;
  };
  app->footer("Example:\n  tocsin check rules rules/*.yml");
  add_features(
      *add("config", "Check prometheus.yml and the rule files it names.", "prometheus.yml"),
      flags["config"].features);
  add_features(*add("rules", "Check rule files and PrometheusRule manifests.", "rules/*.yml"),
               flags["rules"].features);
  add("notify", "Check alertmanager.yml and its templates.", "alertmanager.yml");
}

void add_test(CLI::App& root, TestPromqlFlags& flags) {
  CLI::App* app = root.add_subcommand("test", "Run tests.");
  app->require_subcommand(1);
  app->footer("Example:\n  tocsin test promql tests/*.test");
  CLI::App* promql = app->add_subcommand("promql", "Run PromQL test scripts (load, eval, expect).");
  promql->footer("Example:\n  tocsin test promql tests/*.test");
  promql->add_option("FILE", flags.files, "Scripts to run.")->required();
  promql->add_flag("-v,--verbose", flags.verbose, "List passing cases, too.");
}

// What each flag of `command` stands at, for the API.
std::map<std::string, std::string> shown_flags(const CLI::App& command) {
  std::map<std::string, std::string> out;
  for (const CLI::Option* option : command.get_options()) {
    if (option->get_lnames().empty() || option->get_lnames().front() == "help") continue;
    const bool given = option->count() > 0;
    out[option->get_lnames().front()] =
        given ? option->as<std::string>() : option->get_default_str();
  }
  return out;
}

struct Flags {
  ServeFlags serve;
  DemoFlags demo;
  std::map<std::string, CheckFlags> check;
  TestPromqlFlags test;
  QueryFlags query;
};

void add_commands(CLI::App& root, Flags& flags) {
  root.require_subcommand(1);
  root.set_version_flag("--version", std::string("tocsin ") + kVersion + " (Prometheus " +
                                         kPrometheusVersion + ", Alertmanager " +
                                         kAlertmanagerVersion + ")");
  root.footer("Start here:\n  tocsin demo\nHelp on a command:\n  tocsin serve --help");
  add_serve(root, flags.serve);
  add_demo(root, flags.demo);
  add_check(root, flags.check);
  add_test(root, flags.test);
  add_query_commands(root, flags.query);
}

int run(const CLI::App& root, Flags& flags) {
  if (const auto* serve = root.get_subcommand("serve"); serve->parsed()) {
    flags.serve.shown = shown_flags(*serve);
    return run_serve(flags.serve);
  }
  if (root.got_subcommand("demo")) return run_demo(flags.demo);
  if (const auto* check = root.get_subcommand("check"); check->parsed()) {
    if (check->got_subcommand("config")) return run_check_config(flags.check["config"]);
    if (check->got_subcommand("rules")) return run_check_rules(flags.check["rules"]);
    return run_check_notify(flags.check["notify"]);
  }
  if (root.got_subcommand("test")) return run_test_promql(flags.test);
  return run_query_command(*root.get_subcommand("query"), flags.query);
}

// Whether `word` is no flag of one letter, though it begins like one: an expression, perhaps.
bool is_unknown_letter(const CLI::App& app, const std::string& word) {
  if (word.size() < 2 || word[0] != '-' || word[1] == '-') return false;
  const std::string letter(1, word[1]);
  return std::ranges::none_of(app.get_options(), [&](const CLI::Option* option) {
    return std::ranges::count(option->get_snames(), letter) > 0;
  });
}

std::vector<std::string> command_names(const CLI::App& app) {
  std::vector<std::string> out;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; }))
    out.push_back(command->get_name());
  return out;
}

// What a group of commands says when none of them is named; "" for a command.
std::string missing_command(const CLI::App& app, const std::string& words) {
  std::string out;
  for (const std::string& name : command_names(app)) out += (out.empty() ? "" : ", ") + name;
  return out.empty() ? out : words + " needs a command: " + out;
}

// What is wrong with the first word that no command or flag explains, or "".
std::string usage_fault(const CLI::App& root, int argc, const char* const* argv) {
  const CLI::App* app = &root;
  std::string words = root.get_name();
  for (int i = 1; i < argc; ++i) {
    std::string word = argv[i];
    std::vector<std::string> known;
    if (word.starts_with("--")) {
      word = word.substr(0, word.find('='));
      for (const CLI::Option* option : app->get_options()) {
        for (const std::string& name : option->get_lnames()) known.push_back("--" + name);
      }
    } else if (is_unknown_letter(*app, word)) {
      return "unknown flag " + word + "; what begins with a minus and is no flag goes after --";
    } else {
      known = command_names(*app);
      if (known.empty()) continue;  // A value or a file.
    }
    if (std::ranges::find(known, word) == known.end()) {
      const std::string near = config::nearest_word(word, known);
      return "unknown " + std::string(word.starts_with('-') ? "flag " : "command ") + word +
             (near.empty() ? "" : "; did you mean " + near + "?");
    }
    if (word.starts_with('-')) continue;
    app = app->get_subcommand(word);
    words += " " + word;
  }
  return missing_command(*app, words);
}

}  // namespace

int run_command_line(int argc, const char* const* argv) {
  Flags flags;
  CLI::App root("Tocsin: a Prometheus-compatible alerting engine in one process.", "tocsin");
  add_commands(root, flags);
  try {
    root.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    // CLI11 prints help and version texts itself; everything else is wrong usage.
    const bool is_wrong = error.get_exit_code() != 0;
    if (const auto fault = usage_fault(root, argc, argv); is_wrong && !fault.empty()) {
      print_error(fault + "\nRun with --help for more information.");
      return kExitUsage;
    }
    root.exit(error);
    return is_wrong ? kExitUsage : kExitOk;
  }
  return run(root, flags);
}

}  // namespace tocsin::app
