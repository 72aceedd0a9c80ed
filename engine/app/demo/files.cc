#include "engine/app/demo/files.h"

#include "engine/app/demo/embedded.h"

namespace tocsin::app::demo {
namespace {

std::string replace_all(std::string text, std::string_view from, std::string_view to) {
  for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

}  // namespace

base::Status write_files(base::Files& files, const std::string& folder, const Ports& ports) {
  const Ports defaults;
  const auto with_ports = [&](std::string_view text) {
    std::string out(text);
    // By way of a mark, so that a new port that equals an old one is not replaced again.
    const std::pair<uint16_t, uint16_t> changes[] = {{defaults.fleet, ports.fleet},
                                                     {defaults.receivers, ports.receivers},
                                                     {defaults.smtp, ports.smtp}};
    for (size_t i = 0; i < std::size(changes); ++i) {
      out = replace_all(std::move(out), "127.0.0.1:" + std::to_string(changes[i].first),
                        "\x01" + std::to_string(i));
    }
    for (size_t i = 0; i < std::size(changes); ++i) {
      out = replace_all(std::move(out), "\x01" + std::to_string(i),
                        "127.0.0.1:" + std::to_string(changes[i].second));
    }
    return out;
  };
  const std::pair<std::string_view, std::string_view> examples[] = {
      {"prometheus.yml", kPrometheusYml},
      {"rules.yml", kRulesYml},
      {"alertmanager.yml", kAlertmanagerYml}};
  for (const auto& [name, text] : examples) {
    RETURN_IF_ERROR(base::replace_file(files, folder + "/" + std::string(name), with_ports(text)));
  }
  return {};
}

}  // namespace tocsin::app::demo
