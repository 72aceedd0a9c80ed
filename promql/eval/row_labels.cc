#include "promql/eval/row_labels.h"

#include <algorithm>

namespace tocsin::promql {

RowLabels RowLabels::share(std::shared_ptr<const List> labels) {
  RowLabels out;
  out.shared_ = std::move(labels);
  return out;
}

RowLabels RowLabels::without_names(std::shared_ptr<const List> labels) {
  RowLabels out = share(std::move(labels));
  out.nameless_ = std::make_shared<Nameless>();
  return out;
}

const RowLabels::List& RowLabels::made() const {
  std::call_once(nameless_->once, [this] {
    nameless_->labels.reserve(stored().size());
    for (const base::Labels& labels : stored()) {
      nameless_->labels.push_back(labels.without_name());
    }
  });
  return nameless_->labels;
}

RowLabels::List& RowLabels::own() {
  if (shared_ != nullptr) {
    own_ = all();
    shared_ = nullptr;
    nameless_ = nullptr;
  }
  return own_;
}

bool share_one_name(const RowLabels::List& labels) {
  if (labels.empty()) return true;
  const base::Symbol name = base::symbols::find(base::kMetricName);
  const base::Symbol value = labels[0].value_of(name);
  const base::Symbol* checked = nullptr;  // Label names that were looked at last.
  return std::all_of(labels.begin(), labels.end(), [&](const base::Labels& row) {
    if (row.value_of(name) != value) return false;
    if (row.names().data() == checked) return true;
    checked = row.names().data();
    return !row.has("__type__") && !row.has("__unit__");
  });
}

}  // namespace tocsin::promql
