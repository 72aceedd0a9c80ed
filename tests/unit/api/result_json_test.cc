#include "engine/api/result_json.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "engine/api/envelope.h"

namespace tocsin::api {
namespace {

using promql::QueryResult;
using promql::ValueType;

std::string json_of(const QueryResult& result, size_t limit = 0) {
  std::string out;
  append_result(out, result, limit);
  return out;
}

QueryResult vector_of(double value) {
  QueryResult out;
  out.type = ValueType::kVector;
  out.series.push_back({base::Labels::of({{"a", "b"}}), {{1000, value, nullptr}}});
  return out;
}

TEST(ResultJson, WritesValuesAsUpstream) {
  const std::pair<double, std::string> cases[] = {
      {0, "0"},
      {-0.0, "-0"},
      {81.25, "81.25"},
      {1e-6, "0.000001"},
      {1e-7, "1e-07"},
      {1e20, "100000000000000000000"},
      {1e21, "1e+21"},
      {std::nan(""), "NaN"},
      {std::numeric_limits<double>::infinity(), "+Inf"},
      {-std::numeric_limits<double>::infinity(), "-Inf"},
  };
  for (const auto& [value, text] : cases) {
    EXPECT_EQ(
        json_of(vector_of(value)),
        R"({"resultType":"vector","result":[{"metric":{"a":"b"},"value":[1,")" + text + "\"]}]}");
  }
}

TEST(ResultJson, WritesTimesWithThreeDigitsOrNone) {
  QueryResult result;
  result.type = ValueType::kMatrix;
  result.series.push_back(
      {base::Labels(), {{1010, 1, nullptr}, {2000, 2, nullptr}, {-500, 3, nullptr}}});
  EXPECT_EQ(json_of(result), R"({"resultType":"matrix","result":[{"metric":{},)"
                             R"("values":[[1.010,"1"],[2,"2"],[-0.500,"3"]]}]})");
}

TEST(ResultJson, WritesScalarsWithoutExponentAndPlainTimes) {
  QueryResult result;
  result.type = ValueType::kScalar;
  result.scalar = {1010, 1e21, nullptr};
  EXPECT_EQ(json_of(result), R"({"resultType":"scalar","result":[1.01,"1000000000000000000000"]})");
}

TEST(ResultJson, WritesStringsWithTheirTime) {
  QueryResult result;
  result.type = ValueType::kString;
  result.scalar.t = 1500;
  result.string = "a<b>&\"";
  EXPECT_EQ(json_of(result), R"({"resultType":"string","result":[1.5,"a\u003cb\u003e\u0026\""]})");
}

TEST(ResultJson, ShowsNativeHistograms) {
  auto histogram = std::make_shared<base::FloatHistogram>();
  histogram->count = 8;
  histogram->sum = 1e-7;
  histogram->zero_count = 3;
  histogram->zero_threshold = 0.5;
  histogram->positive_spans = {{0, 3}};
  histogram->positive_buckets = {1, 0, 2};
  histogram->negative_spans = {{1, 1}};
  histogram->negative_buckets = {2};
  const std::string text =
      R"({"count":"8","sum":"1e-07","buckets":[[1,"-2","-1","2"],[3,"-0.5","0.5","3"],)"
      R"([0,"0.5","1","1"],[0,"2","4","2"]]})";
  QueryResult result = vector_of(1);
  result.series[0].points[0].h = histogram;
  EXPECT_EQ(
      json_of(result),
      R"({"resultType":"vector","result":[{"metric":{"a":"b"},"histogram":[1,)" + text + "]}]}");
  result.type = ValueType::kMatrix;
  result.series[0].points.push_back({2000, 5, nullptr});
  EXPECT_EQ(json_of(result),
            R"({"resultType":"matrix","result":[{"metric":{"a":"b"},"values":[[2,"5"]],)"
            R"("histograms":[[1,)" +
                text + "]]}]}");
  result.series[0].points = {{1000, 0, std::make_shared<base::FloatHistogram>()}};
  EXPECT_EQ(json_of(result),
            R"({"resultType":"matrix","result":[{"metric":{"a":"b"},"histograms":[[1,)"
            R"({"count":"0","sum":"0"}]]}]})");
}

TEST(ResultJson, EscapesInLabelsOnlyWhatJsonNeeds) {
  std::string out;
  append_labels(out, base::Labels::of({{"path", "/a<b>&c\"\\\n\t\x01é"}}));
  EXPECT_EQ(out, "{\"path\":\"/a<b>&c\\\"\\\\\\n\\t\\u0001é\"}");
}

TEST(ResultJson, CutsAtTheLimit) {
  QueryResult result = vector_of(1);
  result.series.push_back({base::Labels::of({{"a", "c"}}), {{1000, 2, nullptr}}});
  std::string out;
  EXPECT_FALSE(append_result(out, result, 1));
  EXPECT_EQ(out, R"({"resultType":"vector","result":[{"metric":{"a":"b"},"value":[1,"1"]}]})");
  EXPECT_TRUE(append_result(out, result, 2));
}

TEST(Envelope, LeavesOutEmptyLists) {
  EXPECT_EQ(success("[]").body, R"({"status":"success","data":[]})");
  EXPECT_EQ(success("1", {"a<"}, {"b"}).body,
            R"({"status":"success","data":1,"warnings":["a\u003c"],"infos":["b"]})");
}

TEST(Envelope, GivesEveryErrorItsStatus) {
  const std::tuple<ErrorType, int, std::string> cases[] = {
      {ErrorType::kBadData, 400, "bad_data"},   {ErrorType::kExecution, 422, "execution"},
      {ErrorType::kCanceled, 499, "canceled"},  {ErrorType::kTimeout, 503, "timeout"},
      {ErrorType::kInternal, 500, "internal"},  {ErrorType::kUnavailable, 500, "unavailable"},
      {ErrorType::kNotFound, 404, "not_found"}, {ErrorType::kNotAcceptable, 406, "not_acceptable"},
  };
  for (const auto& [type, status, name] : cases) {
    const auto answer = failure(type, "why");
    EXPECT_EQ(answer.status, status);
    EXPECT_EQ(answer.body, R"({"status":"error","errorType":")" + name + R"(","error":"why"})");
  }
}

}  // namespace
}  // namespace tocsin::api
