#include "engine/api/features_api.h"

#include "tests/unit/api/call.h"

namespace tocsin::api {
namespace {

TEST(FeaturesApi, ShowsCategoriesAndFeaturesInOrder) {
  Router router;
  mount_features_api(router, {{"b", {{"z", true}, {"a", false}}}, {"a", {{"x", true}}}});
  EXPECT_EQ(router(get("/api/v1/features")).body,
            R"({"status":"success","data":{"a":{"x":true},"b":{"a":false,"z":true}}})");
}

TEST(FeaturesApi, FollowsTheFlags) {
  const FeatureMap off = promql_features({});
  EXPECT_TRUE(off.at("promql_functions").at("rate"));
  EXPECT_FALSE(off.at("promql_functions").at("mad_over_time"));
  EXPECT_FALSE(off.at("promql_operators").at("limitk"));
  EXPECT_FALSE(off.at("promql").at("fill"));
  const FeatureMap on =
      promql_features({.experimental_functions = true, .binop_fill_modifiers = true});
  EXPECT_TRUE(on.at("promql_functions").at("mad_over_time"));
  EXPECT_TRUE(on.at("promql_operators").at("limitk"));
  EXPECT_TRUE(on.at("promql").at("fill"));
}

}  // namespace
}  // namespace tocsin::api
