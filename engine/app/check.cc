// tocsin check config|rules|notify: load files as the daemon would, and say what is wrong.
#include "engine/app/commands.h"
#include "engine/app/prometheus_config.h"
#include "engine/app/rule_check.h"
#include "engine/app/terminal.h"
#include "notifiers/config.h"
#include "notifiers/setup.h"

namespace tocsin::app {
namespace {

void print_failed(const std::vector<base::Error>& errors) {
  print_out("  FAILED:\n");
  for (const base::Error& error : errors) print_out(error.to_string() + "\n");
  print_out("\n");
}

// Checks one rule file and reports; false when something is wrong with it.
bool check_rule_file(const std::string& path, const promql::Features& features) {
  print_out("Checking " + path + "\n");
  const auto file = load_evaluable_rules(path, features);
  if (!file) {
    print_failed(file.error());
    return false;
  }
  size_t rules = 0;
  for (const rules::GroupSpec& group : file->groups) rules += group.rules.size();
  print_out("  SUCCESS: " + std::to_string(rules) + " rules found\n");
  for (const rules::DuplicateRule& duplicate : rules::duplicate_rules({*file})) {
    print_out("  warning: " + duplicate.where.to_string() + ": rule " + duplicate.name +
              " stands twice with the same labels; probably one of them was meant to differ\n");
  }
  print_out("\n");
  return true;
}

bool check_config_file(const std::string& path, const promql::Features& features) {
  print_out("Checking " + path + "\n");
  const auto config = load_prometheus_config(path);
  if (!config) {
    print_failed({config.error()});
    return false;
  }
  const auto files = rules::expand_rule_patterns(config->rule_files);
  if (!files) {
    print_failed({files.error()});
    return false;
  }
  for (const std::string& warning : config->warnings) print_out("  warning: " + warning + "\n");
  if (!files->empty())
    print_out("  SUCCESS: " + std::to_string(files->size()) + " rule files found\n");
  print_out(" SUCCESS: " + path + " is valid prometheus config file syntax\n\n");
  bool ok = true;
  for (const std::string& file : *files) ok = check_rule_file(file, features) && ok;
  return ok;
}

base::Result<notifiers::Config> load_notify_config(const std::string& path) {
  ASSIGN_OR_RETURN(const std::string text, config::read_file(path));
  return notifiers::load_config(text, path);
}

bool check_notify_file(const std::string& path, const promql::Features&) {
  print_out("Checking '" + path + "'");
  const auto config = load_notify_config(path);
  if (!config) {
    print_failed({config.error()});
    return false;
  }
  if (const base::Status status = notifiers::check_config(*config); !status.ok()) {
    print_failed({status.error()});
    return false;
  }
  print_out("  SUCCESS\nFound:\n - global config\n - route\n - 0 inhibit rules\n - " +
            std::to_string(config->receivers.size()) + " receivers\n - " +
            std::to_string(config->templates.size()) + " templates\n");
  for (const std::string& warning : config->warnings) print_out("  warning: " + warning + "\n");
  print_out("\n");
  return true;
}

int check_each(const CheckFlags& flags,
               bool (*check)(const std::string&, const promql::Features&)) {
  bool ok = true;
  for (const std::string& file : flags.files) ok = check(file, flags.features) && ok;
  return ok ? kExitOk : kExitFailed;
}

}  // namespace

int run_check_config(const CheckFlags& flags) { return check_each(flags, check_config_file); }
int run_check_rules(const CheckFlags& flags) { return check_each(flags, check_rule_file); }
int run_check_notify(const CheckFlags& flags) { return check_each(flags, check_notify_file); }

}  // namespace tocsin::app
