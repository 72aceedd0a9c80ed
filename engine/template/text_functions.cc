#include "engine/template/text_functions.h"

#include "engine/base/utf8.h"
#include "engine/template/humanize.h"
#include "engine/template/utf8.h"

namespace tocsin::tmpl {
namespace {

using base::Result;
using Args = std::span<const Value>;

bool in_word(char32_t code) {
  return is_letter(code) || is_unicode_digit(code) || code == '_' || code == 0x2019;
}

// Characters that join a word when letters are on both sides: don't, e.g, a:b.
bool joins_word(char32_t code) { return code == '\'' || code == '.' || code == ':'; }

}  // namespace

std::string title_case(std::string_view text, bool lower_rest) {
  std::string out;
  bool inside = false;
  for (size_t i = 0; i < text.size();) {
    const base::Rune rune = base::decode_rune(text, i);
    i += rune.bytes;
    if (!in_word(rune.code)) {
      inside = inside && joins_word(rune.code) && is_letter(base::decode_rune(text, i).code);
      base::append_rune(out, rune.code);
      continue;
    }
    const char32_t rest = lower_rest ? to_lower(rune.code) : rune.code;
    base::append_rune(out, inside ? rest : to_upper(rune.code));
    inside = true;
  }
  return out;
}

std::string trim_space(std::string_view text) {
  size_t first = text.size();
  size_t last = 0;
  for (size_t i = 0; i < text.size();) {
    const base::Rune rune = base::decode_rune(text, i);
    if (!base::is_unicode_space(rune.code)) {
      first = std::min(first, i);
      last = i + rune.bytes;
    }
    i += rune.bytes;
  }
  return first < last ? std::string(text.substr(first, last - first)) : std::string();
}

void add_text_functions(FunctionTable& table) {
  const auto text_to_text = [&table](std::string name, std::string (*convert)(std::string_view)) {
    table.add(
        std::move(name),
        {{Parameter::kString}, false, [convert](Args args, const ExecContext&) -> Result<Value> {
           return Value::string(convert(*args[0].as_string()));
         }});
  };
  text_to_text("toUpper", to_upper);
  text_to_text("toLower", to_lower);
  table.add("match", {{Parameter::kString, Parameter::kString},
                      false,
                      [](Args args, const ExecContext&) -> Result<Value> {
                        ASSIGN_OR_RETURN(const bool matched,
                                         regex_match(*args[0].as_string(), *args[1].as_string()));
                        return Value::boolean(matched);
                      }});
  table.add("reReplaceAll", {{Parameter::kString, Parameter::kString, Parameter::kString},
                             false,
                             [](Args args, const ExecContext& context) -> Result<Value> {
                               ASSIGN_OR_RETURN(
                                   std::string text,
                                   regex_replace_all(*args[0].as_string(), *args[2].as_string(),
                                                     *args[1].as_string(), context.max_text_bytes));
                               return Value::string(std::move(text));
                             }});
  table.add("humanizeDuration",
            {{Parameter::kAny}, false, [](Args args, const ExecContext&) -> Result<Value> {
               ASSIGN_OR_RETURN(const double seconds, to_float(args[0]));
               return Value::string(humanize_duration(seconds));
             }});
  table.add("safeHtml",
            {{Parameter::kString}, false, [](Args args, const ExecContext&) -> Result<Value> {
               return Value::string(*args[0].as_string(), Trust::kHtml);
             }});
}

}  // namespace tocsin::tmpl
