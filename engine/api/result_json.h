// Query results as the JSON of /api/v1/query and query_range, written without a document tree.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "promql/eval/query.h"

namespace tocsin::api {

/// Appends {"resultType":…,"result":…}, and with `stats`, which is JSON or "", also "stats". At
/// most `limit` series (0: all). Returns false when series were left out.
bool append_result(std::string& out, const promql::QueryResult& result, size_t limit,
                   std::string_view stats = {});

/// Appends the lists of a matrix's series, or the sample of a vector's, and the closing brace.
void append_samples(std::string& out, std::span<const promql::Point> points, bool matrix);

/// Appends {"name":"value",…}; values escape only what JSON needs, as upstream does here.
void append_labels(std::string& out, const base::Labels& labels);

}  // namespace tocsin::api
