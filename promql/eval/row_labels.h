// The label sets of rows, made only where somebody looks at them as a whole.
//
//   before  sum by (team) (rate(x[5m]) * on (pod) group_left (team, node) owner)
//           rows of x without a name, again with team and node, and of these the team
//   after   rows of x as the source stores them, a column of team beside them, and of these the
//   team
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

  /// A label that rows get.
  struct Column {
    base::Symbol name = 0;
    std::vector<base::Symbol> values;  ///< One per row; 0: that row does not get it.
  };
  /// Rows that get labels which none of them has, and may lose their names.
  struct Extension {
    List rows;  ///< As they were.
    bool drops_names = false;
    std::vector<Column> columns;
    std::shared_ptr<const void> owner;  ///< Keeps the columns' symbols alive.
    base::Labels make(size_t row) const;
  };

  RowLabels() = default;
  RowLabels(List labels)
      : own_(std::move(labels)) {}  // NOLINT: a list of label sets is what it is.
  /// Rows stored elsewhere, which the pointer keeps alive.
  static RowLabels share(std::shared_ptr<const List> labels);
  /// The same without their metric names. Requires share_one_name(*labels).
  static RowLabels without_names(std::shared_ptr<const List> labels);
  /// Columns without values may have names that nobody keeps alive: they go. Requires
  /// share_one_name(rows) when names go.
  static RowLabels extended(Extension extension);

  size_t size() const { return extension_ != nullptr ? extension_->rows.size() : stored().size(); }
  bool empty() const { return size() == 0; }
  /// All rows as they are.
  const List& all() const { return made_ == nullptr ? stored() : made(); }
  operator const List&() const { return all(); }  // NOLINT: as above.
  const base::Labels& operator[](size_t row) const { return all()[row]; }
  List::const_iterator begin() const { return all().begin(); }
  List::const_iterator end() const { return all().end(); }
  /// The same as [row], made for this row alone: for who looks at few.
  base::Labels one(size_t row) const;
  bool operator==(const RowLabels& other) const { return all() == other.all(); }

  /// True when rows lack the metric name that stored() has, and nothing else.
  bool is_nameless() const { return made_ != nullptr && extension_ == nullptr; }
  /// True when it is known that no row has a metric name.
  bool lost_names() const {
    return is_nameless() || (extension_ != nullptr && extension_->drops_names);
  }
  /// Null: rows are not extended.
  const Extension* extension() const { return extension_.get(); }
  /// All rows as they are stored; extended ones as they are.
  const List& stored() const {
    if (extension_ != nullptr) return made();
    return shared_ != nullptr ? *shared_ : own_;
  }

  void reserve(size_t rows) { own().reserve(rows); }
  void push_back(base::Labels labels) { own().push_back(std::move(labels)); }
  void emplace_back() { own().emplace_back(); }

 private:
  struct Made {
    std::once_flag once;
    List labels;
  };
  const List& made() const;
  List& own();

  List own_;
  std::shared_ptr<const List> shared_;  ///< Null: own_.
  std::shared_ptr<const Extension> extension_;
  std::shared_ptr<Made> made_;  ///< Of rows that are stored otherwise than they are.
};

/// True when the rows have one metric name, or none, and neither __type__ nor __unit__: then no two
/// of them become equal without it.
bool share_one_name(const RowLabels::List& labels);

}  // namespace tocsin::promql
