#include "engine/template/value.h"

#include <algorithm>

namespace tocsin::tmpl {
namespace {

// Sorts by key; of equal keys the last one given stays.
template <class T>
void sort_pairs(std::vector<std::pair<std::string, T>>& pairs) {
  std::stable_sort(pairs.begin(), pairs.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  const auto same_key = [](const auto& a, const auto& b) { return a.first == b.first; };
  pairs.erase(pairs.begin(), std::unique(pairs.rbegin(), pairs.rend(), same_key).base());
}

template <class T>
class PairMap final : public Map {
 public:
  explicit PairMap(std::vector<std::pair<std::string, T>> pairs) : pairs_(std::move(pairs)) {
    sort_pairs(pairs_);
    for (const auto& [key, item] : pairs_) {
      const Value value = to_value(item);
      depth_ = std::max(depth_, value.depth() + 1);
      bytes_ += key.size() + value.bytes() + sizeof(Value);
    }
  }
  size_t size() const override { return pairs_.size(); }
  std::optional<Value> find(std::string_view key) const override {
    const auto it =
        std::lower_bound(pairs_.begin(), pairs_.end(), key,
                         [](const auto& pair, std::string_view k) { return pair.first < k; });
    if (it == pairs_.end() || it->first != key) return std::nullopt;
    return to_value(it->second);
  }
  std::pair<std::string_view, Value> entry(size_t i) const override {
    return {pairs_[i].first, to_value(pairs_[i].second)};
  }
  bool string_valued() const override { return std::is_same_v<T, std::string>; }
  uint32_t depth() const override { return depth_; }
  size_t bytes() const override { return bytes_; }

 private:
  static Value to_value(const std::string& text) { return Value::string(text); }
  static Value to_value(const Value& value) { return value; }
  std::vector<std::pair<std::string, T>> pairs_;
  uint32_t depth_ = 1;
  size_t bytes_ = 0;
};

class LabelsMap final : public Map {
 public:
  explicit LabelsMap(base::Labels labels) : labels_(std::move(labels)) {}
  size_t size() const override { return labels_.size(); }
  std::optional<Value> find(std::string_view key) const override {
    const std::string_view value = labels_.get(key);
    if (value.empty()) return std::nullopt;  // Label values are never empty.
    return Value::string(std::string(value));
  }
  std::pair<std::string_view, Value> entry(size_t i) const override {
    const base::LabelView label = labels_[i];
    return {label.name, Value::string(std::string(label.value))};
  }
  bool string_valued() const override { return true; }

 private:
  base::Labels labels_;
};

struct TruthOf {
  bool operator()(std::monostate) const { return false; }
  bool operator()(bool v) const { return v; }
  bool operator()(const Int& v) const { return v.value != 0; }
  bool operator()(uint64_t v) const { return v != 0; }
  bool operator()(double v) const { return v != 0; }
  bool operator()(const Text& v) const { return !v.text.empty(); }
  bool operator()(const ListRef& v) const { return !v.items->empty(); }
  bool operator()(const std::shared_ptr<const Map>& v) const { return v->size() != 0; }
  bool operator()(const std::shared_ptr<const Object>& v) const {
    if (v->map() != nullptr) return v->map()->size() != 0;
    return v->list() == nullptr || !v->list()->empty();
  }
  bool operator()(const Time&) const { return true; }
  bool operator()(const Duration& v) const { return v.nanoseconds != 0; }
};

struct TypeNameOf {
  std::string_view operator()(std::monostate) const { return "<nil>"; }
  std::string_view operator()(bool) const { return "bool"; }
  std::string_view operator()(const Int& v) const {
    switch (v.type) {
      case IntType::kInt:
        return "int";
      case IntType::kInt64:
        return "int64";
      case IntType::kMonth:
        return "time.Month";
      case IntType::kWeekday:
        return "time.Weekday";
    }
    return "int";
  }
  std::string_view operator()(uint64_t) const { return "uint64"; }
  std::string_view operator()(double) const { return "float64"; }
  std::string_view operator()(const Text& v) const {
    if (v.trust == Trust::kHtml) return "template.HTML";
    return v.trust == Trust::kUrl ? "template.URL" : "string";
  }
  std::string_view operator()(const ListRef& v) const { return v.type_name; }
  std::string_view operator()(const std::shared_ptr<const Map>& v) const { return v->type_name(); }
  std::string_view operator()(const std::shared_ptr<const Object>& v) const {
    return v->type_name();
  }
  std::string_view operator()(const Time&) const { return "time.Time"; }
  std::string_view operator()(const Duration&) const { return "time.Duration"; }
};

}  // namespace

std::optional<Value> Object::field(std::string_view) const { return std::nullopt; }

std::optional<base::Result<Value>> Object::method(std::string_view, std::span<const Value>) const {
  return std::nullopt;
}

std::vector<std::pair<std::string, Value>> Object::fields() const { return {}; }

Value Value::list(List items, std::string_view type_name) {
  return list(std::make_shared<const List>(std::move(items)), type_name);
}

Value Value::list(std::shared_ptr<const List> items, std::string_view type_name) {
  ListRef list{std::move(items), type_name};
  for (const Value& item : *list.items) {
    list.depth = std::max(list.depth, item.depth() + 1);
    list.bytes += item.bytes() + sizeof(Value);
  }
  return Value(Storage(std::move(list)));
}

Value Value::strings(std::vector<std::string> items) {
  List values;
  values.reserve(items.size());
  for (std::string& item : items) values.push_back(string(std::move(item)));
  return list(std::move(values), "[]string");
}

Value Value::string_map(std::vector<std::pair<std::string, std::string>> pairs) {
  return map(std::make_shared<PairMap<std::string>>(std::move(pairs)));
}

Value Value::string_map(base::Labels labels) {
  return map(std::make_shared<LabelsMap>(std::move(labels)));
}

Value Value::any_map(std::vector<std::pair<std::string, Value>> pairs) {
  return map(std::make_shared<PairMap<Value>>(std::move(pairs)));
}

const Map* Value::as_map() const {
  if (const auto* map = get<std::shared_ptr<const Map>>()) return map->get();
  if (const Object* object = as_object()) return object->map();
  return nullptr;
}

const List* Value::as_list() const {
  if (const ListRef* list = get<ListRef>()) return list->items.get();
  if (const Object* object = as_object()) return object->list();
  return nullptr;
}

const Object* Value::as_object() const {
  const auto* object = get<std::shared_ptr<const Object>>();
  return object == nullptr ? nullptr : object->get();
}

uint32_t Value::depth() const {
  if (const ListRef* list = get<ListRef>()) return list->depth;
  if (const auto* map = get<std::shared_ptr<const Map>>()) return (*map)->depth();
  return as_object() != nullptr ? 1 : 0;
}

size_t Value::bytes() const {
  if (const Text* text = get<Text>()) return text->text.size();
  if (const ListRef* list = get<ListRef>()) return list->bytes;
  const Map* map = as_map();
  return map == nullptr ? 0 : map->bytes();
}

bool Value::truth() const { return std::visit(TruthOf{}, storage_); }

std::string_view Value::type_name() const { return std::visit(TypeNameOf{}, storage_); }

}  // namespace tocsin::tmpl
