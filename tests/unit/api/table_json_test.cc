// A table of samples gives the text that the same samples give as series.
#include "engine/api/table_json.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <numeric>
#include <random>

#include "engine/api/result_json.h"

namespace tocsin::api {
namespace {

using base::Labels;
using promql::QueryResult;
using promql::ResultSeries;
using promql::SampleTable;
using promql::ValueType;

double random_value(std::mt19937_64& random) {
  switch (random() % 8) {
    case 0:
      return static_cast<double>(random() % 100'000);
    case 1:
      return -static_cast<double>(random() % 10'000) / 100;
    case 2:
      return std::nan("");
    case 3:
      return -std::numeric_limits<double>::infinity();
    case 4:
      return static_cast<double>(random() % 1000) * 1e20;
    case 5:
      return static_cast<double>(random() % 1000) * 1e-9;
    default:
      return static_cast<double>(random()) / 7;
  }
}

struct Shape {
  size_t rows;
  size_t steps;
  bool nameless = false;
  bool histograms = false;
};

SampleTable random_table(const Shape& shape, std::mt19937_64& random) {
  promql::RowLabels::List labels;
  for (size_t row = 0; row < shape.rows; ++row) {
    const std::string number = std::to_string(row);
    const std::string odd = row % 7 == 0    ? "\"\\\n\x01"
                            : row % 11 == 0 ? std::string(5000, 'x')
                                            : "ü";
    Labels one = Labels::of({{"__name__", "x"}, {"Zone", odd}, {"row", number}});
    labels.push_back(row % 5 == 0 ? one.with("more", "1") : one);
  }
  auto schema = std::make_shared<promql::Schema>();
  schema->labels =
      shape.nameless
          ? promql::RowLabels::without_names(std::make_shared<promql::RowLabels::List>(labels))
          : promql::RowLabels(labels);
  SampleTable table;
  table.schema = schema;
  table.rows.resize(shape.rows);
  std::iota(table.rows.rbegin(), table.rows.rend(), 0u);
  table.grid = {1'700'000'000'123, 250, shape.steps};
  table.frame.reset(shape.rows, shape.steps);
  auto histogram = std::make_shared<base::FloatHistogram>();
  histogram->count = 3;
  for (size_t step = 0; step < shape.steps; ++step) {
    for (size_t row = 0; row < shape.rows; ++row) {
      if (row % 13 == 12 || (row % 2 == 1 && random() % 3 == 0)) continue;
      table.frame.put(step, row, random_value(random));
      if (shape.histograms && random() % 4 == 0) table.frame.put(step, row, histogram);
    }
  }
  return table;
}

QueryResult series_of(const SampleTable& table, bool matrix) {
  QueryResult out;
  out.type = matrix ? ValueType::kMatrix : ValueType::kVector;
  const promql::Frame& frame = table.frame;
  for (const uint32_t row : table.rows) {
    ResultSeries series{table.schema->labels[row], {}};
    for (size_t step = 0; step < frame.steps; ++step) {
      if (!frame.has(step, row)) continue;
      const bool is_histogram = frame.is_histogram(step, row);
      series.points.push_back({table.grid.at(step), is_histogram ? 0 : frame.at(step, row),
                               is_histogram ? frame.histograms[step * frame.rows + row] : nullptr});
    }
    if (!series.points.empty()) out.series.push_back(std::move(series));
  }
  return out;
}

TEST(TableJson, EqualsThatOfSeries) {
  std::mt19937_64 random(5);
  for (const Shape& shape : {Shape{1, 1}, Shape{300, 1}, Shape{300, 1, true}, Shape{40, 700, true},
                             Shape{3, 20'000}, Shape{30, 9, false, true}, Shape{0, 1}}) {
    for (const bool matrix : {true, false}) {
      if (!matrix && shape.steps != 1) continue;
      for (const size_t limit : {size_t{0}, size_t{2}, size_t{1000}}) {
        SampleTable table = random_table(shape, random);
        const QueryResult expected = series_of(table, matrix);
        QueryResult result;
        result.type = expected.type;
        result.table = std::make_shared<SampleTable>(std::move(table));
        std::string expected_text;
        std::string text;
        const bool expected_whole = append_result(expected_text, expected, limit);
        EXPECT_EQ(append_result(text, result, limit), expected_whole);
        ASSERT_EQ(text, expected_text) << shape.rows << " rows, " << shape.steps << " steps";
      }
    }
  }
}

/// In pieces of `bytes`, each written into a string of its own.
std::string in_pieces(const QueryResult& result, size_t limit, size_t bytes) {
  ResultJson json(result, limit);
  std::string out;
  for (bool has_more = true; has_more;) {
    std::string piece;
    has_more = json.append_to(piece, bytes);
    // Points by the hundred, or labels, may hang over.
    EXPECT_LE(piece.size(), bytes + 24'000);
    if (has_more) {
      EXPECT_GE(piece.size(), bytes);
    }
    out += piece;
  }
  return out;
}

TEST(TableJson, IsTheSameInPieces) {
  std::mt19937_64 random(6);
  for (const Shape& shape : {Shape{300, 1}, Shape{40, 700, true}, Shape{3, 20'000},
                             Shape{30, 9, false, true}, Shape{1, 300, false, true}, Shape{0, 1}}) {
    SampleTable table = random_table(shape, random);
    const QueryResult series = series_of(table, true);
    QueryResult result;
    result.type = ValueType::kMatrix;
    result.table = std::make_shared<SampleTable>(std::move(table));
    for (const size_t limit : {size_t{0}, size_t{2}}) {
      std::string expected;
      append_result(expected, series, limit);
      for (const size_t bytes : {1, 7, 100, 1000, 30'000}) {
        EXPECT_EQ(in_pieces(result, limit, bytes), expected) << bytes;
        EXPECT_EQ(in_pieces(series, limit, bytes), expected) << bytes;
      }
    }
  }
}

}  // namespace
}  // namespace tocsin::api
