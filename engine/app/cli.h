// The command line: names, flags, help.
#pragma once

namespace tocsin::app {

/// Parses the arguments and runs the command they name. Returns the exit code (commands.h).
int run_command_line(int argc, const char* const* argv);

}  // namespace tocsin::app
