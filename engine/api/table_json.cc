#include "engine/api/table_json.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <span>
#include <utility>

#include "engine/api/points_json.h"
#include "engine/base/json_writer.h"
#include "engine/base/number.h"
#include "engine/base/sample.h"

namespace tocsin::api {
namespace {

using promql::Frame;
using promql::SampleTable;

/// A piece of JSON that is written for every series or step.
struct Stamp {
  std::array<char, base::kTimestampTextMax> text;
  size_t size = 0;
};

/// Text on its way to a string, in pieces that fit into the first cache.
class Room {
 public:
  /// `bytes` is how long the string should become.
  Room(std::string& out, size_t bytes) : out_(out), bytes_(bytes) {}
  bool is_full() const { return out_.size() + used_ >= bytes_; }
  /// A place for `bytes`, at most kLargest; they count once commit() says where they end.
  char* at_least(size_t bytes) {
    if (text_.size() - used_ < bytes) flush();
    return text_.data() + used_;
  }
  void commit(const char* end) { used_ = static_cast<size_t>(end - text_.data()); }
  void append(std::string_view text) {
    if (text.size() > kLargest) {
      flush();
      out_ += text;
      return;
    }
    char* const at = at_least(text.size());
    std::memcpy(at, text.data(), text.size());
    commit(at + text.size());
  }
  void flush() {
    out_.append(text_.data(), used_);
    used_ = 0;
  }

  static constexpr size_t kLargest = 4096;

 private:
  std::string& out_;
  const size_t bytes_;
  std::array<char, 4 * kLargest> text_;
  size_t used_ = 0;
};

/// True when the text stands in JSON as it is; `at` gets it.
bool copy_if_plain(std::string_view text, char* at) {
  unsigned escapes = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    escapes |= static_cast<unsigned>(c < 0x20) | static_cast<unsigned>(c == '"') |
               static_cast<unsigned>(c == '\\');
    at[i] = text[i];
  }
  return escapes == 0;
}

/// Writes label sets; what sets with the same names have in common is made once.
class LabelText {
 public:
  explicit LabelText(const promql::RowLabels& rows)
      : skipped_(rows.is_nameless() ? base::symbols::find(base::kMetricName) : 0) {}

  void append(Room& out, const base::Labels& labels) {
    const auto names = labels.names();
    const auto values = labels.values();
    if (names.data() != last_names_) prepare(names);
    out.append("{");
    for (size_t i = 0; i < names.size(); ++i) {
      if (names[i] == skipped_) continue;
      out.append(keys_[i]);
      append_value(out, base::symbols::view(values[i]));
    }
    out.append("}");
  }

 private:
  void prepare(std::span<const base::Symbol> names) {
    last_names_ = names.data();
    keys_.assign(names.size(), {});
    bool first = true;
    for (size_t i = 0; i < names.size(); ++i) {
      if (names[i] == skipped_) continue;
      if (!first) keys_[i] += ',';
      first = false;
      base::append_plain_json_string(keys_[i], base::symbols::view(names[i]));
      keys_[i] += ':';
    }
  }
  void append_value(Room& out, std::string_view value) {
    if (value.size() + 2 <= Room::kLargest) {
      char* const at = out.at_least(value.size() + 2);
      if (copy_if_plain(value, at + 1)) {
        at[0] = '"';
        at[value.size() + 1] = '"';
        out.commit(at + value.size() + 2);
        return;
      }
    }
    escaped_.clear();
    base::append_plain_json_string(escaped_, value);
    out.append(escaped_);
  }

  const base::Symbol skipped_;
  const base::Symbol* last_names_ = nullptr;
  std::vector<std::string> keys_;  ///< By label: ,"name":
  std::string escaped_;
};

}  // namespace

class TableJson::Writer {
 public:
  Writer(const SampleTable& table, bool matrix, size_t limit)
      : table_(table),
        matrix_(matrix),
        limit_(limit),
        labels_(table.schema->labels),
        stamps_(table.grid.steps),
        // Values of a series lie apart in the frame: some series are gathered at once, so that
        // reading them does not wait for each.
        rows_at_once_(std::clamp<size_t>(kValuesAtOnce / table.grid.steps, 1, 256)) {
    for (size_t step = 0; step < stamps_.size(); ++step) {
      Stamp& stamp = stamps_[step];
      char* const begin = stamp.text.data();
      stamp.size = static_cast<size_t>(base::write_timestamp(begin, table.grid.at(step)) - begin);
    }
  }

  bool append_to(std::string& out, size_t bytes) {
    reserve(out, bytes);
    Room room(out, bytes);
    const bool has_more = append_rows(out, bytes, room);
    room.flush();
    return has_more;
  }
  bool is_cut() const { return is_cut_; }

 private:
  static constexpr size_t kValuesAtOnce = 16 * 1024;
  /// How often it is asked whether there is room for more.
  static constexpr size_t kPointsAtOnce = 256;

  /// A guess, so that an answer is not copied again and again while it grows.
  void reserve(std::string& out, size_t bytes) const {
    constexpr size_t kBytesPerPoint = 34;
    constexpr size_t kBytesPerSeries = 160;
    constexpr size_t kOverhang = 16 * 1024;
    const size_t left = table_.rows.size() - next_row_;
    const size_t rows = limit_ == 0 ? left : std::min(limit_, left);
    const size_t guess = rows * (table_.grid.steps * kBytesPerPoint + kBytesPerSeries);
    const size_t room = bytes - std::min(bytes, out.size());
    out.reserve(out.size() + std::min(guess, room) + kOverhang);
  }

