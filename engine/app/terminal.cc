#include "engine/app/terminal.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>

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

bool wants_colours() { return ::isatty(STDOUT_FILENO) == 1 && std::getenv("NO_COLOR") == nullptr; }

}  // namespace tocsin::app
