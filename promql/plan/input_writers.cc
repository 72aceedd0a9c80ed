#include "promql/plan/input_writers.h"

#include <algorithm>
#include <utility>

#include "promql/plan/matchers.h"
#include "promql/plan/walk.h"

namespace tocsin::promql {

base::Result<InputWriters> InputWriters::of(const Expr& expr, base::SeriesSource& source) {
  InputWriters out;
  base::Status status;
  for_each_selector(expr, [&](const VectorSelector& selector) {
    auto selection = source.select(simplest_matchers(selector.matchers));
    if (selection) {
      out.inputs_.push_back({*std::move(selection), nullptr});
    } else {
      status = selection.error();
    }
  });
  RETURN_IF_ERROR(status);
  return out;
}

bool InputWriters::refresh(std::vector<uint32_t>& writers) {
  bool moved = false;
  for (Input& input : inputs_) {
    auto rows = input.selection->rows();
    if (rows == input.rows) continue;
    input.rows = std::move(rows);
    moved = true;
  }
  if (!moved) return false;
  writers.clear();
  for (const Input& input : inputs_) {
    writers.insert(writers.end(), input.rows->writers.begin(), input.rows->writers.end());
  }
  std::sort(writers.begin(), writers.end());
  writers.erase(std::unique(writers.begin(), writers.end()), writers.end());
  return true;
}

}  // namespace tocsin::promql
