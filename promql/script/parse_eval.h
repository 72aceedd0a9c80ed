// One eval command with its expectations.
#pragma once

#include <string_view>

#include "promql/script/commands.h"
#include "promql/script/script_lines.h"

namespace tocsin::promql {

/// Parses the command in `line`, which was just taken from `lines`, and takes its block.
base::Result<EvalCommand> parse_eval(std::string_view line, ScriptLines& lines,
                                     const Features& features);

/// Parses one "expect …" line into `expected`. Fails without a position.
base::Status parse_expect(std::string_view line, Expectation& expected);

/// "from D to D step D" off the front of a text, and the blanks after it.
class TextCursor;
base::Result<EvalRange> take_range(TextCursor& cursor);

}  // namespace tocsin::promql
