#include "promql/syntax/functions.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace tocsin::promql {
namespace {

TEST(Functions, AreSortedByName) {
  EXPECT_TRUE(std::is_sorted(functions().begin(), functions().end(),
                             [](const auto& a, const auto& b) { return a.name < b.name; }));
  EXPECT_EQ(functions().size(), 90u);
}

TEST(Functions, NamesAreCaseSensitive) {
  ASSERT_NE(find_function("rate"), nullptr);
  EXPECT_EQ(find_function("Rate"), nullptr);
  EXPECT_EQ(find_function(""), nullptr);
  EXPECT_EQ(find_function("zzz"), nullptr);
}

TEST(Functions, SignatureOfQuantiles) {
  const Function* f = find_function("histogram_quantiles");
  ASSERT_NE(f, nullptr);
  EXPECT_EQ(f->args, (std::vector{ValueType::kVector, ValueType::kString, ValueType::kScalar,
                                  ValueType::kScalar}));
  EXPECT_EQ(f->variadic, 9);
  EXPECT_TRUE(f->experimental);
}

TEST(Functions, SignatureOfScalar) {
  const Function* f = find_function("scalar");
  ASSERT_NE(f, nullptr);
  EXPECT_EQ(f->args, std::vector{ValueType::kVector});
  EXPECT_EQ(f->returns, ValueType::kScalar);
  EXPECT_FALSE(f->experimental);
}

}  // namespace
}  // namespace tocsin::promql
