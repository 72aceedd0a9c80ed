#include "engine/template/json.h"

#include <cmath>

#include "engine/base/json_writer.h"
#include "engine/base/number.h"
#include "engine/template/go_time_layout.h"

namespace tocsin::tmpl {
namespace {

using base::JsonWriter;
using base::Status;

Status write(JsonWriter& json, const Value& value);

Status write_number(JsonWriter& json, double number) {
  if (!std::isfinite(number)) {
    return {base::Code::kInvalid, "json: unsupported value: " + base::format_general(number)};
  }
  std::string text = base::format_sample(number);
  // encoding/json writes e-7 where strconv writes e-07.
  const size_t zero = text.find("e-0");
  if (zero != std::string::npos) text.erase(zero + 2, 1);
  json.raw(text);
  return {};
}

Status write_map(JsonWriter& json, const Map& map) {
  json.begin_object();
  for (size_t i = 0; i < map.size(); ++i) {
    const auto [key, item] = map.entry(i);
    json.key(key);
    RETURN_IF_ERROR(write(json, item));
  }
  json.end_object();
  return {};
}

Status write_object(JsonWriter& json, const Object& object) {
  if (const auto text = object.json()) {
    json.raw(*text);
    return {};
  }
  if (object.map() != nullptr) return write_map(json, *object.map());
  if (const List* list = object.list()) {
    json.begin_array();
    for (const Value& item : *list) RETURN_IF_ERROR(write(json, item));
    json.end_array();
    return {};
  }
  json.begin_object();
  for (const auto& [name, field] : object.fields()) {
    json.key(name);
    RETURN_IF_ERROR(write(json, field));
  }
  json.end_object();
  return {};
}

Status write(JsonWriter& json, const Value& value) {
  if (value.is_nil()) {
    json.null();
  } else if (const bool* boolean = value.get<bool>()) {
    json.boolean(*boolean);
  } else if (const Int* integer = value.get<Int>()) {
    json.integer(integer->value);
  } else if (const uint64_t* natural = value.get<uint64_t>()) {
    json.raw(std::to_string(*natural));
  } else if (const double* number = value.get<double>()) {
    return write_number(json, *number);
  } else if (const std::string* text = value.as_string()) {
    json.string(*text);
  } else if (const Time* time = value.get<Time>()) {
    json.string(format_time(*time, kLayoutRfc3339Nano));
  } else if (const Duration* duration = value.get<Duration>()) {
    json.integer(duration->nanoseconds);
  } else if (const Object* object = value.as_object()) {
    return write_object(json, *object);
  } else if (const Map* map = value.as_map()) {
    return write_map(json, *map);
  } else if (const List* list = value.as_list()) {
    json.begin_array();
    for (const Value& item : *list) RETURN_IF_ERROR(write(json, item));
    json.end_array();
  }
  return {};
}

}  // namespace

base::Result<std::string> to_json(const Value& value) {
  std::string out;
  JsonWriter json(out);
  RETURN_IF_ERROR(write(json, value));
  return out;
}

}  // namespace tocsin::tmpl
