// Nested configuration values whose texts are templates: webhook payloads, PagerDuty details.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "engine/base/json_writer.h"
#include "engine/config/yaml.h"
#include "notifiers/text.h"

namespace tocsin::notifiers {

/// A YAML value with its keys and strings compiled. Rendered to JSON; a rendered string that reads
/// as a YAML number, boolean, null, list or mapping becomes that value, as upstream does it.
/// Source: prometheus/alertmanager template/template.go DeepCopyWithTemplate.
class DeepText {
 public:
  static DeepText compile(const config::YamlNode& node, TextCompiler& compiler);
  /// Writes one JSON value. Errors stay in `renderer`.
  void write(base::JsonWriter& json, Renderer& renderer) const;

 private:
  enum class Kind : uint8_t { kJson, kText, kList, kMapping };
  Kind kind_ = Kind::kJson;
  std::string json_ = "null";
  MessageText text_;
  std::vector<DeepText> items_;
  std::vector<std::pair<MessageText, DeepText>> entries_;
};

/// Writes a YAML value as JSON; mappings with their keys sorted.
void write_yaml_as_json(base::JsonWriter& json, const config::YamlNode& node);

}  // namespace tocsin::notifiers