  /// False when all rows are written, or as many as may be.
  bool append_rows(std::string& out, size_t bytes, Room& room) {
    const bool mixed = table_.frame.has_histograms();
    while (next_row_ < table_.rows.size()) {
      if (room.is_full()) return true;
      const bool has_more = mixed ? append_mixed(out, bytes, room) : append_floats(room);
      if (is_cut_) return false;
      if (has_more) return true;
      in_series_ = false;
      next_step_ = 0;
      ++next_row_;
    }
    return false;
  }

  void gather() {
    const Frame& frame = table_.frame;
    const size_t steps = table_.grid.steps;
    const std::span<const uint32_t> rest = std::span(table_.rows).subspan(next_row_);
    const auto rows = rest.first(std::min(rows_at_once_, rest.size()));
    gathered_.resize(rows_at_once_ * steps);
    for (size_t step = 0; step < steps; ++step) {
      for (size_t i = 0; i < rows.size(); ++i) {
        gathered_[i * steps + step] =
            frame.has(step, rows[i]) ? frame.at(step, rows[i]) : base::absent_marker();
      }
    }
  }

  /// False when there is a series too many.
  bool begin_series(Room& room) {
    is_cut_ = limit_ != 0 && written_ == limit_;
    if (is_cut_) return false;
    room.append(written_ == 0 ? "{\"metric\":" : ",{\"metric\":");
    labels_.append(room, table_.schema->labels.stored()[table_.rows[next_row_]]);
    ++written_;
    in_series_ = true;
    return true;
  }

  /// The next row, or what is left of it. True when the room is full before its end.
  bool append_floats(Room& room) {
    const size_t steps = table_.grid.steps;
    const size_t place = next_row_ % rows_at_once_;
    if (place == 0 && !in_series_) gather();
    const std::span<const double> values(gathered_.data() + place * steps, steps);
    if (!in_series_) {
      const auto first = std::ranges::find_if_not(values, base::is_absent);
      if (first == values.end() || !begin_series(room)) return false;
      next_step_ = static_cast<size_t>(first - values.begin());
      room.append(matrix_ ? ",\"values\":" : ",\"value\"");
      lead_ = matrix_ ? '[' : ':';
    }
    while (next_step_ < steps) {
      if (room.is_full()) return true;
      const size_t end = std::min(steps, next_step_ + kPointsAtOnce);
      for (; next_step_ < end; ++next_step_) {
        if (base::is_absent(values[next_step_])) continue;
        append_point(room, std::exchange(lead_, ','), stamps_[next_step_], values[next_step_]);
      }
    }
    room.append(matrix_ ? "]}" : "}");
    return false;
  }

  /// [time,"value"], with `lead` in front.
  static void append_point(Room& room, char lead, const Stamp& stamp, double value) {
    char* at = room.at_least(base::kTimestampTextMax + base::kSampleTextMax + 8);
    *at++ = lead;
    *at++ = '[';
    std::memcpy(at, stamp.text.data(), stamp.text.size());
    at += stamp.size;
    *at++ = ',';
    *at++ = '"';
    at = base::write_sample(at, value);
    std::memcpy(at, "\"]", 2);
    room.commit(at + 2);
  }

  /// append_floats() for tables that have histograms.
  bool append_mixed(std::string& out, size_t bytes, Room& room) {
    if (!in_series_) {
      collect(table_.rows[next_row_]);
      if (mixed_.empty() || !begin_series(room)) return false;
      points_.begin(mixed_, matrix_);
    }
    room.flush();
    return points_.append_to(out, bytes);
  }

  void collect(uint32_t row) {
    const Frame& frame = table_.frame;
    mixed_.clear();
    for (size_t step = 0; step < table_.grid.steps; ++step) {
      if (!frame.has(step, row)) continue;
      const base::HistogramPtr& h = frame.histograms[step * frame.rows + row];
      mixed_.push_back({table_.grid.at(step), h != nullptr ? 0 : frame.at(step, row), h});
    }
  }

  const SampleTable& table_;
  const bool matrix_;
  const size_t limit_;
  LabelText labels_;
  std::vector<Stamp> stamps_;  ///< By step.
  const size_t rows_at_once_;
  std::vector<double> gathered_;
  std::vector<promql::Point> mixed_;
  PointsJson points_;  ///< Of mixed_.
  size_t next_row_ = 0;
  size_t next_step_ = 0;
  char lead_ = ',';  ///< What the next point begins with.
  size_t written_ = 0;
  bool in_series_ = false;  ///< Of next_row_ something is written.
  bool is_cut_ = false;
};

TableJson::TableJson(const SampleTable& table, bool matrix, size_t limit)
    : writer_(std::make_unique<Writer>(table, matrix, limit)) {}
TableJson::~TableJson() = default;
bool TableJson::append_to(std::string& out, size_t bytes) { return writer_->append_to(out, bytes); }
bool TableJson::is_cut() const { return writer_->is_cut(); }

}  // namespace tocsin::api
