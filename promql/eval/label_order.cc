#include "promql/eval/label_order.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <numeric>
#include <span>
#include <string_view>

namespace tocsin::promql {
namespace {

using base::Symbol;

/// Places of symbols in the order of their strings.
class Ranks {
 public:
  explicit Ranks(size_t symbols_expected) {
    slots_.resize(std::bit_ceil(2 * symbols_expected + 16));
  }

  /// Numbers a symbol in order of appearance.
  uint32_t add(Symbol symbol) {
    if (2 * symbols_.size() >= slots_.size()) grow();
    uint32_t& slot = slots_[slot_of(symbol)];
    if (slot == 0) {
      symbols_.push_back(symbol);
      slot = static_cast<uint32_t>(symbols_.size());
    }
    return slot - 1;
  }

  /// By number: the rank, 0 for the first string.
  std::vector<uint32_t> rank_by_number() const {
    struct Text {
      uint64_t prefix;
      std::string_view view;
      uint32_t number;
    };
    std::vector<Text> texts(symbols_.size());
    for (uint32_t i = 0; i < texts.size(); ++i) {
      const std::string_view view = base::symbols::view(symbols_[i]);
      texts[i] = {prefix_of(view), view, i};
    }
    std::sort(texts.begin(), texts.end(), [](const Text& a, const Text& b) {
      return a.prefix != b.prefix ? a.prefix < b.prefix : a.view < b.view;
    });
    std::vector<uint32_t> ranks(texts.size());
    for (uint32_t rank = 0; rank < texts.size(); ++rank) ranks[texts[rank].number] = rank;
    return ranks;
  }

 private:
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
    slots_.assign(2 * slots_.size(), 0);
    for (uint32_t i = 0; i < symbols_.size(); ++i) slots_[slot_of(symbols_[i])] = i + 1;
  }

  std::vector<Symbol> symbols_;
  std::vector<uint32_t> slots_;  // Number + 1; 0 is free.
};

/// Label sets as sequences of numbers that compare as the label sets do: name, value, name, …
struct Sequences {
  std::vector<uint32_t> numbers;
  std::vector<uint32_t> begin = {0};
  bool one_shape = true;  ///< All rows have the same label names.

  std::span<const uint32_t> of(uint32_t row) const {
    return {numbers.data() + begin[row], begin[row + 1] - begin[row]};
  }
  bool less(uint32_t a, uint32_t b) const {
    const auto x = of(a);
    const auto y = of(b);
    return std::lexicographical_compare(x.begin(), x.end(), y.begin(), y.end());
  }
};

Sequences make_sequences(const RowLabels& rows) {
  const RowLabels::List& labels = rows.stored();
  const Symbol skipped = rows.is_nameless() ? base::symbols::find(base::kMetricName) : 0;
  Sequences out;
  Ranks ranks(labels.size());
  out.numbers.reserve(labels.size() * 2 * labels[0].size());
  out.begin.reserve(labels.size() + 1);
  for (const base::Labels& row : labels) {
    const auto names = row.names();
    const auto values = row.values();
    out.one_shape = out.one_shape && names.data() == labels[0].names().data();
    for (size_t i = 0; i < names.size(); ++i) {
      if (names[i] == skipped) continue;
      out.numbers.push_back(ranks.add(names[i]));
      out.numbers.push_back(ranks.add(values[i]));
    }
    out.begin.push_back(static_cast<uint32_t>(out.numbers.size()));
  }
  const auto by_number = ranks.rank_by_number();
  for (uint32_t& number : out.numbers) number = by_number[number];
  return out;
}

struct Keyed {
  uint64_t key;
  uint32_t row;
};

/// One number for a whole label set, when the labels that differ fit. Requires rows of one shape.
bool pack(const Sequences& sequences, std::vector<Keyed>& out) {
  const auto first = sequences.of(0);
  std::vector<uint32_t> low(first.begin(), first.end());
  std::vector<uint32_t> high = low;
  for (uint32_t row = 0; row < out.size(); ++row) {
    const auto numbers = sequences.of(row);
    for (size_t i = 1; i < numbers.size(); i += 2) {
      low[i] = std::min(low[i], numbers[i]);
      high[i] = std::max(high[i], numbers[i]);
    }
  }
  int bits = 0;
  for (size_t i = 1; i < low.size(); i += 2) bits += std::bit_width(high[i] - low[i]);
  if (bits > 63) return false;
  for (uint32_t row = 0; row < out.size(); ++row) {
    const auto numbers = sequences.of(row);
    uint64_t key = 0;
    for (size_t i = 1; i < numbers.size(); i += 2) {
      key = (key << std::bit_width(high[i] - low[i])) | (numbers[i] - low[i]);
    }
    out[row] = {key, row};
  }
  return true;
}

}  // namespace

std::vector<uint32_t> sorted_by_labels(const RowLabels& rows) {
  std::vector<uint32_t> order(rows.size());
  std::iota(order.begin(), order.end(), 0u);
  if (order.size() < 2) return order;
  const Sequences sequences = make_sequences(rows);
  std::vector<Keyed> keyed(rows.size());
  if (sequences.one_shape && pack(sequences, keyed)) {
    std::sort(keyed.begin(), keyed.end(), [](const Keyed& a, const Keyed& b) {
      return a.key != b.key ? a.key < b.key : a.row < b.row;
    });
    for (size_t i = 0; i < order.size(); ++i) order[i] = keyed[i].row;
    return order;
  }
  std::stable_sort(order.begin(), order.end(),
                   [&](uint32_t a, uint32_t b) { return sequences.less(a, b); });
  return order;
}

}  // namespace tocsin::promql
