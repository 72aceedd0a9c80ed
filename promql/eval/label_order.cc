#include "promql/eval/label_order.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <numeric>
#include <span>
#include <string_view>
#include <utility>

namespace tocsin::promql {
namespace {

using base::Symbol;

/// Places of symbols in the order of their strings.
class Ranks {
 public:
  Ranks() { slots_.resize(64); }

  /// Numbers a symbol in order of appearance.
  uint32_t add(Symbol symbol) {
    uint32_t& slot = slots_[slot_of(symbol)];
    if (slot != 0) return slot - 1;
    symbols_.push_back(symbol);
    slot = static_cast<uint32_t>(symbols_.size());
    if (2 * symbols_.size() >= slots_.size()) grow();
    return static_cast<uint32_t>(symbols_.size() - 1);
  }
  size_t size() const { return symbols_.size(); }

  /// By number: the rank, 0 for the first string.
  std::vector<uint32_t> rank_by_number() const {
    std::vector<Text> texts(symbols_.size());
    for (uint32_t i = 0; i < texts.size(); ++i) {
      const std::string_view view = base::symbols::view(symbols_[i]);
      texts[i] = {prefix_of(view), view, i};
    }
    // Stores often have series in order already.
    if (!std::is_sorted(texts.begin(), texts.end(), precedes)) {
      std::sort(texts.begin(), texts.end(), precedes);
    }
    std::vector<uint32_t> ranks(texts.size());
    for (uint32_t rank = 0; rank < texts.size(); ++rank) ranks[texts[rank].number] = rank;
    return ranks;
  }

 private:
  struct Text {
    uint64_t prefix;
    std::string_view view;
    uint32_t number;
  };
  static bool precedes(const Text& a, const Text& b) {
    return a.prefix != b.prefix ? a.prefix < b.prefix : a.view < b.view;
  }
  /// The first eight bytes, so that numbers compare as strings do.
  static uint64_t prefix_of(std::string_view text) {
    uint64_t bytes = 0;
    std::memcpy(&bytes, text.data(), std::min(text.size(), sizeof bytes));
    return __builtin_bswap64(bytes);
  }
  size_t slot_of(Symbol symbol) const {
    const size_t mask = slots_.size() - 1;
    size_t slot = (symbol * 0x9e3779b97f4a7c15u >> 32) & mask;
    while (slots_[slot] != 0 && symbols_[slots_[slot] - 1] != symbol) slot = (slot + 1) & mask;
    return slot;
  }
  void grow() {
    slots_.assign(4 * slots_.size(), 0);
    for (uint32_t i = 0; i < symbols_.size(); ++i) slots_[slot_of(symbols_[i])] = i + 1;
  }

  std::vector<Symbol> symbols_;
  std::vector<uint32_t> slots_;  // Number + 1; 0 is free.
};

struct Keyed {
  uint64_t key;
  uint32_t row;
};

/// By key, keeping the order of equal ones: a digit after the other, the lowest first.
void sort_by_key(std::vector<Keyed>& rows, int bits) {
  constexpr int kDigitBits = 11;
  constexpr uint64_t kDigitMask = (1u << kDigitBits) - 1;
  if (std::ranges::is_sorted(rows, {}, &Keyed::key)) return;
  std::vector<Keyed> sorted(rows.size());
  for (int shift = 0; shift < bits; shift += kDigitBits) {
    std::array<uint32_t, kDigitMask + 1> next{};
    for (const Keyed& row : rows) ++next[row.key >> shift & kDigitMask];
    uint32_t begin = 0;
    for (uint32_t& count : next) begin += std::exchange(count, begin);
    for (const Keyed& row : rows) sorted[next[row.key >> shift & kDigitMask]++] = row;
    rows.swap(sorted);
  }
}

/// The labels that all rows have, in order of name, and their values by row.
class Columns {
 public:
  Columns(const RowLabels::List& labels, std::span<const RowLabels::Column> added)
      : labels_(labels) {
    for (size_t i = 0; i < labels[0].size(); ++i) columns_.push_back({labels[0][i].name, i, {}});
    for (const RowLabels::Column& column : added)
      columns_.push_back({base::symbols::view(column.name), 0, column.values});
    std::ranges::sort(columns_, {}, &Column::name);
  }
  size_t count() const { return columns_.size(); }
  size_t rows() const { return labels_.size(); }
  Symbol value(size_t row, size_t i) const {
    const Column& column = columns_[i];
    return column.added.empty() ? labels_[row].values()[column.place] : column.added[row];
  }

