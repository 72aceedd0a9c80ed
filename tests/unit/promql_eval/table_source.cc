#include "table_source.h"

#include <algorithm>
#include <sstream>

#include "engine/base/number.h"
#include "promql/syntax/parser.h"

namespace tocsin::promql::test {
namespace {

/// Neighbouring rows of one table.
struct Piece {
  const Table* table = nullptr;
  uint32_t first_row = 0;  // Of the selection.
  uint32_t rows = 0;
  std::vector<const double*> columns;
  std::vector<const base::TimestampMs*> starts;

  /// Leaves out the first `by` rows.
  void move(uint32_t by) {
    for (const double*& column : columns) column += by;
    for (const base::TimestampMs*& column : starts) {
      if (column != nullptr) column += by;
    }
  }
};

struct TableRows final : base::RowSet {
  std::vector<Piece> pieces;
  std::vector<std::pair<uint32_t, const MixedTable*>> mixed;
};

class TableSelection final : public base::Selection {
 public:
  TableSelection(const TableSource& source, base::Matchers matchers)
      : source_(source), matchers_(std::move(matchers)) {}

  std::shared_ptr<const base::RowSet> rows() override {
    if (rows_ == nullptr || rows_->version != source_.version()) rebuild();
    return rows_;
  }

  base::Status scan(const base::RowSet& rows, base::RowRange range, const base::ScanWindow& window,
                    base::TileVisitor& visitor) const override {
    const auto& mine = static_cast<const TableRows&>(rows);
    for (const Piece& piece : mine.pieces) {
      const auto& t = piece.table->t;
      const auto begin =
          static_cast<size_t>(std::upper_bound(t.begin(), t.end(), window.from) - t.begin());
      const auto end =
          static_cast<size_t>(std::upper_bound(t.begin(), t.end(), window.to) - t.begin());
      if (begin >= end) continue;
      const uint32_t first_row = std::max(piece.first_row, range.begin);
      const uint32_t end_row = std::min(piece.first_row + piece.rows, range.end);
      if (first_row >= end_row) continue;
      const Piece* from_first = &piece;
      Piece moved;
      if (first_row > piece.first_row) {
        moved = piece;
        moved.move(first_row - piece.first_row);
        from_first = &moved;
      }
      base::Tile tile;
      tile.first_row = first_row;
      tile.rows = end_row - first_row;
      tile.t = std::span(t).subspan(begin, end - begin);
      tile.values = from_first->columns.data() + begin;
      tile.gaps = piece.table->gaps.data() + begin;
      tile.drops = piece.table->drops.data() + begin;
      if (!piece.starts.empty()) tile.starts = from_first->starts.data() + begin;
      visitor.on_tile(tile);
    }
    for (const auto& [row, series] : mine.mixed) {
      if (row < range.begin || row >= range.end) continue;
      const auto& t = series->t;
      const auto begin =
          static_cast<size_t>(std::upper_bound(t.begin(), t.end(), window.from) - t.begin());
      const auto end =
          static_cast<size_t>(std::upper_bound(t.begin(), t.end(), window.to) - t.begin());
      if (begin >= end) continue;
      visitor.on_mixed({row, std::span(t).subspan(begin, end - begin),
                        std::span(series->v).subspan(begin, end - begin),
                        std::span(series->h).subspan(begin, end - begin)});
    }
    return {};
  }

 private:
  void rebuild() {
    auto rows = std::make_shared<TableRows>();
    rows->version = source_.version();
    for (const Table& table : source_.tables()) add_pieces(table, *rows);
    for (const MixedTable& series : source_.mixed()) {
      if (!base::matches_all(matchers_, series.labels)) continue;
      rows->mixed.emplace_back(static_cast<uint32_t>(rows->labels.size()), &series);
      rows->labels.push_back(series.labels);
    }
    rows_ = std::move(rows);
  }

  void add_pieces(const Table& table, TableRows& rows) {
    bool open = false;
    for (size_t row = 0; row < table.labels.size(); ++row) {
      if (!base::matches_all(matchers_, table.labels[row])) {
        open = false;
        continue;
      }
      if (!open) {
        Piece piece;
        piece.table = &table;
        piece.first_row = static_cast<uint32_t>(rows.labels.size());
        for (const auto& column : table.columns) piece.columns.push_back(column.data() + row);
        for (const auto& column : table.starts) {
          piece.starts.push_back(column.empty() ? nullptr : column.data() + row);
        }
        rows.pieces.push_back(std::move(piece));
        open = true;
      }
      ++rows.pieces.back().rows;
      rows.labels.push_back(table.labels[row]);
    }
  }

  const TableSource& source_;
  base::Matchers matchers_;
  std::shared_ptr<const base::RowSet> rows_;
};

}  // namespace

void Table::add_column(base::TimestampMs at, std::vector<double> values) {
  uint8_t gap = 0;
  uint8_t drop = 0;
  for (size_t row = 0; row < values.size(); ++row) {
    if (!base::is_value(values[row])) gap = 1;
    if (!columns.empty() && values[row] < columns.back()[row]) drop = 1;
  }
  t.push_back(at);
  columns.push_back(std::move(values));
  gaps.push_back(gap);
  drops.push_back(drop);
}

double value_from(const std::string& text) {
  if (text == "_") return base::absent_marker();
  if (text == "stale") return base::stale_marker();
  return base::parse_float(text).value();
}

void TableSource::load(base::DurationMs step, const std::string& series,
                       const std::string& values) {
  Table& table = add_table();
  table.labels.push_back(*parse_metric(series));
  std::istringstream words(values);
  base::TimestampMs t = 0;
  for (std::string word; words >> word; t += step) table.add_column(t, {value_from(word)});
}

base::Result<std::shared_ptr<base::Selection>> TableSource::select(const base::Matchers& matchers) {
  return std::shared_ptr<base::Selection>(std::make_shared<TableSelection>(*this, matchers));
}

}  // namespace tocsin::promql::test
