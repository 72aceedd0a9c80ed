#include "promql/script/script_lines.h"

namespace tocsin::promql {
namespace {

std::string_view trim(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\v\f";
  const size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

}  // namespace

ScriptLines::ScriptLines(std::string_view text) {
  while (true) {
    const size_t end = text.find('\n');
    const std::string_view line = trim(text.substr(0, end));
    lines_.push_back(line.starts_with('#') ? std::string_view() : line);
    if (end == std::string_view::npos) return;
    text.remove_prefix(end + 1);
  }
}

base::Error ScriptLines::at_line(base::Error error, uint32_t line) {
  error.where.line = line;
  return error;
}

}  // namespace tocsin::promql
