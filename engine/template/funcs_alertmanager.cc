#include "engine/template/funcs_alertmanager.h"

#include "engine/template/access.h"
#include "engine/template/escape.h"
#include "engine/template/go_time_layout.h"
#include "engine/template/json.h"
#include "engine/template/text_functions.h"

namespace tocsin::tmpl {
namespace {

using base::Code;
using base::Error;
using base::Result;
using Args = std::span<const Value>;

Result<Value> join(Args args, const ExecContext& context) {
  const List* items = args[1].as_list();
  if (items == nullptr) return Value::string("");
  std::string out;
  for (const Value& item : *items) {
    const std::string* text = item.as_string();
    if (text == nullptr) {
      return Error{Code::kInvalid, "wrong type for value; expected []string; got " +
                                       std::string(args[1].type_name())};
    }
    if (&item != items->data()) out += *args[0].as_string();
    out += *text;
    if (out.size() > context.max_text_bytes) {
      return Error{Code::kLimit,
                   "more than " + std::to_string(context.max_text_bytes) + " bytes of text"};
    }
  }
  return Value::string(std::move(out));
}

Error too_deep() { return {Code::kLimit, "lists and maps nested too deep"}; }

Result<Value> make_list(Args args, const ExecContext&) {
  for (const Value& arg : args) {
    if (arg.depth() >= kMaxValueDepth) return too_deep();
  }
  return Value::list(List(args.begin(), args.end()));
}

Result<Value> append(Args args, const ExecContext&) {
  List items;
  if (const List* before = args[0].as_list()) items = *before;
  for (const Value& arg : args.subspan(1)) {
    if (arg.depth() >= kMaxValueDepth) return too_deep();
    items.push_back(arg);
  }
  return Value::list(std::move(items));
}

Result<Value> dict(Args args, const ExecContext&) {
  if (args.size() % 2 != 0)
    return Error{Code::kInvalid, "dict requires an even number of arguments"};
  std::vector<std::pair<std::string, Value>> pairs;
  for (size_t i = 0; i < args.size(); i += 2) {
    const std::string* key = args[i].as_string();
    if (key == nullptr) return Error{Code::kInvalid, "dict keys must be strings"};
    if (args[i + 1].depth() >= kMaxValueDepth) return too_deep();
    pairs.emplace_back(*key, args[i + 1]);
  }
  return Value::any_map(std::move(pairs));
}

void add_collection_functions(FunctionTable& table) {
  table.add("join", {{Parameter::kString, Parameter::kList}, false, join});
  table.add("list", {{Parameter::kAny}, true, make_list});
  table.add("append", {{Parameter::kList, Parameter::kAny}, true, append});
  table.add("dict", {{Parameter::kAny}, true, dict});
  table.add("stringSlice",
            {{Parameter::kString}, true, [](Args args, const ExecContext&) -> Result<Value> {
               return Value::list(List(args.begin(), args.end()), "[]string");
             }});
}

Result<Value> in_zone(Args args, const ExecContext&) {
  ASSIGN_OR_RETURN(ZonePtr zone, load_zone(*args[0].as_string()));
  Time time = *args[1].get<Time>();
  time.zone = std::move(zone);
  return Value::time(std::move(time));
}

Result<Value> parse_date(Args args, const ExecContext&) {
  ASSIGN_OR_RETURN(Time time, parse_time(*args[0].as_string(), *args[1].as_string()));
  return Value::time(std::move(time));
}

Result<Value> since(Args args, const ExecContext& context) {
  ASSIGN_OR_RETURN(const base::TimestampMs now, context.environment.now());
  return *time_method(Time::from_ms(now), "Sub", args);
}

void add_time_functions(FunctionTable& table) {
  table.add("date",
            {{Parameter::kString, Parameter::kTime},
             false,
             [](Args args, const ExecContext&) -> Result<Value> {
               return Value::string(format_time(*args[1].get<Time>(), *args[0].as_string()));
             }});
  table.add("tz", {{Parameter::kString, Parameter::kTime}, false, in_zone});
  table.add("now", {{}, false, [](Args, const ExecContext& context) -> Result<Value> {
                      ASSIGN_OR_RETURN(const base::TimestampMs now, context.environment.now());
                      return Value::time(now);
                    }});
  table.add("since", {{Parameter::kTime}, false, since});
  table.add("toDate", {{Parameter::kString, Parameter::kString},
                       false,
                       [](Args args, const ExecContext& context) -> Result<Value> {
                         auto time = parse_date(args, context);
                         return time ? time : Value::time(Time{});
                       }});
  table.add("mustToDate", {{Parameter::kString, Parameter::kString}, false, parse_date});
}

using Convert = Result<std::string> (*)(std::string_view);

void add_text(FunctionTable& table, std::string name, Convert convert) {
  table.add(
      std::move(name),
      {{Parameter::kString}, false, [convert](Args args, const ExecContext&) -> Result<Value> {
         ASSIGN_OR_RETURN(std::string text, convert(*args[0].as_string()));
         return Value::string(std::move(text));
       }});
}

}  // namespace

std::shared_ptr<const FunctionTable> alertmanager_functions() {
  auto table = std::make_shared<FunctionTable>();
  add_text_functions(*table);
  add_collection_functions(*table);
  add_time_functions(*table);
  add_text(*table, "title",
           [](std::string_view v) -> Result<std::string> { return title_case(v, true); });
  add_text(*table, "trimSpace",
           [](std::string_view v) -> Result<std::string> { return trim_space(v); });
  add_text(*table, "urlUnescape", query_unescape);
  add_text(*table, "base64encode",
           [](std::string_view v) -> Result<std::string> { return base64_url_encode(v); });
  add_text(*table, "base64decode", base64_url_decode);
  table->add("safeUrl",
             {{Parameter::kString}, false, [](Args args, const ExecContext&) -> Result<Value> {
                return Value::string(*args[0].as_string(), Trust::kUrl);
              }});
  table->add("toJson",
             {{Parameter::kAny}, false, [](Args args, const ExecContext&) -> Result<Value> {
                ASSIGN_OR_RETURN(std::string text, to_json(args[0]));
                return Value::string(std::move(text));
              }});
  table->add(
      "routeLabels",
      {{Parameter::kString}, false, [](Args args, const ExecContext& context) -> Result<Value> {
         ASSIGN_OR_RETURN(std::string text, context.environment.route_label(*args[0].as_string()));
         return Value::string(std::move(text));
       }});
  return table;
}

}  // namespace tocsin::tmpl
