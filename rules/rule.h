// What a group knows of its rules.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "engine/base/alert.h"
#include "engine/base/clock.h"
#include "engine/base/sample_sink.h"
#include "promql/eval/query_family.h"
#include "rules/query_watch.h"
#include "rules/rule_spec.h"
#include "rules/rule_views.h"

namespace tocsin::rules {

/// One evaluation of a group.
struct RulePass {
  base::TimestampMs ts = 0;        ///< The slot: alert times, templates.
  base::TimestampMs query_ts = 0;  ///< Slot minus query_offset: the query and the samples written.
  base::DurationMs interval = 0;   ///< The group's.
};

/// A rule that runs. evaluate(), write(), adopt() and end_series() are called by one thread at a
/// time; view() by any.
class Rule {
 public:
  Rule(const RuleSpec& spec, TextPairs labels);
  virtual ~Rule() = default;
  Rule(const Rule&) = delete;
  Rule& operator=(const Rule&) = delete;

  /// Runs the expression and moves the rule's state; alerts to be sent are appended to `due`. After
  /// an error nothing has changed (but for a breached limit, which ends the rule's alerts).
  virtual base::Status evaluate(const RulePass& pass, std::vector<base::Alert>& due) = 0;
  /// Writes the samples of the evaluation just made; series that it no longer has become stale.
  virtual base::Result<base::CommitStats> write(const RulePass& pass) = 0;
  /// True when early() may be called between slots.
  virtual bool suits_early() const { return false; }
  /// Runs the expression at pass.ts, between two slots, and starts the alerts that are new; all
  /// else stays as the last slot left it. True: some started, and write() follows.
  virtual base::Result<bool> early(const RulePass& pass, std::vector<base::Alert>& due);
  /// Whose samples the expression reads: promql::Query::refresh_writers.
  virtual bool refresh_writers(std::vector<uint32_t>& writers);
  /// The same, asked once in a while.
  virtual std::vector<uint32_t> writers() { return {}; }
  /// Takes over the state and the series of a rule of the same name and labels, which is used up.
  virtual void adopt(Rule& old) = 0;
  /// The rule is removed: its series become stale at `t`.
  virtual base::Status end_series(base::TimestampMs t) = 0;
  virtual RuleView view(bool with_alerts) const = 0;

  /// True when `other`'s state is this rule's: kind, name and labels are the same.
  bool continues(const Rule& other) const;
  const RuleSpec& spec() const { return spec_; }
  const TextPairs& labels() const { return labels_; }

  /// Notes how an evaluation that began at `began` went.
  void set_outcome(const base::Status& status, base::TimestampMs began, int64_t duration_ns);

 protected:
  /// The part of a view that all rules have.
  RuleView basic_view() const;

 private:
  const RuleSpec spec_;
  const TextPairs labels_;
  mutable std::mutex outcome_mutex_;
  RuleHealth health_ = RuleHealth::kUnknown;
  std::string last_error_;
  int64_t evaluation_ns_ = 0;
  std::optional<base::TimestampMs> last_evaluation_;
};

/// The expression of a rule, made ready. Upstream loads rules whose expression is a string or a
/// range vector; evaluating one fails, every time.
class RuleQuery {
 public:
  /// One of the queries of `family`, which knows of it. Fails with kUnsupported (placed at the
  /// expression) for what this version's evaluator lacks; whatever else is wrong shows when the
  /// rule is evaluated.
  static base::Result<RuleQuery> prepare(const RuleSpec& spec, promql::QueryFamily& family);
  explicit RuleQuery(std::unique_ptr<promql::Query> query) : query_(std::move(query)) {}
  /// Tells `watch` (may be null) of every run of the rule `spec` of `group`.
  void tell(QueryWatch* watch, const GroupSpec& group, const RuleSpec& spec);
  /// The frame lives until the next run.
  base::Result<promql::InstantFrame> run(base::TimestampMs t);
  bool refresh_writers(std::vector<uint32_t>& writers);
  std::vector<uint32_t> writers() {
    return query_ == nullptr ? std::vector<uint32_t>() : query_->writers();
  }
  bool is_row_wise() const { return query_ != nullptr && query_->is_row_wise(); }

 private:
  explicit RuleQuery(base::Error error) : error_(std::move(error)) {}
  std::unique_ptr<promql::Query> query_;
  QueryWatch* watch_ = nullptr;
  std::string file_, group_, text_;  ///< For the watch.
  base::Error error_;                ///< Of every run, when there is no query.
};

}  // namespace tocsin::rules
