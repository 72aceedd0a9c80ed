#include "promql/script/almost_equal.h"

#include <gtest/gtest.h>

#include <limits>

namespace tocsin::promql {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

TEST(AlmostEqual, IsRelativeToBothSides) {
  EXPECT_TRUE(almost_equal(1, 1.0000019, 1e-6));
  EXPECT_FALSE(almost_equal(1, 1.0000021, 1e-6));
  EXPECT_TRUE(almost_equal(-1e300, -1.000001e300, 1e-6));
  EXPECT_FALSE(almost_equal(1, -1, 1e-6));
}

TEST(AlmostEqual, ZeroIsExact) {
  EXPECT_TRUE(almost_equal(0, -0.0, 1e-6));
  EXPECT_FALSE(almost_equal(0, 1e-300, 1e-6));
  EXPECT_TRUE(almost_equal(0, 4e-315, 1e-6));
}

TEST(AlmostEqual, NansAndInfinities) {
  EXPECT_TRUE(almost_equal(kNan, -kNan, 1e-6));
  EXPECT_FALSE(almost_equal(kNan, 1, 1e-6));
  EXPECT_TRUE(almost_equal(kInf, kInf, 1e-6));
  EXPECT_FALSE(almost_equal(kInf, -kInf, 1e-6));
}

TEST(AlmostEqual, TheStaleMarkerIsOnlyItself) {
  EXPECT_TRUE(almost_equal(base::stale_marker(), base::stale_marker(), 1e-6));
  EXPECT_FALSE(almost_equal(base::stale_marker(), kNan, 1e-6));
}

}  // namespace
}  // namespace tocsin::promql
