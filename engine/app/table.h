// Columns of text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tocsin::app {

/// Columns that `text` takes on a terminal, one per character of UTF-8.
size_t text_width(std::string_view text);

/// A table without lines: a head, then rows, columns as wide as their widest cell.
class Table {
 public:
  /// `right`: numbers, aligned at their ends.
  void add_column(std::string head, bool right = false);
  /// One cell per column.
  void add_row(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  /// Width of the widest row.
  size_t width() const;
  /// Every line ends with a newline. `colours`: the head is dim.
  std::string text(bool colours) const;

 private:
  struct Column {
    std::string head;
    bool right = false;
  };
  std::vector<size_t> widths() const;
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace tocsin::app
