// Memory that only the start of the process needed.
#pragma once

namespace tocsin::app {

/// Gives back the resident pages of the program's and its libraries' code and constants: relocation
/// and symbol tables, initialisers and the parsers of configuration files make up most of them.
/// What runs on comes back page by page, from the page cache. Nothing is changed.
void release_startup_pages();

}  // namespace tocsin::app
