// Where a byte of a YAML scalar's text stands in the file.
#pragma once

#include <cstdint>
#include <string_view>

#include "engine/config/yaml.h"

namespace tocsin::rules {

/// The file position of byte `offset` of `node.scalar`. Exact for plain, quoted, literal and folded
/// scalars: folding and indentation change white space only, so the other characters are counted
/// through. White space maps to the next other character; behind the last one, to just after it.
/// Falls back to the scalar's own position where source and text cannot be matched (tags, aliases).
/// `source` is the whole file.
base::Position position_in_scalar(const config::YamlNode& node, std::string_view source,
                                  uint32_t offset);

}  // namespace tocsin::rules
