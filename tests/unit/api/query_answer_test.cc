#include "engine/api/query_answer.h"

#include "engine/api/json_list.h"
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

TEST(QueryAnswer, HoldsTheRoomOfItsResultAsLongAsItIsThere) {
  ResultRoom room(100 * sizeof(promql::Point));
  const auto make = [] {
    return std::make_shared<QueryAnswer>(matrix_of(1, 90), 0, "", QueryAnswer::Notes{});
  };
  auto first = make();
  const auto second = make();
  EXPECT_TRUE(first->hold(room));
  EXPECT_FALSE(second->hold(room));
  first.reset();
  EXPECT_TRUE(second->hold(room));
}

TEST(ResultRoom, LetsOneInHoweverLarge) {
  ResultRoom room(10);
  ResultRoom::Share large;
  ResultRoom::Share small;
  EXPECT_TRUE(room.take(1000, large));
  EXPECT_FALSE(room.take(1, small));
  large = {};
  EXPECT_TRUE(room.take(5, small));
  EXPECT_TRUE(room.take(5, large));
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
  std::string expected = begin_success();
  for (size_t i = 0; i < items.size(); ++i) expected += (i == 0 ? "[" : ",") + items[i];
  EXPECT_EQ(read_all(large), expected + "]}");
}

}  // namespace
}  // namespace tocsin::api
