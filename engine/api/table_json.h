// The samples of a table as the JSON of query results.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "promql/eval/sample_table.h"

namespace tocsin::api {

/// Writes the items of "result", with commas between them, piece by piece: {"metric":…,"values":…}
/// for a matrix, else {"metric":…,"value":…}. The table stays until all is written.
class TableJson {
 public:
  /// At most `limit` series (0: all).
  TableJson(const promql::SampleTable& table, bool matrix, size_t limit);
  ~TableJson();
  TableJson(const TableJson&) = delete;
  TableJson& operator=(const TableJson&) = delete;

  /// Appends until `out` holds `bytes`, or little more. False when all has been written.
  bool append_to(std::string& out, size_t bytes);
  /// Whether series were left out; known when all has been written.
  bool is_cut() const;

 private:
  class Writer;
  std::unique_ptr<Writer> writer_;
};

}  // namespace tocsin::api
