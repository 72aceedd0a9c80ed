// Label sets of rows: without names, in order, numbered.
#include "promql/eval/row_labels.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>

#include "promql/eval/label_numbers.h"
#include "promql/eval/label_order.h"

namespace tocsin::promql {
namespace {

using base::Labels;

RowLabels::List random_labels(uint32_t seed, bool one_shape) {
  std::mt19937 random(seed);
  RowLabels::List labels;
  for (int i = 0; i < 300; ++i) {
    std::vector<base::LabelView> pairs = {{"__name__", "x"}};
    const std::string number = std::to_string(i);
    const std::string longer = "common-prefix-" + std::to_string(random() % 40);
    const std::string group = std::to_string(random() % 5);
    if (one_shape || random() % 2 == 0) pairs.push_back({"Zone", group});
    if (one_shape || random() % 3 != 0) pairs.push_back({"a", longer});
    pairs.push_back({"instance", number});
    labels.push_back(Labels::of(pairs));
  }
  std::ranges::shuffle(labels, random);
  return labels;
}

RowLabels nameless(RowLabels::List labels) {
  return RowLabels::without_names(std::make_shared<const RowLabels::List>(std::move(labels)));
}

TEST(RowLabels, LoseTheirNamesWhenAsked) {
  const RowLabels::List labels = random_labels(1, false);
  const RowLabels rows = nameless(labels);
  ASSERT_TRUE(share_one_name(labels));
  EXPECT_EQ(rows.stored(), labels);
  for (size_t row = 0; row < labels.size(); ++row) {
    EXPECT_EQ(rows.one(row), labels[row].without_name());
    EXPECT_EQ(rows[row], labels[row].without_name());
  }
  EXPECT_EQ(RowLabels(labels).one(7), labels[7]);
  RowLabels more = rows;
  more.push_back(labels[0]);
  EXPECT_FALSE(more.is_nameless());
  EXPECT_EQ(more.size(), labels.size() + 1);
  EXPECT_EQ(more[0], labels[0].without_name());
}

/// Rows of one metric with a label m, and one z on every n-th row, beside those they had.
RowLabels extended(const RowLabels::List& labels, bool drops_names, size_t n) {
  RowLabels::List owner;
  for (size_t i = 0; i < 7; ++i)
    owner.push_back(Labels::of({{"m", "m" + std::to_string(i)}, {"z", std::to_string(7 - i)}}));
  RowLabels::Extension rows{labels, drops_names, {{0, {}}, {0, {}}}, nullptr};
  for (size_t c = 0; c < 2; ++c) {
    rows.columns[c].name = owner[0].names()[c];
    for (size_t row = 0; row < labels.size(); ++row) {
      const bool has = c == 0 || row % n == 0;
      rows.columns[c].values.push_back(has ? owner[row % 7].values()[c] : 0);
    }
  }
  rows.owner = std::make_shared<const RowLabels>(std::move(owner));
  return RowLabels::extended(std::move(rows));
}

Labels extended_row(const RowLabels::List& labels, size_t row, bool drops_names, size_t n) {
  Labels out = drops_names ? labels[row].without_name() : labels[row];
  out = out.with("m", "m" + std::to_string(row % 7));
  return row % n == 0 ? out.with("z", std::to_string(7 - row % 7)) : out;
}

TEST(RowLabels, GetLabelsWhenAsked) {
  const RowLabels::List labels = random_labels(3, false);
  for (const bool drops_names : {true, false}) {
    const RowLabels rows = extended(labels, drops_names, 3);
    EXPECT_EQ(rows.size(), labels.size());
    EXPECT_FALSE(rows.is_nameless());
    RowLabels::List expected;
    for (size_t row = 0; row < labels.size(); ++row) {
      expected.push_back(extended_row(labels, row, drops_names, 3));
      EXPECT_EQ(rows.one(row), expected.back());
    }
    RowLabels more = rows;
    EXPECT_EQ(rows.all(), expected);
    EXPECT_EQ(rows.stored(), expected);
    more.push_back(labels[0]);
    EXPECT_EQ(more.extension(), nullptr);
    EXPECT_EQ(more.size(), labels.size() + 1);
    EXPECT_EQ(more[1], expected[1]);
  }
}

TEST(RowLabels, GetNoLabelWithoutAValue) {
  const RowLabels::List labels = random_labels(5, false);
  const RowLabels::Column none{0, std::vector<base::Symbol>(labels.size())};
  EXPECT_TRUE(RowLabels::extended({labels, true, {none}, nullptr}).is_nameless());
  const RowLabels same = RowLabels::extended({labels, false, {none}, nullptr});
  EXPECT_EQ(same.extension(), nullptr);
  EXPECT_EQ(same.stored(), labels);
  EXPECT_FALSE(same.lost_names());
  EXPECT_TRUE(extended(labels, true, 2).lost_names());
  EXPECT_FALSE(extended(labels, false, 2).lost_names());
}

TEST(RowLabels, AreNumberedAlikeWithAndWithoutTheirLabelsMade) {
  const RowLabels::List labels = random_labels(4, false);
  const RowLabels rows = extended(labels, true, 2);
  for (const LabelChoice& choice :
       {LabelChoice{{"m", "a"}, false}, LabelChoice{{"z"}, false}, LabelChoice{{"Zone"}, false},
        LabelChoice{{"instance", "__name__"}, true}, LabelChoice{{"m", "__name__"}, true}}) {
    KeyNumbers of_extended(choice);
    KeyNumbers of_made(choice);
    for (size_t row = 0; row < rows.size(); ++row) {
      EXPECT_EQ(of_extended.number_of(*rows.extension(), row), of_made.number_of(rows.all()[row]));
    }
  }
}

TEST(RowLabels, DoNotShareOneNameWhenMoreWouldGo) {
  const Labels up = Labels::of({{"__name__", "up"}, {"a", "1"}});
  EXPECT_TRUE(share_one_name({}));
  EXPECT_TRUE(share_one_name({up, up.with("b", "2")}));
  EXPECT_TRUE(share_one_name({up.without_name(), up.without_name().with("a", "2")}));
  EXPECT_FALSE(share_one_name({up, up.without_name()}));
  EXPECT_FALSE(share_one_name({up, up.with("__name__", "down")}));
  EXPECT_FALSE(share_one_name({up, up.with("__type__", "gauge")}));
  EXPECT_FALSE(share_one_name({up, up.with("__unit__", "s")}));
}

TEST(LabelOrder, IsThatOfLabelSets) {
  for (uint32_t seed = 1; seed <= 10; ++seed) {
    const RowLabels::List labels = random_labels(seed, seed % 2 == 0);
    for (const RowLabels& rows : {RowLabels(labels), nameless(labels), extended(labels, true, 1),
                                  extended(labels, false, 1), extended(labels, true, 2)}) {
      std::vector<uint32_t> expected(labels.size());
      std::iota(expected.begin(), expected.end(), 0u);
      std::ranges::stable_sort(expected, [&](uint32_t a, uint32_t b) { return rows[a] < rows[b]; });
      EXPECT_EQ(sorted_by_labels(rows), expected) << seed;
    }
  }
  EXPECT_TRUE(sorted_by_labels({}).empty());
}

TEST(LabelOrder, ComparesBytesBehindCommonPrefixes) {
  const auto with = [](std::string_view v) { return Labels::of({{"a", v}}); };
  const RowLabels rows(RowLabels::List{with("12345678b"), with("12345678"), with("1234567"),
                                       with("12345678a"), with("\xC3\xBC"), with("z")});
  EXPECT_EQ(sorted_by_labels(rows), (std::vector<uint32_t>{2, 1, 3, 0, 5, 4}));
}

TEST(KeyNumbers, TellApartWhatTheChosenLabelsTellApart) {
  for (const bool without : {false, true}) {
    for (const std::vector<std::string>& names :
         {std::vector<std::string>{}, {"a"}, {"a", "Zone"}, {"missing"}, {"__name__", "a"}}) {
      LabelChoice choice{names, without};
      if (without) choice.names.emplace_back(base::kMetricName);
      for (uint32_t seed = 1; seed <= 4; ++seed) {
        const RowLabels rows = nameless(random_labels(seed, seed == 1));
        KeyNumbers numbers(choice);
        const auto found = number_rows(rows, choice, numbers);
        for (size_t i = 0; i < rows.size(); ++i) {
          const size_t j = i * 7 % rows.size();
          EXPECT_EQ(found[i] == found[j], choice.of(rows[i]) == choice.of(rows[j]));
        }
      }
    }
  }
}

TEST(LabelNumbers, CountInOrderOfAppearance) {
  LabelNumbers numbers;
  bool fresh = false;
  for (uint32_t i = 0; i < 100; ++i) {
    EXPECT_EQ(numbers.number_of(Labels::of({{"i", std::to_string(i)}}), fresh), i);
    EXPECT_TRUE(fresh);
  }
  EXPECT_EQ(numbers.number_of(Labels::of({{"i", "42"}}), fresh), 42u);
  EXPECT_FALSE(fresh);
}

}  // namespace
}  // namespace tocsin::promql
