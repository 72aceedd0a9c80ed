// The `load` blocks of a script as data for a store: queries without a server.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "engine/base/sample_sink.h"

namespace tocsin::promql {

/// Writes what the script loads to `sink`, a stream per block; point i of a series is i steps after
/// the epoch. Series of a block share columns as those of a scrape do, but for series that lack a
/// point without a stale marker before it: their samples have timestamps of their own. Fails, with
/// the line, when the script is wrong or does more than load.
base::Status load_script(std::string_view text, base::SampleSink& sink);

}  // namespace tocsin::promql
