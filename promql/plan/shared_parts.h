// Rewrite: subexpressions that several queries have in common become one operator.
//
//   before  sum(rate(x[5m])) > 5      sum(rate(x[5m])) / sum(rate(y[5m]))
//   after   Shared(1) > 5             Shared(1) / sum(rate(y[5m]))      Shared(1) =
//   sum(rate(x[5m]))
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "engine/base/series_source.h"
#include "promql/eval/operator.h"
#include "promql/syntax/ast.h"

namespace tocsin::promql {

/// Evaluated by the first of its users in a pass.
struct SharedPart {
  OperatorPtr plan;
  Frame result;  ///< A copy for those who come later.
  Grid grid;
  uint64_t pass = 0;  ///< In which it was evaluated; 0: in none.
};

/// The largest common subexpressions of the queries announced, found by their printed form. Only
/// vectors that cost more than a copy of their result: range functions, aggregations, joins. Only
/// of queries that read metrics by name, none of them in `written`: all of those see one moment,
/// the pass's, so that what is shared agrees with what is not.
class SharedParts {
 public:
  using Build = std::function<base::Result<OperatorPtr>()>;

  explicit SharedParts(std::vector<std::string> written) : written_(std::move(written)) {}

  /// Whether a rewritten query may take part: not when it is huge, when it reads what is written
  /// during the pass, or histograms without their buckets, which the printed form does not show.
  bool suits(const Expr& rewritten) const;
  /// Counts the subexpressions of a rewritten query that suits.
  void announce(const Expr& rewritten);
  /// True when `expr`, part of a rewritten query, occurs in several places.
  bool is_shared(const Expr& expr) const;
  /// An operator that reads the shared one, which is built when nobody has yet. Requires
  /// is_shared(). What is returned must not outlive this.
  base::Result<OperatorPtr> use(const Expr& expr, const Build& build);

  void begin_pass(base::Moment moment) {
    ++pass_;
    moment_ = std::move(moment);
  }
  void end_pass() { moment_ = {}; }
  /// None outside of passes.
  const base::Moment& moment() const { return moment_; }
  uint64_t pass() const { return pass_; }
  /// Numbers the schemas of all queries, since some come from shared operators.
  SchemaIds& ids() { return ids_; }

 private:
  struct Entry {
    size_t places = 0;
    std::unique_ptr<SharedPart> part;
  };
  bool reads_lasting_metrics(const Expr& expr) const;

  const std::vector<std::string> written_;
  std::unordered_map<std::string, Entry> entries_;  // By key_of().
  uint64_t pass_ = 1;
  base::Moment moment_;
  SchemaIds ids_;
};

}  // namespace tocsin::promql
