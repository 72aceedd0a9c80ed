// Any text; what parses must print, parse again and print the same.
#include "promql/syntax/parser.h"
#include "promql/syntax/printer.h"
#include "tests/fuzz/fuzz_target.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tocsin;
  const std::string_view text = fuzz_text(data, size);
  const promql::Features features = promql::Features::all();
  const auto parsed = promql::parse(text, features);
  if (!parsed) {
    fuzz_check(!parsed.error().issues.empty(), "a failure has an issue");
    fuzz_check(!promql::describe(parsed.error(), text).empty(), "an issue says something");
    return 0;
  }
  const std::string printed = promql::print(**parsed);
  const auto again = promql::parse(printed, features);
  fuzz_check(again.has_value(), "what was printed parses");
  fuzz_check(promql::print(**again) == printed, "printing is stable");
  const auto pretty = promql::parse(promql::pretty_print(**parsed), features);
  fuzz_check(pretty.has_value(), "what was printed with indentation parses");
  return 0;
}
