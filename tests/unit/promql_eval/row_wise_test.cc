#include "promql/plan/row_wise.h"

#include <gtest/gtest.h>

#include "promql/syntax/parser.h"

namespace tocsin::promql {
namespace {

bool row_wise(const std::string& text) {
  const auto expr = parse_expr(text, {});
  EXPECT_TRUE(expr.ok()) << text;
  return expr.ok() && is_row_wise(**expr);
}

TEST(RowWise, ResultsThatSpeakOfOneTarget) {
  for (const char* text : {
           "up == 0",
           "-rate(errors_total[5m] offset 1m) > 1",
           "rate(a_total[5m]) / rate(b_total[5m]) > 0.1",
           "(a > 1) and (b < 2) unless c or d",
           "angle > pi()",
           "histogram_quantile(0.9, rate(x_bucket[5m])) > 1",
           "max_over_time(rate(x[1m])[10m:30s]) > 1",
           "label_replace(up, \"a\", \"$1\", \"b\", \"(.*)\") == 0",
       }) {
    EXPECT_TRUE(row_wise(text)) << text;
  }
}

TEST(RowWise, ResultsOverMany) {
  for (const char* text : {
           "sum(up) < 3",
           "absent(up)",
           "absent_over_time(up[5m])",
           "up == scalar(wanted)",
           "a / on (cluster) b",
           "a / ignoring (code) b",
           "a * on (instance) group_left () b",
           "a and on (cluster) b",
           "rate(x[5m]) > 2 * vector(scalar(limit))",
           "max_over_time(sum(x)[10m:30s]) > 1",
           "(count(up)) > 1",
           "time() - last_seconds < 60",
           "up and hour() > 8",
       }) {
    EXPECT_FALSE(row_wise(text)) << text;
  }
}

}  // namespace
}  // namespace tocsin::promql
