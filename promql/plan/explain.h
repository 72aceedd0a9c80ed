// Why a query answers what it answers: its plan, what each operator did, and which series it lost.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "promql/eval/query.h"
#include "promql/syntax/ast.h"

namespace tocsin::promql {

/// How a series was lost.
enum class LossReason : uint8_t {
  kCompared,    ///< A comparison did not hold.
  kNoPartner,   ///< No series with the same matching labels on the other side.
  kPartner,     ///< There is one, and the operator (unless, or) drops series that have one.
  kRank,        ///< Not among those that topk, limitk and the like choose.
  kTooFew,      ///< A range function needs more samples than its window has.
  kNoValue,     ///< A function gave nothing for it (a histogram where a float is needed, …).
  kEnded,       ///< Selected, but a stale marker ended it: its target or its exporter is gone.
  kTooOld,      ///< Selected, but its last sample is older than the selector looks back.
  kNotYet,      ///< Selected, but without a sample so far back.
  kUnexamined,  ///< Selected without a fresh sample, beyond the number looked at closely.
};
/// "compared", "no_partner", …: as JSON names them.
std::string_view to_string(LossReason reason);

/// A series that was lost, as it was.
struct LostSeries {
  base::Labels labels;
  std::optional<double> value;             ///< The compared or last value; none: a histogram.
  std::optional<double> limit;             ///< kCompared: with what, unless `by` says it.
  std::optional<base::TimestampMs> last;   ///< kEnded, kTooOld: of its last sample.
  std::optional<base::TimestampMs> ended;  ///< kEnded: of the stale marker.
  std::optional<uint64_t> samples;         ///< kTooFew: in the window.
  std::optional<base::Labels> wanted;      ///< kNoPartner: the labels a partner would have.
};

/// Series that an operator took in and did not pass on at any step, for one reason.
struct Loss {
  LossReason reason = LossReason::kNoValue;
  uint64_t series = 0;  ///< How many were lost,
  uint64_t of = 0;      ///< of how many.
  /// What did it: "> 90", "on (instance)", "topk(3, …)", "rate"; of a selector how far it looks
  /// back.
  std::string by;
  std::string side;                 ///< "left" or "right" where an operator has two.
  base::TimestampMs looked_at = 0;  ///< Of selectors: the time up to which they look back.
  /// At most kExamplesMax: nearest to passing first, most recent first.
  std::vector<LostSeries> examples;
  static constexpr size_t kExamplesMax = 5;
  /// kNoPartner: matching labels that the other side does have; at most kOfferedMax.
  std::vector<base::Labels> offered;
  static constexpr size_t kOfferedMax = 3;
};

/// An operator of the plan. Numbers that are part of an operator ("> 90") have no node.
struct ExplainNode {
  std::string kind;      ///< "selector", "range selector", "subquery", "comparison", …
  std::string title;     ///< "> 90", "sum by (job) (…)", "up{job=\"api\"}".
  base::PosRange pos;    ///< In the query's text.
  bool ran = false;      ///< False: an error came before it.
  uint64_t rows = 0;     ///< Series with a sample at any step; of a range selector in its windows.
  uint64_t matched = 0;  ///< Selectors: series that the matchers select.
  uint64_t steps = 0;    ///< Evaluated: more than one in range queries and below subqueries.
  uint64_t points = 0;   ///< Samples put out, over all steps.
  uint64_t samples_read = 0;  ///< Selectors: read from storage, each once.
  int64_t total_ns = 0;       ///< With its children,
  int64_t self_ns = 0;        ///< and without.
  std::vector<Loss> losses;
  std::vector<std::string> notes;  ///< Sentences on what else is worth knowing.
  bool vital = true;               ///< The parent has nothing when this has nothing.
  std::vector<ExplainNode> children;
};

struct Explanation {
  std::string query;
  EvalRange range;
  ExplainNode root;
  ValueType type = ValueType::kNone;
  /// Of the last step, at most kShownMax; `root.rows` says how many there are.
  std::vector<LostSeries> result;
  static constexpr size_t kShownMax = 5;
  /// Why an empty result is empty: a sentence per cause, then what selectors miss besides. Empty
  /// when there is a result.
  std::vector<std::string> verdict;
  std::optional<base::Error> error;  ///< What ended the evaluation.
  base::Annotations annotations;
  QueryStats stats;
};

/// Evaluates `expr`, parsed from `text`, with every operator watched, then looks into storage for
/// what was missing. Takes the query's time again and the memory of every operator's output, within
/// the limits of `options`. Fails like Query::prepare; an evaluation that fails is an Explanation.
base::Result<Explanation> explain(const Expr& expr, const std::string& text,
                                  base::SeriesSource& source, const EvalOptions& options,
                                  const base::Clock& clock, const EvalRange& range,
                                  const CancelFlag* cancel = nullptr);

/// "6 of 8 series removed by > 90": a loss without its examples.
std::string summary_of(const Loss& loss);
/// "{gpu=\"3\"} = 89.3": one of its examples.
std::string example_text(const Loss& loss, const LostSeries& series);

/// The tree with a line per operator, for a terminal or a ticket. `colours`: with escape codes.
std::string to_text(const Explanation& explanation, bool colours = false);
/// The same as a JSON object.
std::string to_json(const Explanation& explanation);

}  // namespace tocsin::promql
