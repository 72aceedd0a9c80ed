#include "engine/api/points_json.h"

#include "engine/api/histogram_json.h"
#include "engine/base/number.h"

namespace tocsin::api {
namespace {

void append_point(std::string& out, const promql::Point& point) {
  out += '[';
  base::append_timestamp(out, point.t);
  if (point.h != nullptr) {
    out += ',';
    append_histogram(out, *point.h);
    out += ']';
    return;
  }
  out += ",\"";
  base::append_sample(out, point.v);
  out += "\"]";
}

}  // namespace

void PointsJson::begin(std::span<const promql::Point> points, bool matrix) {
  points_ = points;
  matrix_ = matrix;
  histograms_ = false;
  in_list_ = false;
  next_ = 0;
}

bool PointsJson::append_to(std::string& out, size_t bytes) {
  if (!matrix_) {
    out += points_.front().h != nullptr ? ",\"histogram\":" : ",\"value\":";
    append_point(out, points_.front());
    out += '}';
    return false;
  }
  if (append_list(out, bytes)) return true;
  if (!histograms_) {
    histograms_ = true;
    next_ = 0;
    if (append_list(out, bytes)) return true;
  }
  out += '}';
  return false;
}

// Floats and histograms of a series have a list each, which is there when it is not empty.
bool PointsJson::append_list(std::string& out, size_t bytes) {
  for (; next_ < points_.size(); ++next_) {
    const promql::Point& point = points_[next_];
    if ((point.h != nullptr) != histograms_) continue;
    if (out.size() >= bytes) return true;
    if (in_list_) {
      out += ',';
    } else {
      out += histograms_ ? ",\"histograms\":[" : ",\"values\":[";
    }
    in_list_ = true;
    append_point(out, point);
  }
  if (in_list_) out += ']';
  in_list_ = false;
  return false;
}

}  // namespace tocsin::api
