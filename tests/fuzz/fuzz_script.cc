// Any text as a script: samples in its notation, queries over them, expectations.
#include <algorithm>

#include "promql/script/script.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/support/fake_time.h"

namespace tocsin {
namespace {

/// Whether it asks for a value a thousand times or more: scripts are their users' own, and may.
bool repeats_much(std::string_view text) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  for (size_t x = text.find('x'); x != std::string_view::npos; x = text.find('x', x + 1)) {
    const std::string_view rest = text.substr(x + 1);
    if (std::ranges::find_if_not(rest, is_digit) - rest.begin() > 3) return true;
  }
  return false;
}

}  // namespace
}  // namespace tocsin

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tocsin;
  const std::string_view text = fuzz_text(data, size);
  if (repeats_much(text)) return 0;
  promql::ScriptOptions options;
  options.eval.limits.samples_max = 2000;
  options.eval.limits.memory_bytes_max = 64 << 20;
  const testing::FakeClock clock;
  const auto report = promql::run_script(text, options, clock);
  if (!report) {
    fuzz_check(!report.error().message.empty(), "an error says something");
    return 0;
  }
  for (const promql::CaseReport& one : report->cases) {
    fuzz_check(one.outcome == promql::CaseOutcome::kPassed || !one.reason.empty(),
               "what does not pass has a reason");
  }
  return 0;
}
