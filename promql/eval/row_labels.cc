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
  out.made_ = std::make_shared<Made>();
  return out;
}

RowLabels RowLabels::extended(Extension extension) {
  std::erase_if(extension.columns, [](const Column& column) {
    return std::ranges::all_of(column.values, [](base::Symbol value) { return value == 0; });
  });
  if (extension.columns.empty() && extension.drops_names)
    return without_names(std::make_shared<const List>(std::move(extension.rows)));
  RowLabels out;
  if (extension.columns.empty()) {
    out.own_ = std::move(extension.rows);
    return out;
  }
  out.extension_ = std::make_shared<const Extension>(std::move(extension));
  out.made_ = std::make_shared<Made>();
  return out;
}

base::Labels RowLabels::Extension::make(size_t row) const {
  base::Labels out = drops_names ? rows[row].without_name() : rows[row];
  for (const Column& column : columns) {
    if (column.values[row] == 0) continue;
    out = out.with(base::symbols::view(column.name), base::symbols::view(column.values[row]));
  }
  return out;
}

base::Labels RowLabels::one(size_t row) const {
  if (extension_ != nullptr) return extension_->make(row);
  return made_ == nullptr ? stored()[row] : stored()[row].without_name();
}

const RowLabels::List& RowLabels::made() const {
  std::call_once(made_->once, [this] {
    List& labels = made_->labels;
    labels.reserve(size());
    if (extension_ != nullptr) {
      for (size_t row = 0; row < size(); ++row) labels.push_back(extension_->make(row));
    } else {
      for (const base::Labels& stored : *shared_) labels.push_back(stored.without_name());
    }
  });
  return made_->labels;
}

RowLabels::List& RowLabels::own() {
  if (shared_ != nullptr || extension_ != nullptr) {
    own_ = all();
    shared_ = nullptr;
    extension_ = nullptr;
    made_ = nullptr;
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
