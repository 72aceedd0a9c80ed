// tocsin test promql: PromQL scripts.
#include "engine/app/commands.h"
#include "engine/app/terminal.h"
#include "promql/script/script.h"

namespace tocsin::app {
namespace {

using promql::CaseOutcome;

struct Totals {
  size_t passed = 0;
  size_t failed = 0;
};

void run_file(const std::string& path, bool verbose, Totals& totals) {
  const base::SystemClock clock;
  const auto report = promql::run_script_file(path, {}, clock);
  if (!report) {
    print_out("FAIL " + report.error().to_string() + "\n");
    ++totals.failed;
    return;
  }
  for (const promql::CaseReport& one : report->cases) {
    const bool passed = one.outcome == CaseOutcome::kPassed;
    ++(passed ? totals.passed : totals.failed);
    const std::string where = path + ":" + std::to_string(one.line) + ": " + one.text + "\n";
    if (!passed) print_out("FAIL " + where + one.reason + "\n");
    if (passed && verbose) print_out("ok   " + where);
  }
}

}  // namespace

int run_test_promql(const TestPromqlFlags& flags) {
  Totals totals;
  for (const std::string& file : flags.files) run_file(file, flags.verbose, totals);
  print_out(std::to_string(totals.passed) + " passed, " + std::to_string(totals.failed) +
            " failed\n");
  return totals.failed == 0 ? kExitOk : kExitFailed;
}

}  // namespace tocsin::app
