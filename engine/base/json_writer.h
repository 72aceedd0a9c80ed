// Writes JSON by appending to a string, escaped as Go's encoding/json does.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tocsin::base {

/// Appends `text` quoted. '<', '>', '&', U+2028 and U+2029 become \u escapes, malformed UTF-8
/// becomes \ufffd, as in Go. Source: Go encoding/json appendString with escapeHTML.
void append_json_string(std::string& out, std::string_view text);
/// Appends `text` quoted, escaping only what JSON needs: quotes, backslashes and control bytes.
/// Upstream writes the label values of query results this way.
void append_plain_json_string(std::string& out, std::string_view text);

/// Puts commas and colons where they belong. The caller balances begin and end and writes a key
/// before each value of an object; balance is asserted. Not thread-safe.
class JsonWriter {
 public:
  /// Appends to `out`, which must outlive the writer.
  explicit JsonWriter(std::string& out) : out_(out) {}

  JsonWriter& begin_object();
  JsonWriter& end_object();
  JsonWriter& begin_array();
  JsonWriter& end_array();
  JsonWriter& key(std::string_view name);
  JsonWriter& string(std::string_view text);
  JsonWriter& integer(int64_t value);
  JsonWriter& boolean(bool value);
  JsonWriter& null();
  /// A value that is JSON already; not empty.
  JsonWriter& raw(std::string_view json);

  /// key() and string() in one.
  JsonWriter& field(std::string_view name, std::string_view text);
  /// As field(), but nothing when `text` is empty (Go's omitempty).
  JsonWriter& field_unless_empty(std::string_view name, std::string_view text);

 private:
  void before_value();
  std::string& out_;
  uint32_t depth_ = 0;  ///< Open objects and arrays.
};

}  // namespace tocsin::base
