#include "engine/app/prometheus_config.h"

#include <algorithm>
#include <array>
#include <cstdlib>

#include "engine/app/shown_config.h"
#include "engine/config/show_yaml.h"

namespace tocsin::app {
namespace {

using base::Code;
using base::Error;
using base::Status;
using config::YamlFields;
using config::YamlNode;

constexpr std::array<std::string_view, 7> kLaterSections = {
    "remote_write", "remote_read", "storage", "tracing", "otlp", "runtime", "scrape_config_files"};
constexpr std::array<std::string_view, 1> kLaterGlobals = {"scrape_failure_log_file"};

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// Go's os.Expand with "$$" for a dollar sign.
std::string expand(std::string_view text, const Environment& environment,
                   std::vector<std::string>& unset) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '$' || i + 1 == text.size()) {
      out += text[i];
      continue;
    }
    if (text[i + 1] == '$') {
      out += '$';
      ++i;
      continue;
    }
    const bool braces = text[i + 1] == '{';
    const size_t start = i + (braces ? 2 : 1);
    size_t end = start;
    while (end < text.size() && is_name_character(text[end])) ++end;
    const bool closed = !braces || (end < text.size() && text[end] == '}');
    if (end == start || !closed) {
      out += '$';
      continue;
    }
    const std::string name(text.substr(start, end - start));
    const auto value = environment(name);
    if (!value) unset.push_back(name);
    out += value.value_or("");
    i = end - (braces ? 0 : 1);
  }
  return out;
}

class Loader {
 public:
  Loader(const Environment& environment, PrometheusConfig& out)
      : environment_(environment), out_(out) {}

  Status load(const YamlNode& root) {
    YamlFields fields(root, "config file");
    fields.node("global", [&](const YamlNode& node) { return read_global(node); });
    fields.node("rule_files", [&](const YamlNode& node) { return read_rule_files(node); });
    // The list is read after `global`, wherever it stands in the file.
    fields.node("scrape_configs", [&](const YamlNode& node) -> Status {
      ASSIGN_OR_RETURN(out_.scrape_configs,
                       scrape::parse_scrape_configs(node, out_.scrape_defaults, job_names_));
      return {};
    });
    fields.node("alerting", [&](const YamlNode& node) -> Status {
      ASSIGN_OR_RETURN(out_.alerting, notifiers::parse_alerting_config(node));
      return {};
    });
    fields.unsupported(kLaterSections, "not supported in this version");
    return fields.finish();
  }

 private:
  Status read_global(const YamlNode& node) {
    YamlFields fields(node, "global");
    fields.duration("evaluation_interval", out_.evaluation_interval);
    fields.duration("rule_query_offset", out_.rule_query_offset);
    fields.string("query_log_file", out_.query_log_file);
    fields.node("external_labels",
                [&](const YamlNode& labels) { return read_external_labels(labels); });
    RETURN_IF_ERROR(scrape::read_scrape_defaults(fields, node, out_.scrape_defaults));
    fields.unsupported(kLaterGlobals, "not supported in this version");
    RETURN_IF_ERROR(fields.finish());
    if (!out_.query_log_file.empty())
      out_.query_log_file = config::resolve_path(out_.file, out_.query_log_file);
    if (out_.evaluation_interval == 0) out_.evaluation_interval = base::kMinute;
    return {};
  }

  Status read_external_labels(const YamlNode& node) {
    if (node.is_null()) return {};
    if (!node.is_mapping())
      return Error{Code::kInvalid, "external_labels must be a mapping", node.where};
    base::LabelsBuilder labels;
    for (const YamlNode::Entry& entry : node.entries) {
      const std::string& name = entry.key.scalar;
      if (name.empty() || !base::is_utf8(name)) {
        return Error{Code::kInvalid, base::go_quote(name) + " is not a valid label name",
                     entry.key.where};
      }
      ASSIGN_OR_RETURN(const std::string text, config::yaml_string(entry.value));
      std::vector<std::string> unset;
      labels.set(name, expand(text, environment_, unset));
      for (const std::string& variable : unset) {
        out_.warnings.push_back(entry.value.where.to_string() + ": external label " + name +
                                ": the environment variable " + variable + " is not set");
      }
    }
    out_.external_labels = labels.build();
    return {};
  }

  Status read_rule_files(const YamlNode& node) {
    if (node.is_null()) return {};
    ASSIGN_OR_RETURN(const std::vector<std::string> patterns, config::yaml_strings(node));
    for (size_t i = 0; i < patterns.size(); ++i) {
      const std::string_view pattern = patterns[i];
      const size_t star = pattern.find('*');
      const bool deep =
          star != std::string_view::npos && pattern.find('/', star) != std::string_view::npos;
      if (deep || std::ranges::count(pattern, '*') > 1) {
        return Error{Code::kInvalid,
                     "invalid rule file path " + base::go_quote(pattern) +
                         ": one * in the last part at most",
                     node.items[i].where};
      }
      out_.rule_files.push_back(config::resolve_path(out_.file, patterns[i]));
    }
    return {};
  }

  const Environment& environment_;
  PrometheusConfig& out_;
  std::vector<std::string> job_names_;
};

}  // namespace

base::Result<PrometheusConfig> parse_prometheus_config(std::string_view text,
                                                       const std::string& file,
                                                       const Environment& environment) {
  ASSIGN_OR_RETURN(const YamlNode root, config::parse_yaml_document(text, file));
  PrometheusConfig out;
  out.file = file;
  RETURN_IF_ERROR(Loader(environment, out).load(root));
  out.shown = config::show_yaml(with_defaults(root, out), config::http_secret_keys());
  return out;
}

base::Result<PrometheusConfig> load_prometheus_config(const std::string& file) {
  ASSIGN_OR_RETURN(const std::string text, config::read_file(file));
  return parse_prometheus_config(text, file,
                                 [](const std::string& name) -> std::optional<std::string> {
                                   const char* value = std::getenv(name.c_str());
                                   if (value == nullptr) return std::nullopt;
                                   return value;
                                 });
}

}  // namespace tocsin::app
