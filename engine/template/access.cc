#include "engine/template/access.h"

#include <string>

namespace tocsin::tmpl {
namespace {

using base::Code;
using base::Error;
using base::Result;

Error reason(std::string_view name, std::string_view text) {
  return {Code::kInvalid, std::string(name) + std::string(text)};
}

std::optional<Result<Value>> call_method(const Value& receiver, std::string_view name,
                                         std::span<const Value> args) {
  if (const Object* object = receiver.as_object()) {
    auto result = object->method(name, args);
    if (result && !*result)
      return Error{result->error().code,
                   "error calling " + std::string(name) + ": " + result->error().message};
    return result;
  }
  if (const Time* time = receiver.get<Time>()) return time_method(*time, name, args);
  if (const Duration* duration = receiver.get<Duration>()) {
    return duration_method(*duration, name, args);
  }
  const Int* integer = receiver.get<Int>();
  const bool named = integer != nullptr &&
                     (integer->type == IntType::kMonth || integer->type == IntType::kWeekday);
  if (named && name == "String" && args.empty()) return Value::string(to_printed(receiver));
  return std::nullopt;
}

}  // namespace

Result<Value> access_field(const Value& receiver, std::string_view name,
                           std::span<const Value> args) {
  if (auto called = call_method(receiver, name, args)) return *std::move(called);
  if (const Object* object = receiver.as_object()) {
    if (auto field = object->field(name)) {
      if (!args.empty()) return reason(name, " has arguments but cannot be invoked as function");
      return *std::move(field);
    }
  }
  if (const Map* map = receiver.as_map()) {
    if (!args.empty()) return reason(name, " is not a method but has arguments");
    if (auto found = map->find(name)) return *std::move(found);
    return map->string_valued() ? Value::string("") : Value();
  }
  return Error{Code::kInvalid, "can't evaluate field " + std::string(name) + " in type " +
                                   std::string(receiver.type_name())};
}

}  // namespace tocsin::tmpl
