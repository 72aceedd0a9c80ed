// Source: Go text/template/funcs.go.
#include "engine/template/builtins.h"

#include "engine/base/labels.h"
#include "engine/template/compare.h"
#include "engine/template/escape.h"
#include "engine/template/go_printf.h"

namespace tocsin::tmpl {
namespace {

using base::Code;
using base::Error;
using base::Result;
using Args = std::span<const Value>;

Error invalid(std::string message) { return {Code::kInvalid, std::move(message)}; }

Result<int64_t> index_argument(const Value& value, size_t limit) {
  if (value.is_nil()) return invalid("cannot index slice/array with nil");
  const Int* integer = value.get<Int>();
  const uint64_t* natural = value.get<uint64_t>();
  if (integer == nullptr && natural == nullptr) {
    return invalid("cannot index slice/array with type " + std::string(value.type_name()));
  }
  const int64_t index = integer != nullptr ? integer->value : static_cast<int64_t>(*natural);
  if (index < 0 || static_cast<uint64_t>(index) > limit) {
    return invalid("index out of range: " + std::to_string(index));
  }
  return index;
}

Result<Value> index_once(const Value& item, const Value& key) {
  if (const Map* map = item.as_map()) {
    const std::string* name = key.as_string();
    if (key.is_nil()) return invalid("value is nil; should be of type string");
    if (name == nullptr) {
      return invalid("value has type " + std::string(key.type_name()) + "; should be string");
    }
    if (auto found = map->find(*name)) return *std::move(found);
    return map->string_valued() ? Value::string("") : Value();
  }
  const List* list = item.as_list();
  const std::string* text = item.as_string();
  if (list == nullptr && text == nullptr) {
    return invalid("can't index item of type " + std::string(item.type_name()));
  }
  const size_t size = list != nullptr ? list->size() : text->size();
  ASSIGN_OR_RETURN(const int64_t index, index_argument(key, size));
  if (static_cast<size_t>(index) == size)
    return invalid("index out of range: " + std::to_string(index));
  if (list != nullptr) return (*list)[static_cast<size_t>(index)];
  return Value::unsigned_integer(static_cast<unsigned char>((*text)[static_cast<size_t>(index)]));
}

Result<Value> index(Args args, const ExecContext&) {
  Value item = args[0];
  if (item.is_nil()) return invalid("index of untyped nil");
  for (const Value& key : args.subspan(1)) {
    if (item.is_nil()) return invalid("index of nil pointer");
    ASSIGN_OR_RETURN(Value next, index_once(item, key));
    item = std::move(next);
  }
  return item;
}

Result<Value> slice(Args args, const ExecContext&) {
  const Value& item = args[0];
  if (item.is_nil()) return invalid("slice of untyped nil");
  if (args.size() > 4) return invalid("too many slice indexes: " + std::to_string(args.size() - 1));
  const List* list = item.as_list();
  const std::string* text = item.as_string();
  if (list == nullptr && text == nullptr) {
    return invalid("can't slice item of type " + std::string(item.type_name()));
  }
  if (text != nullptr && args.size() == 4) return invalid("cannot 3-index slice a string");
  const size_t size = list != nullptr ? list->size() : text->size();
  int64_t bounds[3] = {0, static_cast<int64_t>(size), static_cast<int64_t>(size)};
  for (size_t i = 1; i < args.size(); ++i) {
    ASSIGN_OR_RETURN(bounds[i - 1], index_argument(args[i], size));
  }
  if (bounds[0] > bounds[1]) {
    return invalid("invalid slice index: " + std::to_string(bounds[0]) + " > " +
                   std::to_string(bounds[1]));
  }
  if (bounds[1] > bounds[2]) {
    return invalid("invalid slice index: " + std::to_string(bounds[1]) + " > " +
                   std::to_string(bounds[2]));
  }
  const auto count = static_cast<size_t>(bounds[1] - bounds[0]);
  if (text != nullptr) return Value::string(text->substr(static_cast<size_t>(bounds[0]), count));
  const auto first = list->begin() + bounds[0];
  return Value::list(List(first, first + static_cast<std::ptrdiff_t>(count)), item.type_name());
}

Result<Value> length(Args args, const ExecContext&) {
  const Value& item = args[0];
  if (item.is_nil()) return invalid("len of nil pointer");
  size_t size = 0;
  if (const std::string* text = item.as_string()) {
    size = text->size();
  } else if (const Map* map = item.as_map()) {
    size = map->size();
  } else if (const List* list = item.as_list()) {
    size = list->size();
  } else {
    return invalid("len of type " + std::string(item.type_name()));
  }
  return Value::integer(static_cast<int64_t>(size));
}

Result<Value> printf(Args args, const ExecContext& context) {
  std::string text = sprintf_values(*args[0].as_string(), args.subspan(1), context.max_text_bytes);
  if (text.size() <= context.max_text_bytes) return Value::string(std::move(text));
  return Error{Code::kLimit,
               "more than " + std::to_string(context.max_text_bytes) + " bytes of text"};
}

// Nothing a template can reach is a function value.
Result<Value> call(Args args, const ExecContext&) {
  if (args[0].is_nil()) return invalid("call of nil");
  return invalid("non-function of type " + std::string(args[0].type_name()));
}

using Escape = void (*)(std::string&, std::string_view);

Result<Value> escaped(Args args, Escape escape, Trust trust) {
  std::string out;
  escape(out, sprint_values(args));
  return Value::string(std::move(out), trust);
}

Result<Value> answer(Result<bool> result, bool negate = false) {
  if (!result) return std::move(result).error();
  return Value::boolean(*result != negate);
}

// left <= right, as Go defines it: less, or equal.
Result<bool> at_most(const Value& left, const Value& right) {
  ASSIGN_OR_RETURN(const bool less, less_than(left, right));
  if (less) return true;
  const Value both[] = {left, right};
  return equals_any(both);
}

Function any_number(Callable callable) { return {{Parameter::kAny}, true, std::move(callable)}; }
Function one(Callable callable) { return {{Parameter::kAny}, false, std::move(callable)}; }
Function two(Callable callable) {
  return {{Parameter::kAny, Parameter::kAny}, false, std::move(callable)};
}
Function one_or_more(Callable callable) {
  return {{Parameter::kAny, Parameter::kAny}, true, std::move(callable)};
}

void add_printing(FunctionTable& table) {
  table.add("print", any_number([](Args args, const ExecContext&) -> Result<Value> {
              return Value::string(sprint_values(args));
            }));
  table.add("println", any_number([](Args args, const ExecContext&) -> Result<Value> {
              return Value::string(sprintln_values(args));
            }));
  table.add("printf", {{Parameter::kString, Parameter::kAny}, true, printf});
  table.add("html", any_number([](Args args, const ExecContext&) {
              return escaped(args, append_html_function, Trust::kEscaped);
            }));
  table.add("js", any_number([](Args args, const ExecContext&) {
              return escaped(args, append_js, Trust::kPlain);
            }));
  table.add("urlquery", any_number([](Args args, const ExecContext&) -> Result<Value> {
              return Value::string(query_escape(sprint_values(args)));
            }));
}

void add_comparisons(FunctionTable& table) {
  table.add("eq",
            one_or_more([](Args args, const ExecContext&) { return answer(equals_any(args)); }));
  table.add("ne",
            two([](Args args, const ExecContext&) { return answer(equals_any(args), true); }));
  table.add("lt",
            two([](Args args, const ExecContext&) { return answer(less_than(args[0], args[1])); }));
  table.add("le",
            two([](Args args, const ExecContext&) { return answer(at_most(args[0], args[1])); }));
  table.add("gt", two([](Args args, const ExecContext&) {
              return answer(at_most(args[0], args[1]), true);
            }));
  table.add("ge", two([](Args args, const ExecContext&) {
              return answer(less_than(args[0], args[1]), true);
            }));
}

// The executor evaluates these itself, one argument at a time.
Function short_circuit(ShortCircuit when) {
  Function function =
      one_or_more([](Args args, const ExecContext&) -> Result<Value> { return args.back(); });
  function.short_circuit = when;
  return function;
}

}  // namespace

void add_builtins(FunctionTable& table) {
  table.add("and", short_circuit(ShortCircuit::kOnFalse));
  table.add("or", short_circuit(ShortCircuit::kOnTrue));
  table.add("not", one([](Args args, const ExecContext&) -> Result<Value> {
              return Value::boolean(!args[0].truth());
            }));
  table.add("len", one(length));
  table.add("index", one_or_more(index));
  table.add("slice", one_or_more(slice));
  table.add("call", one_or_more(call));
  add_printing(table);
  add_comparisons(table);
}

}  // namespace tocsin::tmpl
