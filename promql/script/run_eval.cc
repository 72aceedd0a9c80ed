#include "promql/script/run_eval.h"

#include <array>

#include "promql/script/compare.h"
#include "promql/script/pin_time.h"
#include "promql/syntax/printer.h"

namespace tocsin::promql {
namespace {

EvalVerdict pass() { return {}; }

EvalVerdict verdict_of(std::string fault) {
  if (fault.empty()) return pass();
  return {false, std::move(fault)};
}

/// One text of the query, ready to run.
class EvalRunner {
 public:
  EvalRunner(const EvalCommand& command, const EvalContext& context, const Expr& expr,
             std::string text)
      : command_(command),
        expected_(command.expected),
        text_(std::move(text)),
        query_(Query::prepare(expr, text_, context.source, context.options, context.clock)) {}

  EvalVerdict run(const EvalRange& range) {
    if (!query_) return judge_error(query_.error(), "preparing the query");
    auto result = (*query_)->run(range);
    if (!result) return judge_error(result.error(), "evaluating the query");
    if (expected_.fails) return {false, "expected an error, but there was none"};
    std::string fault = compare_annotations(expected_, result->annotations, text_);
    if (fault.empty()) fault = compare_result(expected_, *result);
    if (!fault.empty() || command_.is_range) return verdict_of(std::move(fault));
    return run_as_middle_step(range.start, *result);
  }

  const std::string& text() const { return text_; }

 private:
  EvalVerdict judge_error(const base::Error& error, std::string_view when) const {
    if (expected_.fails) return verdict_of(compare_failure(expected_, error));
    return {false, "error " + std::string(when) + ": " + error.message};
  }

  EvalVerdict run_as_middle_step(base::TimestampMs t, const QueryResult& instant) {
    const bool excluded = expected_.range_vector || expected_.string.has_value() ||
                          instant.type == ValueType::kString || depends_on_query_range(text_);
    if (excluded) return pass();
    auto result = (*query_)->run({t - base::kMinute, t + base::kMinute, base::kMinute});
    if (!result) return {false, "error in range mode: " + result.error().message};
    if (expected_.ordered) return pass();
    std::string fault = check_sorted(result->series);
    if (fault.empty()) fault = compare_result(expected_, at_step(*result, t, instant.type));
    return fault.empty() ? pass() : verdict_of("in range mode: " + fault);
  }

  // The points of a matrix at one step, as a result of the type the instant query had.
  static QueryResult at_step(const QueryResult& matrix, base::TimestampMs t, ValueType type) {
    QueryResult step;
    step.type = type;
    for (const ResultSeries& series : matrix.series) {
      for (const Point& point : series.points) {
        if (point.t == t) step.series.push_back({series.labels, {point}});
      }
    }
    if (type == ValueType::kScalar && !step.series.empty()) {
      step.scalar = step.series.front().points.front();
    }
    return step;
  }

  const EvalCommand& command_;
  const Expectation& expected_;
  const std::string text_;
  base::Result<std::unique_ptr<Query>> query_;
};

std::vector<base::TimestampMs> other_times(base::TimestampMs t) {
  if (t == 0) return {-1000, 0, 1000};
  return {-10 * t, 0, t / 5, t, 10 * t};
}

EvalVerdict run_pinned(const EvalCommand& command, const EvalContext& context,
                       base::TimestampMs t) {
  const ExprPtr pinned = pin_time(*command.expr, t);
  if (!pinned) return pass();
  std::string text = print(*pinned);
  // Through the text, so that the printer is tested, too.
  auto expr = parse_expr(text, context.options.features);
  if (!expr) return {false, "printed as " + text + ": " + expr.error().message};
  EvalRunner runner(command, context, **expr, std::move(text));
  for (const base::TimestampMs at : other_times(t)) {
    EvalVerdict verdict = runner.run({at, at, 0});
    if (verdict.passed) continue;
    verdict.reason =
        "as " + runner.text() + " at " + base::format_duration(at) + ": " + verdict.reason;
    return verdict;
  }
  return pass();
}

}  // namespace

EvalVerdict run_eval(const EvalCommand& command, const EvalContext& context) {
  EvalRunner runner(command, context, *command.expr, command.text);
  EvalVerdict verdict = runner.run(command.range);
  if (!verdict.passed || command.is_range) return verdict;
  return run_pinned(command, context, command.range.start);
}

}  // namespace tocsin::promql
