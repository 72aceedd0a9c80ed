#include "engine/api/query_answer.h"

#include <utility>

#include "engine/api/envelope.h"
#include "promql/eval/sample_table.h"

namespace tocsin::api {

QueryAnswer::QueryAnswer(promql::QueryResult result, size_t limit, std::string stats, Notes notes)
    : result_(std::move(result)),
      notes_(std::move(notes)),
      json_(result_, limit, std::move(stats)) {}

bool QueryAnswer::append_to(std::string& out, size_t bytes) {
  if (!std::exchange(has_begun_, true)) out += begin_success();
  if (json_.append_to(out, bytes)) return true;
  if (json_.is_cut()) notes_.warnings.emplace_back("results truncated due to limit");
  out += end_success({}, notes_.warnings, notes_.infos);
  return false;
}

uint64_t QueryAnswer::bytes_kept() const {
  uint64_t out = 0;
  const auto add_histogram = [&out](const base::HistogramPtr& h) {
    if (h != nullptr) out += promql::sample_weight(*h) * sizeof(promql::Point);
  };
  for (const promql::ResultSeries& series : result_.series) {
    out += sizeof(series) + series.points.size() * sizeof(promql::Point);
    for (const promql::Point& point : series.points) add_histogram(point.h);
  }
  if (result_.table == nullptr) return out;
  const promql::Frame& frame = result_.table->frame;
  out +=
      frame.values.size() * sizeof(double) + frame.histograms.size() * sizeof(frame.histograms[0]);
  for (const base::HistogramPtr& h : frame.histograms) add_histogram(h);
  return out;
}

}  // namespace tocsin::api
