#include "rules/rule.h"

#include <utility>

namespace tocsin::rules {

using base::Code;
using base::Error;
using base::Result;

std::string_view to_string(RuleHealth health) {
  switch (health) {
    case RuleHealth::kUnknown:
      return "unknown";
    case RuleHealth::kOk:
      return "ok";
    case RuleHealth::kErr:
      return "err";
  }
  return "";
}

Rule::Rule(const RuleSpec& spec, TextPairs labels) : spec_(spec), labels_(std::move(labels)) {}

Result<bool> Rule::early(const RulePass&, std::vector<base::Alert>&) { return false; }

bool Rule::refresh_writers(std::vector<uint32_t>&) { return false; }

bool Rule::continues(const Rule& other) const {
  return spec_.kind == other.spec_.kind && spec_.name == other.spec_.name &&
         labels_ == other.labels_;
}

void Rule::set_outcome(const base::Status& status, base::TimestampMs began, int64_t duration_ns) {
  const std::lock_guard lock(outcome_mutex_);
  health_ = status ? RuleHealth::kOk : RuleHealth::kErr;
  if (status) {
    last_error_.clear();
  } else {
    last_error_ = status.error().message;
  }
  last_evaluation_ = began;
  evaluation_ns_ = duration_ns;
}

RuleView Rule::basic_view() const {
  RuleView view;
  view.kind = spec_.kind;
  view.name = spec_.name;
  view.query = spec_.query;
  view.hold = spec_.hold;
  view.keep_firing_for = spec_.keep_firing_for;
  view.labels = labels_;
  view.annotations = spec_.annotations;
  const std::lock_guard lock(outcome_mutex_);
  view.health = health_;
  view.last_error = last_error_;
  view.evaluation_ns = evaluation_ns_;
  view.last_evaluation = last_evaluation_;
  return view;
}

Result<RuleQuery> RuleQuery::prepare(const RuleSpec& spec, promql::QueryFamily& family) {
  const promql::ValueType type = promql::type_of(*spec.expr);
  if (type != promql::ValueType::kScalar && type != promql::ValueType::kVector) {
    return RuleQuery(Error{Code::kInvalid, "rule result is not a vector or scalar"});
  }
  auto query = family.prepare(*spec.expr, spec.text);
  if (query) return RuleQuery(*std::move(query));
  Error error = std::move(query).error();
  if (error.code != Code::kUnsupported) return RuleQuery(std::move(error));
  error.where = spec.expr_where;
  return error;
}

void RuleQuery::tell(QueryWatch* watch, const GroupSpec& group, const RuleSpec& spec) {
  watch_ = watch;
  file_ = group.file;
  group_ = group.name;
  text_ = spec.text;
}

Result<promql::InstantFrame> RuleQuery::run(base::TimestampMs t) {
  if (query_ == nullptr) return error_;
  auto frame = query_->run_instant(t);
  if (watch_ != nullptr && watch_->wants()) {
    watch_->on_run({.file = file_,
                    .group = group_,
                    .query = text_,
                    .t = t,
                    .stats = frame ? frame->stats : promql::QueryStats(),
                    .error = frame ? std::string_view() : frame.error().message});
  }
  return frame;
}

bool RuleQuery::refresh_writers(std::vector<uint32_t>& writers) {
  return query_ != nullptr && query_->refresh_writers(writers);
}

}  // namespace tocsin::rules
