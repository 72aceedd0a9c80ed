// One value under one verb of Go's fmt.
#pragma once

#include <cstdint>
#include <string>

#include "engine/template/value.h"

namespace tocsin::tmpl {

/// The flags, width and precision of a directive.
struct FormatFlags {
  bool plus = false;
  bool minus = false;
  bool sharp = false;
  bool space = false;
  bool zero = false;
  bool plus_v = false;   ///< %+v
  bool sharp_v = false;  ///< %#v
  int width = -1;        ///< -1: none
  int precision = -1;    ///< -1: none
};

/// Appends the value under `verb`; a verb that does not fit gives %!verb(type=value).
void append_formatted(std::string& out, const Value& value, char32_t verb,
                      const FormatFlags& flags);

/// Numbers and texts, padded (format_number.cc).
void append_padded(std::string& out, std::string_view text, const FormatFlags& flags);
/// `verb` is one of b d o O x X.
void append_integer(std::string& out, uint64_t magnitude, bool negative, char verb,
                    const FormatFlags& flags);
/// `verb` is one of v b e E f F g G x X.
void append_float(std::string& out, double value, char verb, const FormatFlags& flags);
/// `verb` is one of v s q x X.
void append_string(std::string& out, std::string_view text, char verb, const FormatFlags& flags);

}  // namespace tocsin::tmpl
