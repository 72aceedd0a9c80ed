// The samples of one series as the JSON of query results.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "promql/eval/query.h"

namespace tocsin::api {

/// Writes the lists of a matrix's series, or the sample of a vector's, and the closing brace, piece
/// by piece.
class PointsJson {
 public:
  /// `points` has one at least, and stays until all is written.
  void begin(std::span<const promql::Point> points, bool matrix);
  /// Appends until `out` holds `bytes`, or little more. False when all has been written.
  bool append_to(std::string& out, size_t bytes);

 private:
  bool append_list(std::string& out, size_t bytes);

  std::span<const promql::Point> points_;
  bool matrix_ = false;
  bool histograms_ = false;  ///< Which of the two lists is written.
  bool in_list_ = false;
  size_t next_ = 0;
};

}  // namespace tocsin::api
