// The label sets of rows, which may have lost their metric names without anybody making them anew.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "engine/base/labels.h"

namespace tocsin::promql {

/// Rows without names are stored as those with names, and made when somebody asks for them: output,
/// grouping and joins do without. Copies share what is stored. Reading is thread-safe.
class RowLabels {
 public:
  using List = std::vector<base::Labels>;

  RowLabels() = default;
  RowLabels(List labels)
      : own_(std::move(labels)) {}  // NOLINT: a list of label sets is what it is.
  /// Rows stored elsewhere, which the pointer keeps alive.
  static RowLabels share(std::shared_ptr<const List> labels);
  /// The same without their metric names. Requires share_one_name(*labels).
  static RowLabels without_names(std::shared_ptr<const List> labels);

  size_t size() const { return stored().size(); }
  bool empty() const { return stored().empty(); }
  /// All rows as they are.
  const List& all() const { return nameless_ == nullptr ? stored() : made(); }
  operator const List&() const { return all(); }  // NOLINT: as above.
  const base::Labels& operator[](size_t row) const { return all()[row]; }
  List::const_iterator begin() const { return all().begin(); }
  List::const_iterator end() const { return all().end(); }
  /// The same as [row], made for this row alone: for who looks at few.
  base::Labels one(size_t row) const {
    return nameless_ == nullptr ? stored()[row] : stored()[row].without_name();
  }
  bool operator==(const RowLabels& other) const { return all() == other.all(); }

  /// True when rows lack the metric name that stored() has, and nothing else.
  bool is_nameless() const { return nameless_ != nullptr; }
  /// All rows as they are stored.
  const List& stored() const { return shared_ != nullptr ? *shared_ : own_; }

  void reserve(size_t rows) { own().reserve(rows); }
  void push_back(base::Labels labels) { own().push_back(std::move(labels)); }
  void emplace_back() { own().emplace_back(); }

 private:
  struct Nameless {
    std::once_flag once;
    List labels;
  };
  const List& made() const;
  List& own();

  List own_;
  std::shared_ptr<const List> shared_;  ///< Null: own_.
  std::shared_ptr<Nameless> nameless_;
};

/// True when the rows have one metric name, or none, and neither __type__ nor __unit__: then no two
/// of them become equal without it.
bool share_one_name(const RowLabels::List& labels);

}  // namespace tocsin::promql
