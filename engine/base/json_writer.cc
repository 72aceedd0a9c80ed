#include "engine/base/json_writer.h"

#include <array>
#include <cassert>
#include <charconv>

#include "engine/base/utf8.h"

namespace tocsin::base {

namespace {

constexpr std::string_view kHex = "0123456789abcdef";

/// Which bytes stand for themselves in a string.
using ByteSet = std::array<bool, 256>;

constexpr ByteSet make_plain_bytes(std::string_view escaped, int last) {
  ByteSet plain{};
  for (int c = 0x20; c <= last; ++c) plain[static_cast<size_t>(c)] = true;
  for (const char c : escaped) plain[static_cast<unsigned char>(c)] = false;
  return plain;
}

constexpr ByteSet kPlainAscii = make_plain_bytes("\"\\<>&", 0x7F);
constexpr ByteSet kPlainBytes = make_plain_bytes("\"\\", 0xFF);

/// Appends `text` up to the first byte that is not in `plain`; returns what is left.
std::string_view append_run(std::string& out, std::string_view text, const ByteSet& plain) {
  size_t length = 0;
  while (length < text.size() && plain[static_cast<unsigned char>(text[length])]) ++length;
  out.append(text.data(), length);
  return text.substr(length);
}

void append_code(std::string& out, char c) {
  out += "\\u00";
  out += kHex[static_cast<unsigned char>(c) >> 4];
  out += kHex[static_cast<unsigned char>(c) & 0xF];
}

/// The escapes that both forms have.
void append_escaped(std::string& out, char c) {
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      append_code(out, c);
  }
}

void append_rune_escaped(std::string& out, std::string_view text, Rune rune) {
  if (rune.is_malformed()) {
    out += "\\ufffd";
  } else if (rune.code == '\b') {
    out += "\\b";
  } else if (rune.code == '\f') {
    out += "\\f";
  } else if (rune.code < 0x80) {
    append_escaped(out, text[0]);
  } else if (rune.code == 0x2028) {
    out += "\\u2028";
  } else if (rune.code == 0x2029) {
    out += "\\u2029";
  } else {
    out += text.substr(0, rune.bytes);
  }
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  for (text = append_run(out, text, kPlainAscii); !text.empty();
       text = append_run(out, text, kPlainAscii)) {
    const Rune rune = decode_rune(text);
    append_rune_escaped(out, text, rune);
    text.remove_prefix(rune.bytes);
  }
  out += '"';
}

void append_plain_json_string(std::string& out, std::string_view text) {
  out += '"';
  for (text = append_run(out, text, kPlainBytes); !text.empty();
       text = append_run(out, text, kPlainBytes)) {
    append_escaped(out, text[0]);
    text.remove_prefix(1);
  }
  out += '"';
}

// What was written last tells whether a value is the first: no value ends in one of these.
void JsonWriter::before_value() {
  if (depth_ == 0) return;
  const char last = out_.back();
  if (last != '{' && last != '[' && last != ':') out_ += ',';
}

JsonWriter& JsonWriter::begin_object() {
  before_value();
  out_ += '{';
  ++depth_;
  return *this;
}

JsonWriter& JsonWriter::end_object() {
  assert(depth_ > 0 && out_.back() != ':');
  --depth_;
  out_ += '}';
  return *this;
}

JsonWriter& JsonWriter::begin_array() {
  before_value();
  out_ += '[';
  ++depth_;
  return *this;
}

JsonWriter& JsonWriter::end_array() {
  assert(depth_ > 0 && out_.back() != ':');
  --depth_;
  out_ += ']';
  return *this;
}

JsonWriter& JsonWriter::key(std::string_view name) {
  before_value();
  append_json_string(out_, name);
  out_ += ':';
  return *this;
}

JsonWriter& JsonWriter::string(std::string_view text) {
  before_value();
  append_json_string(out_, text);
  return *this;
}

JsonWriter& JsonWriter::integer(int64_t value) {
  std::array<char, 24> text;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  return raw({text.data(), static_cast<size_t>(end - text.data())});
}

JsonWriter& JsonWriter::boolean(bool value) { return raw(value ? "true" : "false"); }

JsonWriter& JsonWriter::null() { return raw("null"); }

JsonWriter& JsonWriter::raw(std::string_view json) {
  before_value();
  out_ += json;
  return *this;
}

JsonWriter& JsonWriter::field(std::string_view name, std::string_view text) {
  return key(name).string(text);
}

JsonWriter& JsonWriter::field_unless_empty(std::string_view name, std::string_view text) {
  return text.empty() ? *this : field(name, text);
}

}  // namespace tocsin::base
