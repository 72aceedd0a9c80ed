#include "notifiers/deep_text.h"

#include <cmath>
#include <map>

#include "engine/base/number.h"

namespace tocsin::notifiers {

namespace {

using config::YamlNode;

constexpr config::YamlLimits kInlineLimits{
    .bytes_max = 4u << 20, .depth_max = 100, .nodes_max = 1'000'000};

/// Go's encoding/json for a float64: like the API's samples, but the exponent has no leading zero.
std::string json_number(double value) {
  std::string text = base::format_sample(value);
  const size_t zero = text.find("e-0");
  if (zero != std::string::npos) text.erase(zero + 2, 1);
  return text;
}

bool is_string(const YamlNode& node) {
  return node.is_scalar() && (node.quoted || (!config::yaml_bool(node) && !config::yaml_int(node) &&
                                              !config::yaml_float(node)));
}

/// A scalar that is no string. YAML knows infinities and JSON does not: they stay text.
void write_typed_scalar(base::JsonWriter& json, const YamlNode& node) {
  if (const auto flag = config::yaml_bool(node)) {
    json.boolean(*flag);
  } else if (const auto whole = config::yaml_int(node)) {
    json.integer(*whole);
  } else if (const auto number = config::yaml_float(node); number && std::isfinite(*number)) {
    json.raw(json_number(*number));
  } else {
    json.string(node.scalar);
  }
}

/// A rendered string: its YAML value if it has one that is not a string, else the text itself.
void write_rendered(base::JsonWriter& json, const std::string& text) {
  const auto parsed = config::parse_yaml_document(text, "", kInlineLimits);
  if (!parsed || is_string(*parsed)) {
    json.string(text);
  } else {
    write_yaml_as_json(json, *parsed);
  }
}

}  // namespace

void write_yaml_as_json(base::JsonWriter& json, const YamlNode& node) {
  switch (node.kind) {
    case YamlNode::Kind::kNull:
      json.null();
      return;
    case YamlNode::Kind::kScalar:
      if (is_string(node)) {
        json.string(node.scalar);
      } else {
        write_typed_scalar(json, node);
      }
      return;
    case YamlNode::Kind::kSequence:
      json.begin_array();
      for (const YamlNode& item : node.items) write_yaml_as_json(json, item);
      json.end_array();
      return;
    case YamlNode::Kind::kMapping:
      break;
  }
  std::map<std::string_view, const YamlNode*> sorted;
  for (const YamlNode::Entry& entry : node.entries) {
    // Keys that are no strings are dropped, as upstream does.
    if (is_string(entry.key)) sorted.emplace(entry.key.scalar, &entry.value);
  }
  json.begin_object();
  for (const auto& [key, value] : sorted) write_yaml_as_json(json.key(key), *value);
  json.end_object();
}

DeepText DeepText::compile(const YamlNode& node, TextCompiler& compiler) {
  DeepText compiled;
  if (node.is_sequence()) {
    compiled.kind_ = Kind::kList;
    for (const YamlNode& item : node.items) compiled.items_.push_back(compile(item, compiler));
  } else if (node.is_mapping()) {
    compiled.kind_ = Kind::kMapping;
    for (const YamlNode::Entry& entry : node.entries) {
      if (!is_string(entry.key)) continue;
      compiled.entries_.emplace_back(compiler({entry.key.scalar, entry.key.where}),
                                     compile(entry.value, compiler));
    }
  } else if (is_string(node)) {
    compiled.kind_ = Kind::kText;
    compiled.text_ = compiler({node.scalar, node.where});
  } else {
    compiled.json_.clear();
    base::JsonWriter json(compiled.json_);
    write_yaml_as_json(json, node);
  }
  return compiled;
}

void DeepText::write(base::JsonWriter& json, Renderer& renderer) const {
  switch (kind_) {
    case Kind::kJson:
      json.raw(json_);
      return;
    case Kind::kText:
      write_rendered(json, renderer(text_));
      return;
    case Kind::kList:
      json.begin_array();
      for (const DeepText& item : items_) item.write(json, renderer);
      json.end_array();
      return;
    case Kind::kMapping:
      break;
  }
  std::map<std::string, const DeepText*> sorted;
  for (const auto& [key, value] : entries_) sorted.insert_or_assign(renderer(key), &value);
  json.begin_object();
  for (const auto& [key, value] : sorted) value->write(json.key(key), renderer);
  json.end_object();
}

}  // namespace tocsin::notifiers
