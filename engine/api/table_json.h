// The samples of a table as the JSON of query results.
#pragma once

#include <string>

#include "promql/eval/sample_table.h"

namespace tocsin::api {

/// Appends the items of "result", with commas between them: {"metric":…,"values":…} for a matrix,
/// else {"metric":…,"value":…}. At most `limit` series (0: all); returns false when series were
/// left out.
bool append_table(std::string& out, const promql::SampleTable& table, bool matrix, size_t limit);

}  // namespace tocsin::api