 private:
  struct Column {
    std::string_view name;
    size_t place;                   ///< In the label sets.
    std::span<const Symbol> added;  ///< Empty: they have it.
  };
  const RowLabels::List& labels_;
  std::vector<Column> columns_;
};

/// The places of their values, label by label, make one number for each row. False when that does
/// not fit.
bool sort_columns(const Columns& columns, std::vector<uint32_t>& order) {
  std::vector<Keyed> keyed(columns.rows());
  for (uint32_t row = 0; row < keyed.size(); ++row) keyed[row] = {0, row};
  std::vector<uint32_t> numbers(columns.rows());
  int bits = 0;
  for (size_t i = 0; i < columns.count(); ++i) {
    Ranks ranks;
    for (size_t row = 0; row < numbers.size(); ++row)
      numbers[row] = ranks.add(columns.value(row, i));
    if (ranks.size() == 1) continue;
    const auto width = static_cast<int>(std::bit_width(ranks.size() - 1));
    bits += width;
    if (bits > 64) return false;
    const auto rank_of = ranks.rank_by_number();
    for (Keyed& row : keyed) row.key = row.key << width | rank_of[numbers[row.row]];
  }
  sort_by_key(keyed, bits);
  for (size_t i = 0; i < order.size(); ++i) order[i] = keyed[i].row;
  return true;
}

/// Sorts rows that all have the same label names; false when they have not, or it does not fit.
bool sort_one_shape(const RowLabels::List& labels, std::span<const RowLabels::Column> added,
                    std::vector<uint32_t>& order) {
  const auto* first_names = labels[0].names().data();
  const bool one_shape = std::ranges::all_of(
      labels, [&](const base::Labels& row) { return row.names().data() == first_names; });
  const bool all_have = std::ranges::all_of(added, [](const RowLabels::Column& column) {
    return std::ranges::find(column.values, Symbol{0}) == column.values.end();
  });
  return one_shape && all_have && sort_columns(Columns(labels, added), order);
}

/// Label sets as sequences of numbers that compare as the label sets do: name, value, name, …
struct Sequences {
  std::vector<uint32_t> numbers;
  std::vector<uint32_t> begin = {0};

  std::span<const uint32_t> of(uint32_t row) const {
    return {numbers.data() + begin[row], begin[row + 1] - begin[row]};
  }
  bool less(uint32_t a, uint32_t b) const {
    const auto x = of(a);
    const auto y = of(b);
    return std::lexicographical_compare(x.begin(), x.end(), y.begin(), y.end());
  }
};

Sequences make_sequences(const RowLabels::List& labels, Symbol skipped_name) {
  Sequences out;
  Ranks ranks;
  out.begin.reserve(labels.size() + 1);
  for (const base::Labels& row : labels) {
    const auto names = row.names();
    const auto values = row.values();
    for (size_t i = 0; i < names.size(); ++i) {
      if (names[i] == skipped_name) continue;
      out.numbers.push_back(ranks.add(names[i]));
      out.numbers.push_back(ranks.add(values[i]));
    }
    out.begin.push_back(static_cast<uint32_t>(out.numbers.size()));
  }
  const auto by_number = ranks.rank_by_number();
  for (uint32_t& number : out.numbers) number = by_number[number];
  return out;
}

}  // namespace

std::vector<uint32_t> sorted_by_labels(const RowLabels& rows) {
  std::vector<uint32_t> order(rows.size());
  std::iota(order.begin(), order.end(), 0u);
  if (order.size() < 2) return order;
  // Rows without names have had the same one: among equal shapes it makes no difference.
  const RowLabels::Extension* const extension = rows.extension();
  if (extension != nullptr && sort_one_shape(extension->rows, extension->columns, order))
    return order;
  const RowLabels::List& labels = rows.stored();
  if (sort_one_shape(labels, {}, order)) return order;
  const Symbol skipped = rows.is_nameless() ? base::symbols::find(base::kMetricName) : 0;
  const Sequences sequences = make_sequences(labels, skipped);
  std::stable_sort(order.begin(), order.end(),
                   [&](uint32_t a, uint32_t b) { return sequences.less(a, b); });
  return order;
}

}  // namespace tocsin::promql
