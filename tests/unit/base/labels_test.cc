#include "engine/base/labels.h"

#include <gtest/gtest.h>

#include "engine/base/symbols.h"

namespace tocsin::base {
namespace {

TEST(Labels, EqualSetsAreTheSameObjectWhateverTheOrder) {
  const Labels a = Labels::of({{"b", "2"}, {"a", "1"}});
  const Labels b = Labels::of({{"a", "1"}, {"b", "2"}});
  EXPECT_EQ(a, b);
  EXPECT_EQ(a.values().data(), b.values().data());
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

TEST(Labels, SetsOfManySizesLiveAndDie) {
  std::vector<Labels> sets;
  std::vector<LabelView> pairs;
  std::vector<std::string> names;
  for (int i = 0; i < 100; ++i) names.push_back("n" + std::to_string(1000 + i));
  for (const std::string& name : names) {
    pairs.push_back({name, "v"});
    sets.push_back(Labels::of_sorted(pairs));
  }
  for (size_t i = 0; i < sets.size(); ++i) {
    ASSERT_EQ(sets[i].size(), i + 1);
    EXPECT_EQ(sets[i].get(names[i]), "v");
    EXPECT_EQ(sets[i].value_of(symbols::find(names[i])), symbols::find("v"));
    EXPECT_EQ(sets[i], Labels::of_sorted(std::span(pairs).first(i + 1)));
  }
  EXPECT_EQ(sets[0].value_of(symbols::find(names[1])), 0u);
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

TEST(SharedText, EqualTextsAreOneSymbol) {
  const uint64_t before = symbols::stats().count;
  {
    SharedText a("a help text that nothing else uses");
    const SharedText b(a);
    EXPECT_EQ(b.view(), "a help text that nothing else uses");
    EXPECT_EQ(symbols::stats().count, before + 1);
    a = SharedText();
    EXPECT_EQ(a.view(), "");
    EXPECT_FALSE(a == b);
    EXPECT_TRUE(b == SharedText("a help text that nothing else uses"));
  }
  EXPECT_EQ(symbols::stats().count, before);
}

}  // namespace
}  // namespace tocsin::base
