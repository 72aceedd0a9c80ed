#include <algorithm>

#include "engine/config/yaml.h"

namespace tocsin::config {

using base::Code;
using base::Error;
using base::Status;

YamlFields::YamlFields(const YamlNode& node, std::string what)
    : node_(&node), what_(std::move(what)) {
  if (node.is_mapping() || node.is_null()) return;
  fail(Error{Code::kInvalid, what_ + " must be a mapping, not " + std::string(node.kind_name()),
             node.where});
}

void YamlFields::fail(Status status) {
  if (status_.ok()) status_ = std::move(status);
}

const YamlNode* YamlFields::take(std::string_view key) {
  last_key_ = key;
  known_.emplace_back(key);
  const YamlNode* value = node_->is_mapping() ? node_->find(key) : nullptr;
  last_found_ = value != nullptr;
  return value;
}

namespace {

/// Puts the key in front of what a typed read says: "scrape_interval: expected …".
template <class T, class Out>
Status store(base::Result<T> value, std::string_view key, Out& out) {
  if (!value) {
    Error error = std::move(value).error();
    error.message = std::string(key) + ": " + error.message;
    return error;
  }
  out = *std::move(value);
  return {};
}

}  // namespace

YamlFields& YamlFields::string(std::string_view key, std::string& out) {
  if (const YamlNode* value = take(key)) fail(store(yaml_string(*value), key, out));
  return *this;
}

YamlFields& YamlFields::boolean(std::string_view key, bool& out) {
  if (const YamlNode* value = take(key)) fail(store(yaml_bool(*value), key, out));
  return *this;
}

YamlFields& YamlFields::integer(std::string_view key, int64_t& out) {
  if (const YamlNode* value = take(key)) fail(store(yaml_int(*value), key, out));
  return *this;
}

YamlFields& YamlFields::number(std::string_view key, double& out) {
  if (const YamlNode* value = take(key)) fail(store(yaml_float(*value), key, out));
  return *this;
}

YamlFields& YamlFields::duration(std::string_view key, int64_t& out_ms) {
  const YamlNode* value = take(key);
  if (value != nullptr && !value->is_null()) fail(store(yaml_duration(*value), key, out_ms));
  return *this;
}

YamlFields& YamlFields::size(std::string_view key, uint64_t& out_bytes) {
  if (const YamlNode* value = take(key)) fail(store(yaml_size(*value), key, out_bytes));
  return *this;
}

YamlFields& YamlFields::strings(std::string_view key, std::vector<std::string>& out) {
  if (const YamlNode* value = take(key)) fail(store(yaml_strings(*value), key, out));
  return *this;
}

YamlFields& YamlFields::string_map(std::string_view key,
                                   std::vector<std::pair<std::string, std::string>>& out) {
  const YamlNode* value = take(key);
  if (value == nullptr || value->is_null()) return *this;
  if (!value->is_mapping()) {
    fail(Error{Code::kInvalid,
               last_key_ + " must be a mapping, not " + std::string(value->kind_name()),
               value->where});
    return *this;
  }
  for (const YamlNode::Entry& entry : value->entries) {
    std::string text;
    fail(store(yaml_string(entry.value), entry.key.scalar, text));
    out.emplace_back(entry.key.scalar, std::move(text));
  }
  return *this;
}

YamlFields& YamlFields::node(std::string_view key,
                             const std::function<Status(const YamlNode&)>& read) {
  const YamlNode* value = take(key);
  if (value != nullptr && status_.ok()) fail(read(*value));
  return *this;
}

YamlFields& YamlFields::each(std::string_view key,
                             const std::function<Status(const YamlNode&)>& read) {
  const YamlNode* value = take(key);
  if (value == nullptr || value->is_null() || !status_.ok()) return *this;
  if (!value->is_sequence()) {
    fail(Error{Code::kInvalid,
               last_key_ + " must be a list, not " + std::string(value->kind_name()),
               value->where});
    return *this;
  }
  for (const YamlNode& item : value->items) {
    if (status_.ok()) fail(read(item));
  }
  return *this;
}

YamlFields& YamlFields::required() {
  if (!last_found_) {
    fail(Error{Code::kInvalid, what_ + " needs the key \"" + last_key_ + "\"", node_->where});
  }
  return *this;
}

YamlFields& YamlFields::unsupported(std::span<const std::string_view> keys, std::string_view why) {
  for (const std::string_view key : keys) known_.emplace_back(key);
  if (!node_->is_mapping()) return *this;
  for (const YamlNode::Entry& entry : node_->entries) {
    if (std::find(keys.begin(), keys.end(), entry.key.scalar) == keys.end()) continue;
    fail(
        Error{Code::kUnsupported,
              "\"" + entry.key.scalar + "\" in " + what_ + " is not supported: " + std::string(why),
              entry.key.where});
  }
  return *this;
}

bool YamlFields::has(std::string_view key) const {
  const YamlNode* value = node_->is_mapping() ? node_->find(key) : nullptr;
  return value != nullptr && !value->is_null();
}

Status YamlFields::finish() {
  if (!status_.ok() || !node_->is_mapping()) return status_;
  for (const YamlNode::Entry& entry : node_->entries) {
    const std::string& key = entry.key.scalar;
    if (std::find(known_.begin(), known_.end(), key) != known_.end()) continue;
    std::string message = "unknown key \"" + key + "\" in " + what_;
    const std::string nearest = nearest_word(key, known_);
    if (!nearest.empty()) message += "; did you mean \"" + nearest + "\"?";
    return Error{Code::kInvalid, std::move(message), entry.key.where};
  }
  return {};
}

}  // namespace tocsin::config
