// Label sets: immutable, sorted by name, interned.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/symbols.h"
#include "engine/base/utf8.h"

namespace tocsin::base {

inline constexpr std::string_view kMetricName = "__name__";

/// One label as text. Lifetime of the views: as stated where it is returned.
struct LabelView {
  std::string_view name;
  std::string_view value;
  bool operator==(const LabelView&) const = default;
};

/// A label set. Copying costs one counter, comparing for equality one pointer: equal sets are the
/// same object. Values are never empty (an empty value means the label is absent). Thread-safe.
class Labels {
 public:
  struct Set;  ///< The shared object (label_table.h).

  Labels() = default;  ///< The empty set.
  Labels(const Labels& other);
  Labels(Labels&& other) noexcept : set_(std::exchange(other.set_, nullptr)) {}
  Labels& operator=(Labels other) noexcept {
    std::swap(set_, other.set_);
    return *this;
  }
  ~Labels();

  /// From pairs in any order. A repeated name: the last one wins. Empty values are dropped.
  static Labels of(std::span<const LabelView> pairs);
  static Labels of(std::initializer_list<LabelView> pairs) {
    return of(std::span<const LabelView>(pairs.begin(), pairs.size()));
  }
  /// From pairs already sorted by name, without repetition and without empty values.
  static Labels of_sorted(std::span<const LabelView> pairs);

  size_t size() const;
  bool empty() const { return set_ == nullptr; }
  /// The i-th label in name order. Lifetime: while this set is alive.
  LabelView operator[](size_t i) const;
  /// Symbols of the names, in the strings' order, and of the values. Lifetime: while this set is
  /// alive.
  std::span<const Symbol> names() const;
  std::span<const Symbol> values() const;
  /// The value's symbol, or 0. Lifetime: as values().
  Symbol value_of(Symbol name) const;
  /// The value, or "" when there is no such label. Lifetime: while this set is alive.
  std::string_view get(std::string_view name) const;
  bool has(std::string_view name) const { return !get(name).empty(); }
  std::string_view metric_name() const { return get(kMetricName); }
  /// A 64-bit hash of names and values, the same in every run of the program.
  uint64_t hash() const;

  bool operator==(const Labels& other) const { return set_ == other.set_; }
  /// Upstream's order: pairwise by name, then value, bytewise; a prefix sorts first.
  std::strong_ordering operator<=>(const Labels& other) const;

  /// The labels named, in a new set.
  Labels keep(std::span<const std::string> names) const;
  /// Without the labels named.
  Labels drop(std::span<const std::string> names) const;
  /// Without __name__ (and, as upstream does, __type__ and __unit__).
  Labels without_name() const;
  /// With one label set (or removed, when `value` is empty).
  Labels with(std::string_view name, std::string_view value) const;

  /// {a="b", c="d"} with Go-quoted values; the metric name in front when there is one:
  /// up{job="x"}. Upstream's labels.Labels.String() prints {__name__="up", job="x"}: see
  /// to_braces().
  std::string to_metric() const;
  /// {__name__="up", job="x"}, as upstream's errors print label sets.
  std::string to_braces() const;

 private:
  friend struct LabelTable;
  explicit Labels(const Set* set) : set_(set) {}  // Takes over one reference.
  const Set* set_ = nullptr;
};

/// Collects changes to a label set. Not thread-safe.
class LabelsBuilder {
 public:
  LabelsBuilder() = default;
  explicit LabelsBuilder(const Labels& base);
  /// Sets a label; an empty value removes it.
  LabelsBuilder& set(std::string_view name, std::string_view value);
  LabelsBuilder& remove(std::string_view name);
  /// Current value, or "".
  std::string_view get(std::string_view name) const;
  /// Labels as they stand, in no particular order. Lifetime: until the next change.
  const std::vector<std::pair<std::string, std::string>>& labels() const { return labels_; }
  Labels build() const;

 private:
  std::vector<std::pair<std::string, std::string>> labels_;
};

/// Hash for unordered containers.
struct LabelsHash {
  size_t operator()(const Labels& labels) const { return static_cast<size_t>(labels.hash()); }
};

/// True for [a-zA-Z_:][a-zA-Z0-9_:]* — a metric name that needs no quotes.
bool is_legacy_metric_name(std::string_view name);
/// True for [a-zA-Z_][a-zA-Z0-9_]* — a label name that needs no quotes.
bool is_legacy_label_name(std::string_view name);
/// Go's strconv.Quote: double quotes, \n \t \" \\ and \x, \u, \U escapes for what does not print.
std::string go_quote(std::string_view text);

}  // namespace tocsin::base
