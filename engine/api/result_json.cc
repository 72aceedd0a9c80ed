#include "engine/api/result_json.h"

#include <algorithm>

#include "engine/api/histogram_json.h"
#include "engine/api/table_json.h"
#include "engine/base/json_writer.h"
#include "engine/base/number.h"

namespace tocsin::api {
namespace {

using promql::Point;
using promql::QueryResult;
using promql::ResultSeries;
using promql::ValueType;

void append_point(std::string& out, const Point& point) {
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

/// Floats and histograms of a series have a list each, which is there when it is not empty.
void append_points(std::string& out, std::span<const Point> points, bool histograms) {
  std::string_view separator = histograms ? ",\"histograms\":[" : ",\"values\":[";
  for (const Point& point : points) {
    if ((point.h != nullptr) != histograms) continue;
    out += separator;
    separator = ",";
    append_point(out, point);
  }
  if (separator == ",") out += ']';
}

void append_series(std::string& out, const ResultSeries& series, bool matrix) {
  out += "{\"metric\":";
  append_labels(out, series.labels);
  append_samples(out, series.points, matrix);
}

/// Returns false when series were left out.
bool append_all_series(std::string& out, const QueryResult& result, size_t limit) {
  const size_t count = limit == 0 ? result.series.size() : std::min(limit, result.series.size());
  for (size_t i = 0; i < count; ++i) {
    if (i != 0) out += ',';
    append_series(out, result.series[i], result.type == ValueType::kMatrix);
  }
  return count == result.series.size();
}

// Scalars and strings show their time as a plain float: 1.01, not 1.010.
void append_plain_time(std::string& out, base::TimestampMs t) {
  base::append_fixed(out, static_cast<double>(t) / 1000);
}

}  // namespace

void append_samples(std::string& out, std::span<const Point> points, bool matrix) {
  if (matrix) {
    append_points(out, points, false);
    append_points(out, points, true);
  } else {
    out += points.front().h != nullptr ? ",\"histogram\":" : ",\"value\":";
    append_point(out, points.front());
  }
  out += '}';
}

void append_labels(std::string& out, const base::Labels& labels) {
  out += '{';
  for (size_t i = 0; i < labels.size(); ++i) {
    if (i != 0) out += ',';
    const base::LabelView label = labels[i];
    base::append_plain_json_string(out, label.name);
    out += ':';
    base::append_plain_json_string(out, label.value);
  }
  out += '}';
}

bool append_result(std::string& out, const QueryResult& result, size_t limit,
                   std::string_view stats) {
  out += "{\"resultType\":\"";
  out += promql::to_string(result.type);
  out += "\",\"result\":[";
  bool whole = true;
  switch (result.type) {
    case ValueType::kScalar:
      append_plain_time(out, result.scalar.t);
      out += ",\"";
      base::append_fixed(out, result.scalar.v);
      out += '"';
      break;
    case ValueType::kString:
      append_plain_time(out, result.scalar.t);
      out += ',';
      base::append_json_string(out, result.string);
      break;
    case ValueType::kVector:
    case ValueType::kMatrix:
      whole = result.table != nullptr
                  ? append_table(out, *result.table, result.type == ValueType::kMatrix, limit)
                  : append_all_series(out, result, limit);
      break;
    case ValueType::kNone:
      break;
  }
  out += ']';
  if (!stats.empty()) out.append(",\"stats\":").append(stats);
  out += '}';
  return whole;
}

}  // namespace tocsin::api
