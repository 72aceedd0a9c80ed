// Which exposition formats are asked for, and whether the answer is one of them.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "engine/base/status.h"

namespace tocsin::scrape {

/// Fails for unknown names of scrape_protocols, and with kUnsupported for those that are not text.
base::Status check_protocol(const std::string& name, const base::Position& where);

/// The Accept header for `protocols` in order of preference, with upstream's weights.
/// Source: prometheus scrape/scrape.go acceptHeader.
std::string accept_header(std::span<const std::string> protocols, std::string_view escaping);

/// Fails when a body of this Content-Type cannot be read as text. `falls_back`: text is assumed
/// where the header says nothing usable. Source: prometheus model/textparse/interface.go.
base::Status check_content_type(std::string_view content_type, bool falls_back);

}  // namespace tocsin::scrape
