// What commands print: results to standard output, complaints to standard error.
#pragma once

#include <string>
#include <string_view>

#include "engine/base/status.h"

namespace tocsin::app {

/// Writes to standard output; write errors (a closed pipe) end the output silently, as in other
/// tools.
void print_out(std::string_view text);
/// Writes "tocsin: TEXT\n" to standard error.
void print_error(std::string_view text);
/// "tocsin: FILE:LINE:COL: message".
void print_error(const base::Error& error);

enum class Colour : uint8_t { kPlain, kRed, kGreen, kYellow, kDim, kBold };
/// `text` in a colour when `colours` is true.
std::string paint(std::string_view text, Colour colour, bool colours);
/// True when standard output is a terminal.
bool is_terminal();
/// Its width in columns: of the terminal, else what COLUMNS says, else 80.
size_t terminal_width();
/// True when standard output is a terminal and NO_COLOR is not set.
bool wants_colours();

}  // namespace tocsin::app
