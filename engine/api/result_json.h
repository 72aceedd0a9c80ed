// Query results as the JSON of /api/v1/query and query_range, written without a document tree.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "engine/api/points_json.h"
#include "engine/api/table_json.h"
#include "promql/eval/query.h"

namespace tocsin::api {

/// Writes {"resultType":…,"result":…} piece by piece. The result stays until all is written.
class ResultJson {
 public:
  /// `stats` is JSON, or "" for none. At most `limit` series (0: all).
  ResultJson(const promql::QueryResult& result, size_t limit, std::string stats = {});
  /// Appends until `out` holds `bytes`, or little more. False when all has been written.
  bool append_to(std::string& out, size_t bytes);
  /// Whether series were left out; known when all has been written.
  bool is_cut() const { return is_cut_; }

 private:
  void begin(std::string& out);
  bool append_items(std::string& out, size_t bytes);
  bool append_series(std::string& out, size_t bytes);

  const promql::QueryResult& result_;
  const size_t limit_;
  const std::string stats_;
  bool has_begun_ = false;
  bool is_cut_ = false;
  std::unique_ptr<TableJson> table_;
  size_t next_series_ = 0;
  bool in_series_ = false;
  PointsJson points_;  ///< Of the series before next_series_.
};

/// All of it at once. Returns false when series were left out.
bool append_result(std::string& out, const promql::QueryResult& result, size_t limit);

/// Appends {"name":"value",…}; values escape only what JSON needs, as upstream does here.
void append_labels(std::string& out, const base::Labels& labels);

}  // namespace tocsin::api
