// The values templates compute with: Go's kinds, as far as template data and functions need them.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "engine/base/labels.h"
#include "engine/base/status.h"
#include "engine/base/time.h"
#include "engine/template/go_time.h"

namespace tocsin::tmpl {

class Value;
using List = std::vector<Value>;

/// Go's integer types that templates can see; Month and Weekday print their English names.
enum class IntType : uint8_t { kInt, kInt64, kMonth, kWeekday };

/// What a string is trusted to be in HTML. Text mode treats all alike.
enum class Trust : uint8_t {
  kPlain,
  kHtml,     ///< Go's template.HTML
  kUrl,      ///< Go's template.URL
  kEscaped,  ///< A string that went through the function html
};

/// A duration in nanoseconds (Go's time.Duration).
struct Duration {
  int64_t nanoseconds = 0;
  bool operator==(const Duration&) const = default;
};

/// Lists and maps inside each other; functions that build them refuse to go deeper.
inline constexpr uint32_t kMaxValueDepth = 100;

/// A map with string keys, in ascending byte order of the keys. Immutable, thread-safe.
class Map {
 public:
  virtual ~Map() = default;
  virtual size_t size() const = 0;
  /// The value of a key; nullopt when there is none.
  virtual std::optional<Value> find(std::string_view key) const = 0;
  /// The i-th key and value in key order. The key lives as long as the map.
  virtual std::pair<std::string_view, Value> entry(size_t i) const = 0;
  /// True for Go's map[string]string: a missing key is "" instead of "<no value>".
  virtual bool string_valued() const = 0;
  /// See Value::depth() and Value::bytes(). The defaults suit flat data that nothing is added to.
  virtual uint32_t depth() const { return 1; }
  virtual size_t bytes() const { return 0; }
  /// Go's name of the type, for error texts.
  virtual std::string_view type_name() const {
    return string_valued() ? "map[string]string" : "map[string]interface {}";
  }
};

/// A structure with named fields and methods, or a map or list that has methods besides.
/// Field access `.Name` asks method(), then field(), then map(). Immutable, thread-safe.
class Object {
 public:
  virtual ~Object() = default;
  /// Go's name of the type, for error texts ("template.Alert").
  virtual std::string_view type_name() const = 0;
  /// An exported field; nullopt when there is none of that name.
  virtual std::optional<Value> field(std::string_view name) const;
  /// Calls a method; nullopt when there is none of that name.
  virtual std::optional<base::Result<Value>> method(std::string_view name,
                                                    std::span<const Value> args) const;
  /// Not null when the object is a map underneath: dot access, index, len and range use it.
  virtual const Map* map() const { return nullptr; }
  /// Not null when the object is a list underneath: index, len, slice and range use it.
  virtual const List* list() const { return nullptr; }
  /// What printing it shows (Go's String method); nullopt: printed by its fields().
  virtual std::optional<std::string> text() const { return std::nullopt; }
  /// Name and value of each exported field in declaration order, for %v, %+v and toJson.
  virtual std::vector<std::pair<std::string, Value>> fields() const;
  /// What toJson writes instead of fields(); nullopt: an object made of fields().
  virtual std::optional<std::string> json() const { return std::nullopt; }
};

/// A list and Go's name of its type.
struct ListRef {
  std::shared_ptr<const List> items;  ///< Never null.
  std::string_view type_name;         ///< Static text.
  uint32_t depth = 1;                 ///< See Value::depth().
  size_t bytes = 0;                   ///< See Value::bytes().
};

struct Text {
  std::string text;
  Trust trust = Trust::kPlain;
};

struct Int {
  int64_t value = 0;
  IntType type = IntType::kInt;
};

/// One value. Copies are cheap except for strings. Immutable once built; thread-safe to read.
class Value {
 public:
  using Storage =
      std::variant<std::monostate, bool, Int, uint64_t, double, Text, ListRef,
                   std::shared_ptr<const Map>, std::shared_ptr<const Object>, Time, Duration>;

  Value() = default;  ///< nil
  static Value boolean(bool v) { return Value(Storage(std::in_place_type<bool>, v)); }
  static Value integer(int64_t v, IntType type = IntType::kInt) {
    return Value(Storage(Int{v, type}));
  }
  static Value unsigned_integer(uint64_t v) {
    return Value(Storage(std::in_place_type<uint64_t>, v));
  }
  static Value number(double v) { return Value(Storage(std::in_place_type<double>, v)); }
  static Value string(std::string v, Trust trust = Trust::kPlain) {
    return Value(Storage(std::in_place_type<Text>, Text{std::move(v), trust}));
  }
  /// Go's []interface {} unless `type_name` (static text) says otherwise.
  static Value list(List items, std::string_view type_name = "[]interface {}");
  static Value list(std::shared_ptr<const List> items,
                    std::string_view type_name = "[]interface {}");
  /// []string.
  static Value strings(std::vector<std::string> items);
  static Value map(std::shared_ptr<const Map> v) { return Value(Storage(std::move(v))); }
  /// map[string]string from pairs in any order; a repeated key: the last one wins.
  static Value string_map(std::vector<std::pair<std::string, std::string>> pairs);
  /// map[string]string over a label set; nothing is copied.
  static Value string_map(base::Labels labels);
  /// map[string]interface {} from pairs in any order; a repeated key: the last one wins.
  static Value any_map(std::vector<std::pair<std::string, Value>> pairs);
  static Value object(std::shared_ptr<const Object> v) { return Value(Storage(std::move(v))); }
  static Value time(Time v) { return Value(Storage(std::move(v))); }
  static Value time(base::TimestampMs ms) { return time(Time::from_ms(ms)); }
  static Value duration(int64_t nanoseconds) { return Value(Storage(Duration{nanoseconds})); }

  bool is_nil() const { return std::holds_alternative<std::monostate>(storage_); }
  template <class T>
  const T* get() const {
    return std::get_if<T>(&storage_);
  }
  /// The text when it is a string, else null.
  const std::string* as_string() const {
    const Text* text = get<Text>();
    return text != nullptr ? &text->text : nullptr;
  }
  /// The map when it is one, also underneath an object, else null. Lifetime: this value's.
  const Map* as_map() const;
  /// The items when it is a list, also underneath an object, else null. Lifetime: this value's.
  const List* as_list() const;
  const Object* as_object() const;
  /// How many lists and maps are inside each other: 0 for a scalar. Objects count 1.
  uint32_t depth() const;
  /// About how much text is in it, at any depth; what executions are bounded by.
  size_t bytes() const;

  /// Go's truth: nil, false, 0, "" and empty lists and maps are false; structures and times true.
  bool truth() const;
  /// Go's name of the type ("int", "float64", "map[string]string"); nil is "<nil>".
  std::string_view type_name() const;
  const Storage& storage() const { return storage_; }

 private:
  explicit Value(Storage storage) : storage_(std::move(storage)) {}
  Storage storage_;
};

/// Appends the value as Go's fmt.Print shows it (%v): strings raw, lists [a b], maps map[a:1],
/// nil <nil>. (A nil that ends a template action prints as <no value>; see Template.)
void append_printed(std::string& out, const Value& value);
std::string to_printed(const Value& value);

}  // namespace tocsin::tmpl
