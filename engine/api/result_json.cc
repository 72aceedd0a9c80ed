#include "engine/api/result_json.h"

#include <cstdint>
#include <utility>

#include "engine/base/json_writer.h"
#include "engine/base/number.h"

namespace tocsin::api {
namespace {

using promql::QueryResult;
using promql::ValueType;

// Scalars and strings show their time as a plain float: 1.01, not 1.010.
void append_plain_time(std::string& out, base::TimestampMs t) {
  base::append_fixed(out, static_cast<double>(t) / 1000);
}

}  // namespace

ResultJson::ResultJson(const QueryResult& result, size_t limit, std::string stats)
    : result_(result), limit_(limit), stats_(std::move(stats)) {
  if (result.table == nullptr) return;
  table_ = std::make_unique<TableJson>(*result.table, result.type == ValueType::kMatrix, limit_);
}

bool ResultJson::append_to(std::string& out, size_t bytes) {
  if (!std::exchange(has_begun_, true)) begin(out);
  if (append_items(out, bytes)) return true;
  out += ']';
  if (!stats_.empty()) out.append(",\"stats\":").append(stats_);
  out += '}';
  return false;
}

void ResultJson::begin(std::string& out) {
  out += "{\"resultType\":\"";
  out += promql::to_string(result_.type);
  out += "\",\"result\":[";
}

bool ResultJson::append_items(std::string& out, size_t bytes) {
  switch (result_.type) {
    case ValueType::kScalar:
      append_plain_time(out, result_.scalar.t);
      out += ",\"";
      base::append_fixed(out, result_.scalar.v);
      out += '"';
      return false;
    case ValueType::kString:
      append_plain_time(out, result_.scalar.t);
      out += ',';
      base::append_json_string(out, result_.string);
      return false;
    case ValueType::kVector:
    case ValueType::kMatrix:
      if (table_ == nullptr) return append_series(out, bytes);
      if (table_->append_to(out, bytes)) return true;
      is_cut_ = table_->is_cut();
      return false;
    case ValueType::kNone:
      return false;
  }
  return false;
}

bool ResultJson::append_series(std::string& out, size_t bytes) {
  for (;;) {
    if (in_series_ && points_.append_to(out, bytes)) return true;
    in_series_ = false;
    if (next_series_ == result_.series.size()) return false;
    is_cut_ = limit_ != 0 && next_series_ == limit_;
    if (is_cut_) return false;
    if (out.size() >= bytes) return true;
    const promql::ResultSeries& series = result_.series[next_series_];
    out += next_series_ == 0 ? "{\"metric\":" : ",{\"metric\":";
    append_labels(out, series.labels);
    points_.begin(series.points, result_.type == ValueType::kMatrix);
    in_series_ = true;
    ++next_series_;
  }
}

bool append_result(std::string& out, const QueryResult& result, size_t limit) {
  ResultJson json(result, limit);
  json.append_to(out, SIZE_MAX);
  return !json.is_cut();
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

}  // namespace tocsin::api
