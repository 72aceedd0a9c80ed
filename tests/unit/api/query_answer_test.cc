#include "engine/api/query_answer.h"

#include "engine/api/json_list.h"
#include "engine/api/result_room.h"
#include "tests/unit/api/call.h"

namespace tocsin::api {
namespace {

promql::QueryResult matrix_of(size_t series, size_t points) {
  promql::QueryResult out;
  out.type = promql::ValueType::kMatrix;
  for (size_t i = 0; i < series; ++i) {
    promql::ResultSeries one{base::Labels::of({{"i", std::to_string(i)}}), {}};
    for (size_t p = 0; p < points; ++p)
      one.points.push_back({static_cast<int64_t>(p) * 1000, static_cast<double>(i), nullptr});
    out.series.push_back(std::move(one));
  }
  return out;
}

std::string read_all(net::ServerResponse& response) {
  std::string out = response.body;
  bool has_more = response.rest != nullptr;
  while (has_more) {
    std::string piece;
    has_more = response.rest->append_to(piece, net::kBodyPieceBytes);
    EXPECT_LT(piece.size(), net::kBodyPieceBytes + 10'000);
    out += piece;
  }
  return out;
}

TEST(QueryAnswer, IsWholeWhenItIsSmall) {
  const auto answer = std::make_shared<QueryAnswer>(
      matrix_of(2, 1), 1, R"({"s":1})", QueryAnswer::Notes{{"careful"}, {"by the way"}});
  const net::ServerResponse response = respond_with(answer);
  EXPECT_EQ(response.rest, nullptr);
  EXPECT_EQ(response.body,
            R"({"status":"success","data":{"resultType":"matrix","result":[)"
            R"({"metric":{"i":"0"},"values":[[0,"0"]]}],"stats":{"s":1}},)"
            R"("warnings":["careful","results truncated due to limit"],"infos":["by the way"]})");
}

TEST(QueryAnswer, IsAStreamWhenItIsLarge) {
  std::string expected = begin_success();
  append_result(expected, matrix_of(20, 5000), 0);
  expected += '}';
  net::ServerResponse response =
      respond_with(std::make_shared<QueryAnswer>(matrix_of(20, 5000), 0, "", QueryAnswer::Notes{}));
  ASSERT_NE(response.rest, nullptr);
  EXPECT_EQ(read_all(response), expected);
}

TEST(QueryAnswer, KeepsItsSamples) {
  const QueryAnswer answer(matrix_of(3, 90), 0, "", QueryAnswer::Notes{});
  EXPECT_EQ(answer.bytes_kept(), 3 * (sizeof(promql::ResultSeries) + 90 * sizeof(promql::Point)));
}

/// A body that keeps so much.
class Keeping final : public net::BodySource {
 public:
  explicit Keeping(uint64_t bytes) : bytes_(bytes) {}
  bool append_to(std::string&, size_t) override { return false; }
  uint64_t bytes_kept() const override { return bytes_; }

 private:
  const uint64_t bytes_;
};

net::ServerResponse keeping(uint64_t bytes) {
  net::ServerResponse out;
  out.rest = std::make_shared<Keeping>(bytes);
  return out;
}

TEST(ResultRoom, IsTakenAsLongAsAnAnswerIsThere) {
  const ResultRoom room(100);
  net::ServerResponse first = keeping(90);
  room.admit(first);
  EXPECT_EQ(first.status, 200);
  EXPECT_EQ(first.rest->bytes_kept(), 90u);
  net::ServerResponse second = keeping(11);
  room.admit(second);
  EXPECT_EQ(second.status, 503);
  EXPECT_EQ(second.rest, nullptr);
  EXPECT_EQ(second.body,
            R"({"status":"error","errorType":"unavailable","error":"other clients have yet to )"
            R"(read answers of together --query.max-memory=100 bytes; try again later"})");
  first = {};
  net::ServerResponse third = keeping(11);
  room.admit(third);
  EXPECT_EQ(third.status, 200);
}

TEST(ResultRoom, LetsOneInHoweverLarge) {
  const ResultRoom room(10);
  net::ServerResponse large = keeping(1000);
  room.admit(large);
  EXPECT_EQ(large.status, 200);
  net::ServerResponse small = keeping(1);
  room.admit(small);
  EXPECT_EQ(small.status, 503);
}

TEST(JsonList, IsWholeOrAStream) {
  const auto write = [](std::string& out, const std::string& item) { out += item; };
  net::ServerResponse small = list_success(std::vector<std::string>{"1", "2"}, write, {"w"});
  EXPECT_EQ(small.body, R"({"status":"success","data":[1,2],"warnings":["w"]})");
  EXPECT_EQ(small.rest, nullptr);
  EXPECT_EQ(list_success(std::vector<std::string>{}, write).body,
            R"({"status":"success","data":[]})");
  const std::vector<std::string> items(1000, std::string(1000, '1'));
  net::ServerResponse large = list_success(items, write);
  ASSERT_NE(large.rest, nullptr);
  EXPECT_GE(large.rest->bytes_kept(), 1'000'000u);
  std::string expected = begin_success();
  for (size_t i = 0; i < items.size(); ++i) expected += (i == 0 ? "[" : ",") + items[i];
  EXPECT_EQ(read_all(large), expected + "]}");
}

}  // namespace
}  // namespace tocsin::api
