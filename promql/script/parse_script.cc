#include <algorithm>

#include "promql/script/classic_to_custom.h"
#include "promql/script/commands.h"
#include "promql/script/parse_eval.h"
#include "promql/script/script_lines.h"
#include "promql/script/text_cursor.h"

namespace tocsin::promql {
namespace {

using base::Code;
using base::Error;
using base::Result;

std::string lower(std::string_view word) {
  std::string out(word);
  std::transform(out.begin(), out.end(), out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return out;
}

// A line of start timestamps: metric{labels}@st …
Result<bool> is_start_timestamps(std::string_view line) {
  ASSIGN_OR_RETURN(const MetricPrefix metric, parse_metric_prefix(line));
  return line.substr(metric.bytes).starts_with("@st");
}

// Of two lines with the same labels the last one counts.
void set_series(std::vector<SeriesLine>& all, SeriesLine series) {
  const auto same = std::find_if(all.begin(), all.end(), [&](const SeriesLine& other) {
    return other.labels == series.labels;
  });
  if (same == all.end()) {
    all.push_back(std::move(series));
  } else {
    *same = std::move(series);
  }
}

Result<LoadCommand> parse_load(std::string_view line, ScriptLines& lines) {
  LoadCommand command;
  command.line = lines.number();
  TextCursor cursor(line);
  const std::string_view word = cursor.take_word();
  const bool converts = word == "load_with_nhcb";
  if (!converts && word != "load") {
    return lines.at_line(
        {Code::kInvalid, "invalid load command. (load[_with_nhcb] <step:duration>)"});
  }
  auto step = base::parse_duration(cursor.rest());
  if (!step) {
    return lines.at_line({Code::kInvalid, "invalid step definition \"" +
                                              std::string(cursor.rest()) +
                                              "\": " + step.error().message});
  }
  command.step = *step;
  while (lines.block_goes_on()) {
    const std::string_view text = lines.take();
    const auto start_timestamps = is_start_timestamps(text);
    if (!start_timestamps) return lines.at_line(start_timestamps.error());
    if (*start_timestamps) {
      command.unsupported = "start timestamps (@st)";
      continue;
    }
    auto series = parse_series_line(text);
    if (!series) return lines.at_line(std::move(series).error());
    set_series(command.series, *std::move(series));
  }
  if (converts) {
    auto native = classic_to_custom(command.series);
    if (!native) return lines.at_line(std::move(native).error());
    command.series.insert(command.series.end(), native->begin(), native->end());
  }
  return command;
}

Result<Command> parse_command(std::string_view line, ScriptLines& lines, const Features& features) {
  const std::string word = lower(TextCursor(line).take_word());
  if (word == "clear") return Command(ClearCommand{lines.number()});
  if (word.starts_with("load")) {
    ASSIGN_OR_RETURN(LoadCommand load, parse_load(line, lines));
    return Command(std::move(load));
  }
  if (word.starts_with("eval")) {
    ASSIGN_OR_RETURN(EvalCommand eval, parse_eval(line, lines, features));
    return Command(std::move(eval));
  }
  return lines.at_line({Code::kInvalid, "invalid command \"" + std::string(line) + "\""});
}

}  // namespace

Result<std::vector<Command>> parse_script(std::string_view text, const Features& features) {
  std::vector<Command> commands;
  ScriptLines lines(text);
  while (!lines.at_end()) {
    const std::string_view line = lines.take();
    if (line.empty()) continue;
    ASSIGN_OR_RETURN(Command command, parse_command(line, lines, features));
    commands.push_back(std::move(command));
  }
  return commands;
}

}  // namespace tocsin::promql
