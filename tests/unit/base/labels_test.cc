#include "engine/base/labels.h"

#include <gtest/gtest.h>

#include "engine/base/symbols.h"

namespace tocsin::base {
namespace {

TEST(Labels, EqualSetsAreTheSameObjectWhateverTheOrder) {
  const Labels a = Labels::of({{"b", "2"}, {"a", "1"}});
  const Labels b = Labels::of({{"a", "1"}, {"b", "2"}});
  EXPECT_EQ(a, b);
  EXPECT_EQ(a.pairs().data(), b.pairs().data());
}

TEST(Labels, LastValueOfARepeatedNameWinsAndEmptyValuesGo) {
  EXPECT_EQ(Labels::of({{"a", "1"}, {"a", "2"}}), Labels::of({{"a", "2"}}));
  EXPECT_EQ(Labels::of({{"a", "1"}, {"b", ""}}), Labels::of({{"a", "1"}}));
  EXPECT_TRUE(Labels::of({{"a", ""}}).empty());
}

TEST(Labels, OrderIsByNameThenValueAndAPrefixComesFirst) {
  EXPECT_LT(Labels::of({{"a", "1"}}), Labels::of({{"a", "2"}}));
  EXPECT_LT(Labels::of({{"a", "1"}}), Labels::of({{"a", "1"}, {"b", "1"}}));
  EXPECT_LT(Labels::of({{"a", "9"}}), Labels::of({{"b", "1"}}));
  EXPECT_LT(Labels(), Labels::of({{"a", "1"}}));
}

TEST(Labels, WithAddsReplacesAndRemoves) {
  const Labels labels = Labels::of({{"b", "2"}});
  EXPECT_EQ(labels.with("a", "1"), Labels::of({{"a", "1"}, {"b", "2"}}));
  EXPECT_EQ(labels.with("c", "3"), Labels::of({{"b", "2"}, {"c", "3"}}));
  EXPECT_EQ(labels.with("b", "9"), Labels::of({{"b", "9"}}));
  EXPECT_EQ(labels.with("b", ""), Labels());
}

TEST(Labels, KeepDropAndNameRemoval) {
  const Labels labels =
      Labels::of({{"__name__", "up"}, {"a", "1"}, {"b", "2"}, {"__type__", "gauge"}});
  const std::vector<std::string> names = {"a"};
  EXPECT_EQ(labels.keep(names), Labels::of({{"a", "1"}}));
  EXPECT_EQ(labels.drop(names),
            Labels::of({{"__name__", "up"}, {"b", "2"}, {"__type__", "gauge"}}));
  EXPECT_EQ(labels.without_name(), Labels::of({{"a", "1"}, {"b", "2"}}));
}

TEST(Labels, TextForms) {
  const Labels labels = Labels::of({{"__name__", "up"}, {"a", "x\"y\n"}, {"b.c", "ü"}});
  EXPECT_EQ(labels.to_metric(), "up{a=\"x\\\"y\\n\", \"b.c\"=\"ü\"}");
  EXPECT_EQ(labels.to_braces(), "{__name__=\"up\", a=\"x\\\"y\\n\", \"b.c\"=\"ü\"}");
  EXPECT_EQ(Labels::of({{"__name__", "up"}}).to_metric(), "up");
  EXPECT_EQ(Labels::of({{"__name__", "a.b"}, {"c", "d"}}).to_metric(), "{\"a.b\", c=\"d\"}");
  EXPECT_EQ(Labels().to_metric(), "{}");
}

TEST(Labels, QuotingEscapesWhatDoesNotPrint) {
  EXPECT_EQ(go_quote("a\tb\\\x01\x7f"), "\"a\\tb\\\\\\x01\\x7f\"");
  EXPECT_EQ(go_quote("\xff"), "\"\\xff\"");
  EXPECT_EQ(go_quote("\u00a0\u200b"), "\"\\u00a0\\u200b\"");
}

TEST(Labels, Utf8IsCheckedStrictly) {
  EXPECT_TRUE(is_utf8("grün 日本 🔔"));
  EXPECT_FALSE(is_utf8("\xc0\x80"));          // Overlong.
  EXPECT_FALSE(is_utf8("\xed\xa0\x80"));      // Surrogate.
  EXPECT_FALSE(is_utf8("\xf4\x90\x80\x80"));  // Beyond Unicode.
  EXPECT_FALSE(is_utf8("\xe6\x97"));          // Cut off.
}

TEST(Labels, HashDependsOnTextOnly) {
  EXPECT_EQ(Labels::of({{"job", "node"}}).hash(), Labels::of({{"job", "node"}}).hash());
  EXPECT_NE(Labels::of({{"job", "node"}}).hash(), Labels::of({{"node", "job"}}).hash());
}

TEST(Symbols, AreFreedWithTheLastLabelSetThatUsesThem) {
  const uint64_t before = symbols::stats().count;
  {
    std::vector<Labels> churn;
    for (int i = 0; i < 10'000; ++i) {
      churn.push_back(Labels::of({{"pod_of_this_test", "pod-" + std::to_string(i)}}));
    }
    EXPECT_EQ(symbols::stats().count, before + 10'001);
  }
  EXPECT_EQ(symbols::stats().count, before);
}

TEST(LabelsBuilder, AppliesChangesInOrder) {
  LabelsBuilder builder(Labels::of({{"a", "1"}, {"b", "2"}}));
  builder.set("c", "3").remove("a").set("b", "");
  EXPECT_EQ(builder.build(), Labels::of({{"c", "3"}}));
}

}  // namespace
}  // namespace tocsin::base
