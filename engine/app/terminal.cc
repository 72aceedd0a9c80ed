#include "engine/app/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "engine/base/number.h"

namespace tocsin::app {

void print_out(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

void print_error(std::string_view text) {
  const std::string line = "tocsin: " + std::string(text) + "\n";
  std::fwrite(line.data(), 1, line.size(), stderr);
}

void print_error(const base::Error& error) { print_error(error.to_string()); }

std::string paint(std::string_view text, Colour colour, bool colours) {
  if (!colours) return std::string(text);
  std::string_view code;
  switch (colour) {
    case Colour::kPlain:
      return std::string(text);
    case Colour::kRed:
      code = "\033[31m";
      break;
    case Colour::kGreen:
      code = "\033[32m";
      break;
    case Colour::kYellow:
      code = "\033[33m";
      break;
    case Colour::kDim:
      code = "\033[2m";
      break;
    case Colour::kBold:
      code = "\033[1m";
      break;
  }
  return std::string(code) + std::string(text) + "\033[0m";
}

bool is_terminal() { return ::isatty(STDOUT_FILENO) == 1; }

size_t terminal_width() {
  constexpr size_t kUsual = 80;
  constexpr size_t kMost = 1000;
  winsize size = {};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  const char* columns = std::getenv("COLUMNS");
  const auto value = columns == nullptr ? std::nullopt : base::parse_float(columns);
  return value && *value >= 1 && *value <= kMost ? static_cast<size_t>(*value) : kUsual;
}

bool wants_colours() { return is_terminal() && std::getenv("NO_COLOR") == nullptr; }

}  // namespace tocsin::app
