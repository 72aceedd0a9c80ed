#include <algorithm>

#include "promql/script/classic_to_custom.h"
#include "promql/script/commands.h"
#include "promql/script/parse_eval.h"
#include "promql/script/script_lines.h"
#include "promql/script/start_notation.h"
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

// The series lines of a load, where a line of start timestamps belongs to the one after it.
class SeriesBlock {
 public:
  explicit SeriesBlock(LoadCommand& command) : command_(command) {}

  base::Status read(ScriptLines& lines) {
    while (lines.block_goes_on()) {
      const std::string_view text = lines.take();
      base::Status status = read_line(text, lines.number());
      if (!status) {
        const bool has_line = status.error().where.line != 0;
        return has_line ? std::move(status) : lines.at_line(std::move(status).error());
      }
    }
    if (starts_) return at_starts("@st line has no following sample line");
    return {};
  }

 private:
  base::Status read_line(std::string_view text, uint32_t number) {
    ASSIGN_OR_RETURN(const bool has_starts, is_start_line(text));
    if (has_starts) {
      if (starts_) return at_starts("@st line has no following sample line");
      ASSIGN_OR_RETURN(starts_, parse_start_line(text));
      command_.starts_line = number;
      return {};
    }
    ASSIGN_OR_RETURN(SeriesLine series, parse_series_line(text));
    RETURN_IF_ERROR(give_starts(series));
    set_series(command_.series, std::move(series));
    return {};
  }

  base::Status give_starts(SeriesLine& series) {
    if (!starts_) return {};
    if (starts_->labels != series.labels) {
      return at_starts("@st metric does not match the following sample line metric");
    }
    if (starts_->starts.size() != series.points.size()) {
      return at_starts("@st line has " + std::to_string(starts_->starts.size()) +
                       " values but sample line has " + std::to_string(series.points.size()));
    }
    series.starts = std::move(starts_->starts);
    starts_.reset();
    return {};
  }

  Error at_starts(std::string message) const {
    return ScriptLines::at_line({Code::kInvalid, std::move(message)}, command_.starts_line);
  }

  LoadCommand& command_;
  std::optional<StartLine> starts_;  // Read, not yet given to a series.
};

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
  RETURN_IF_ERROR(SeriesBlock(command).read(lines));
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
