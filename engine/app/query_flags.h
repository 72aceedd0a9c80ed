// The command line of `tocsin query`.
#pragma once

#include "engine/app/query.h"

namespace CLI {
class App;
}

namespace tocsin::app {

/// Adds `query` and its commands; what they are given goes to `flags`, which must outlive `root`.
void add_query_commands(CLI::App& root, QueryFlags& flags);
/// Runs the one that was named. `query` is the command that add_query_commands() made.
int run_query_command(const CLI::App& query, const QueryFlags& flags);

}  // namespace tocsin::app
