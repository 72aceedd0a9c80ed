#include "promql/eval/topk.h"

#include <algorithm>
#include <cmath>

namespace tocsin::promql {

void Topk::begin(Run& run) {
  if (frame().drop_histograms() == 0) return;
  run.inform(std::string("ignored histogram in ") + (bottom_ ? "bottomk" : "topk") + " aggregation",
             pos_);
}

/// The worst is at the front. Equals are told apart by nothing but the heap's shape, so the heap is
/// upstream's, move by move. Source: Go's container/heap, prometheus:promql/engine.go aggregationK.
void Topk::push(const Candidate& candidate) {
  heap_.push_back(candidate);
  for (size_t j = heap_.size() - 1; j > 0;) {
    const size_t parent = (j - 1) / 2;
    if (!is_worse(heap_[j].value, heap_[parent].value)) break;
    std::swap(heap_[parent], heap_[j]);
    j = parent;
  }
}

void Topk::replace_worst(const Candidate& candidate) {
  heap_[0] = candidate;
  for (size_t i = 0;;) {
    size_t child = 2 * i + 1;
    if (child >= heap_.size()) break;
    if (child + 1 < heap_.size() && is_worse(heap_[child + 1].value, heap_[child].value)) ++child;
    if (!is_worse(heap_[child].value, heap_[i].value)) break;
    std::swap(heap_[i], heap_[child]);
    i = child;
  }
}

bool Topk::is_worse(double a, double b) const {
  if (std::isnan(a)) return true;
  return bottom_ ? a > b : a < b;
}

void Topk::keep(std::span<const uint32_t> rows, size_t step, double k) {
  Frame& out = frame();
  const size_t room = k < 1 ? 0 : static_cast<size_t>(std::min(k, static_cast<double>(out.rows)));
  heap_.clear();
  for (const uint32_t row : rows) {
    if (!out.has(step, row)) continue;
    out.clear(step, row);
    const Candidate candidate{out.at(step, row), row};
    if (heap_.size() < room) {
      push(candidate);
    } else if (room > 0 && !std::isnan(candidate.value) &&
               is_worse(heap_[0].value, candidate.value)) {
      replace_worst(candidate);
    }
  }
  for (const Candidate& kept : heap_) out.set(step, kept.row);
  if (out.steps != 1) return;
  std::stable_sort(heap_.begin(), heap_.end(), [this](const Candidate& a, const Candidate& b) {
    return !std::isnan(a.value) && is_worse(b.value, a.value);
  });
  for (const Candidate& kept : heap_) out.order.push_back(kept.row);
}

}  // namespace tocsin::promql
