// Any text, read as YAML.
#include "engine/config/yaml.h"
#include "tests/fuzz/fuzz_target.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tocsin;
  config::YamlLimits limits;
  limits.nodes_max = 20'000;
  limits.alias_nodes_max = 2'000;
  const auto documents = config::parse_yaml(fuzz_text(data, size), "input.yml", limits);
  if (!documents) {
    fuzz_check(!documents.error().message.empty(), "an error says something");
    return 0;
  }
  for (const config::YamlNode& node : *documents) {
    // The typed reads must refuse or answer, whatever the node is.
    (void)config::yaml_string(node).ok();
    (void)config::yaml_bool(node).ok();
    (void)config::yaml_int(node).ok();
    (void)config::yaml_float(node).ok();
    (void)config::yaml_duration(node).ok();
    (void)config::yaml_size(node).ok();
    (void)config::yaml_strings(node).ok();
  }
  return 0;
}
