// What a query gave against what the script expects.
#pragma once

#include <string>
#include <string_view>

#include "promql/script/commands.h"

namespace tocsin::promql {

/// Each returns an empty text when all is as expected, else a sentence with both sides.
std::string compare_result(const Expectation& expected, const QueryResult& result);
std::string compare_annotations(const Expectation& expected, const base::Annotations& annotations,
                                std::string_view query);
std::string compare_failure(const Expectation& expected, const base::Error& error);
/// For ranges: series must come in label order.
std::string check_sorted(const std::vector<ResultSeries>& series);

}  // namespace tocsin::promql
