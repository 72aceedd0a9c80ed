// Source: Go fmt/print.go printArg, printValue.
#include "engine/template/format_value.h"

#include "engine/base/labels.h"
#include "engine/base/number.h"
#include "engine/base/time.h"
#include "engine/base/utf8.h"
#include "engine/template/go_time_layout.h"

namespace tocsin::tmpl {
namespace {

bool one_of(char32_t verb, std::string_view verbs) {
  return verb < 0x80 && verbs.find(static_cast<char>(verb)) != std::string_view::npos;
}

// What Go's String method gives; nullopt when the type has none.
std::optional<std::string> stringer(const Value& value) {
  if (const Duration* duration = value.get<Duration>()) {
    return base::format_go_duration(duration->nanoseconds);
  }
  if (const Time* time = value.get<Time>()) return format_time(*time, kLayoutDefault);
  if (const Object* object = value.as_object()) return object->text();
  const Int* integer = value.get<Int>();
  if (integer == nullptr) return std::nullopt;
  const bool month =
      integer->type == IntType::kMonth && integer->value >= 1 && integer->value <= 12;
  if (month) return std::string(month_name(static_cast<int>(integer->value)));
  const bool day = integer->type == IntType::kWeekday && integer->value >= 0 && integer->value <= 6;
  if (day) return std::string(weekday_name(static_cast<int>(integer->value)));
  return std::nullopt;
}

void append_bad_verb(std::string& out, const Value& value, char32_t verb) {
  out += "%!";
  base::append_rune(out, verb);
  out += '(';
  if (value.is_nil()) {
    out += "<nil>";
  } else {
    out += value.type_name();
    out += '=';
    append_formatted(out, value, 'v', {});
  }
  out += ')';
}

void append_quoted_rune(std::string& out, int64_t code, const FormatFlags& flags) {
  std::string text;
  base::append_rune(text,
                    code < 0 || code > 0x10FFFF ? base::kRuneError : static_cast<char32_t>(code));
  std::string quoted = text == "'" ? "\"\\'\"" : base::go_quote(text);
  if (text == "\"") quoted = "\"\"\"";
  quoted.front() = '\'';
  quoted.back() = '\'';
  append_padded(out, quoted, flags);
}

void append_unicode(std::string& out, int64_t code, const FormatFlags& flags) {
  FormatFlags plain;
  plain.precision = 4;
  std::string text = "U+";
  append_integer(text, static_cast<uint64_t>(code), false, 'X', plain);
  if (flags.sharp && code >= 0x20 && code <= 0x10FFFF) {
    text += " '";
    base::append_rune(text, static_cast<char32_t>(code));
    text += '\'';
  }
  append_padded(out, text, flags);
}

void append_signed(std::string& out, const Value& value, int64_t integer, char32_t verb,
                   const FormatFlags& flags) {
  const uint64_t magnitude =
      integer < 0 ? 0 - static_cast<uint64_t>(integer) : static_cast<uint64_t>(integer);
  if (verb == 'v') verb = 'd';
  if (one_of(verb, "bdoOxX")) {
    return append_integer(out, magnitude, integer < 0, static_cast<char>(verb), flags);
  }
  if (verb == 'c') {
    std::string text;
    base::append_rune(text, integer < 0 || integer > 0x10FFFF ? base::kRuneError
                                                              : static_cast<char32_t>(integer));
    return append_padded(out, text, flags);
  }
  if (verb == 'q') return append_quoted_rune(out, integer, flags);
  if (verb == 'U') return append_unicode(out, integer, flags);
  append_bad_verb(out, value, verb);
}

void append_list(std::string& out, const Value& value, const List& list, char32_t verb,
                 const FormatFlags& flags) {
  if (flags.sharp_v) out += value.type_name();
  out += flags.sharp_v ? '{' : '[';
  for (size_t i = 0; i < list.size(); ++i) {
    if (i != 0) out += flags.sharp_v ? ", " : " ";
    append_formatted(out, list[i], verb, flags);
  }
  out += flags.sharp_v ? '}' : ']';
}

void append_map(std::string& out, const Value& value, const Map& map, char32_t verb,
                const FormatFlags& flags) {
  if (flags.sharp_v) out += value.type_name();
  out += flags.sharp_v ? "{" : "map[";
  for (size_t i = 0; i < map.size(); ++i) {
    if (i != 0) out += flags.sharp_v ? ", " : " ";
    const auto [key, item] = map.entry(i);
    append_formatted(out, Value::string(std::string(key)), verb, flags);
    out += ':';
    append_formatted(out, item, verb, flags);
  }
  out += flags.sharp_v ? '}' : ']';
}

void append_struct(std::string& out, const Object& object, char32_t verb,
                   const FormatFlags& flags) {
  if (flags.sharp_v) out += object.type_name();
  out += '{';
  bool first = true;
  for (const auto& [name, field] : object.fields()) {
    if (!first) out += flags.sharp_v ? ", " : " ";
    first = false;
    if (flags.plus_v || flags.sharp_v) out += name + ":";
    append_formatted(out, field, verb, flags);
  }
  out += '}';
}

}  // namespace

void append_formatted(std::string& out, const Value& value, char32_t verb,
                      const FormatFlags& flags) {
  if (verb == 'T') {
    append_string(out, value.type_name(), 's', flags);
    return;
  }
  if (value.is_nil()) {
    if (verb == 'v') return append_padded(out, "<nil>", flags);
    return append_bad_verb(out, value, verb);
  }
  if (!flags.sharp_v && one_of(verb, "vsxXq")) {
    if (const auto text = stringer(value)) {
      return append_string(out, *text, static_cast<char>(verb), flags);
    }
  }
  if (const bool* boolean = value.get<bool>()) {
    if (!one_of(verb, "tv")) return append_bad_verb(out, value, verb);
    return append_padded(out, *boolean ? "true" : "false", flags);
  }
  if (const Int* integer = value.get<Int>())
    return append_signed(out, value, integer->value, verb, flags);
  if (const Duration* duration = value.get<Duration>()) {
    return append_signed(out, value, duration->nanoseconds, verb, flags);
  }
  if (const uint64_t* integer = value.get<uint64_t>()) {
    if (verb == 'v') verb = 'd';
    if (!one_of(verb, "bdoOxX")) return append_bad_verb(out, value, verb);
    return append_integer(out, *integer, false, static_cast<char>(verb), flags);
  }
  if (const double* number = value.get<double>()) {
    if (!one_of(verb, "vbeEfFgGxX")) return append_bad_verb(out, value, verb);
    return append_float(out, *number, static_cast<char>(verb), flags);
  }
  if (const Text* text = value.get<Text>()) {
    if (!one_of(verb, "vsqxX")) return append_bad_verb(out, value, verb);
    return append_string(out, text->text, static_cast<char>(verb), flags);
  }
  if (const Map* map = value.as_map()) return append_map(out, value, *map, verb, flags);
  if (const List* list = value.as_list()) return append_list(out, value, *list, verb, flags);
  if (const Object* object = value.as_object()) return append_struct(out, *object, verb, flags);
  append_bad_verb(out, value, verb);
}

void append_printed(std::string& out, const Value& value) {
  if (const Text* text = value.get<Text>()) {
    out += text->text;
  } else if (const double* number = value.get<double>()) {
    append_float(out, *number, 'v', {});
  } else {
    append_formatted(out, value, 'v', {});
  }
}

std::string to_printed(const Value& value) {
  std::string out;
  append_printed(out, value);
  return out;
}

}  // namespace tocsin::tmpl
