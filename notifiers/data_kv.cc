// Label sets, pairs and lists of strings as templates see them.
// Source: prometheus/alertmanager template/template.go KV, Pairs, Strings.
#include <algorithm>

#include "notifiers/data.h"
#include "notifiers/data_values.h"

namespace tocsin::notifiers {

namespace {

using base::Result;
using tmpl::Value;
using Args = std::span<const Value>;
using MethodResult = std::optional<Result<Value>>;

constexpr std::string_view kAlertName = "alertname";

base::Error bad_call(std::string_view method, std::string_view wants) {
  return {base::Code::kInvalid, std::string(method) + " " + std::string(wants)};
}

/// Upstream's Strings: a list that can Join.
class StringsObject final : public tmpl::Object {
 public:
  explicit StringsObject(std::vector<std::string> items) : texts_(std::move(items)) {
    for (const std::string& text : texts_) values_.push_back(Value::string(text));
  }
  std::string_view type_name() const override { return "template.Strings"; }
  const tmpl::List* list() const override { return &values_; }
  MethodResult method(std::string_view name, Args args) const override {
    if (name != "Join") return std::nullopt;
    if (args.size() != 1 || args[0].as_string() == nullptr) {
      return bad_call("Join", "takes one string");
    }
    return Value::string(join(*args[0].as_string()));
  }
  std::optional<std::string> json() const override {
    std::string out;
    base::JsonWriter writer(out);
    writer.begin_array();
    for (const std::string& text : texts_) writer.string(text);
    writer.end_array();
    return out;
  }

 private:
  std::string join(std::string_view separator) const {
    std::string out;
    for (size_t i = 0; i < texts_.size(); ++i) {
      if (i != 0) out += separator;
      out += texts_[i];
    }
    return out;
  }
  std::vector<std::string> texts_;
  tmpl::List values_;
};

Value strings_object(std::vector<std::string> items) {
  return Value::object(std::make_shared<StringsObject>(std::move(items)));
}

/// Upstream's Pair.
class PairObject final : public tmpl::Object {
 public:
  PairObject(std::string name, std::string value)
      : name_(std::move(name)), value_(std::move(value)) {}
  std::string_view type_name() const override { return "template.Pair"; }
  std::optional<Value> field(std::string_view name) const override {
    if (name == "Name") return Value::string(name_);
    if (name == "Value") return Value::string(value_);
    return std::nullopt;
  }
  std::vector<std::pair<std::string, Value>> fields() const override {
    return {{"Name", Value::string(name_)}, {"Value", Value::string(value_)}};
  }
  const std::string& name() const { return name_; }
  const std::string& value() const { return value_; }

 private:
  std::string name_, value_;
};

/// Upstream's Pairs: printed "a=b, c=d".
class PairsObject final : public tmpl::Object {
 public:
  explicit PairsObject(const base::Labels& labels) {
    const std::string_view alert_name = labels.get(kAlertName);
    if (!alert_name.empty()) add(kAlertName, alert_name);
    for (size_t i = 0; i < labels.size(); ++i) {
      if (labels[i].name != kAlertName) add(labels[i].name, labels[i].value);
    }
  }
  std::string_view type_name() const override { return "template.Pairs"; }
  const tmpl::List* list() const override { return &values_; }
  MethodResult method(std::string_view name, Args args) const override {
    if (name != "Names" && name != "Values" && name != "String") return std::nullopt;
    if (!args.empty()) return bad_call(name, "takes no arguments");
    if (name == "Names") return names();
    if (name == "Values") return values();
    return Value::string(*text());
  }
  std::optional<std::string> text() const override {
    std::string out;
    for (const auto& pair : pairs_) {
      if (!out.empty()) out += ", ";
      out += pair->name() + '=' + pair->value();
    }
    return out;
  }
  Value names() const {
    return collect([](const PairObject& pair) { return pair.name(); });
  }
  Value values() const {
    return collect([](const PairObject& pair) { return pair.value(); });
  }

 private:
  void add(std::string_view name, std::string_view value) {
    pairs_.push_back(std::make_shared<PairObject>(std::string(name), std::string(value)));
    values_.push_back(Value::object(pairs_.back()));
  }
  template <class Select>
  Value collect(Select select) const {
    std::vector<std::string> items;
    for (const auto& pair : pairs_) items.push_back(select(*pair));
    return strings_object(std::move(items));
  }
  std::vector<std::shared_ptr<const PairObject>> pairs_;
  tmpl::List values_;
};

/// Upstream's KV.
class KvObject final : public tmpl::Object {
 public:
  explicit KvObject(base::Labels labels)
      : labels_(std::move(labels)), value_(Value::string_map(labels_)) {}
  std::string_view type_name() const override { return "template.KV"; }
  const tmpl::Map* map() const override { return value_.as_map(); }
  MethodResult method(std::string_view name, Args args) const override {
    if (name == "Remove") return remove(args);
    const bool known =
        name == "SortedPairs" || name == "Names" || name == "Values" || name == "String";
    if (!known) return std::nullopt;
    if (!args.empty()) return bad_call(name, "takes no arguments");
    const auto pairs = std::make_shared<PairsObject>(labels_);
    if (name == "Names") return pairs->names();
    if (name == "Values") return pairs->values();
    if (name == "String") return Value::string(*pairs->text());
    return Value::object(pairs);
  }
  std::optional<std::string> text() const override { return PairsObject(labels_).text(); }
  std::optional<std::string> json() const override {
    std::string out;
    base::JsonWriter writer(out);
    write_labels(writer, labels_);
    return out;
  }

 private:
  Result<Value> remove(Args args) const {
    const tmpl::List* names = args.size() == 1 ? args[0].as_list() : nullptr;
    if (names == nullptr) return bad_call("Remove", "takes one list of names");
    std::vector<std::string> dropped;
    for (const Value& name : *names) {
      if (const std::string* text = name.as_string()) dropped.push_back(*text);
    }
    return key_value_object(labels_.drop(dropped));
  }
  base::Labels labels_;
  Value value_;
};

}  // namespace

tmpl::Value key_value_object(base::Labels labels) {
  return Value::object(std::make_shared<KvObject>(std::move(labels)));
}

}  // namespace tocsin::notifiers
