// An alerting rule at work.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "rules/alert_series.h"
#include "rules/alert_table.h"
#include "rules/alert_templates.h"
#include "rules/rule.h"
#include "rules/template_host.h"

namespace tocsin::rules {

/// What an alerting rule is made of, besides its file's text.
struct AlertingParts {
  RuleQuery query;
  AlertSeries series;
  std::shared_ptr<const TemplateHost> templates;
  const base::Clock& clock;
  base::DurationMs resend_delay = base::kMinute;
  int64_t limit = 0;           ///< Pending and firing alerts; <= 0: none.
  bool early_allowed = false;  ///< By flag and group; suits_early() asks the rule, too.
};

/// Source: prometheus rules/alerting.go.
/// An alert that stays as it is costs no allocation and no text: identity labels are rendered when
/// a result row first has a sample (at every evaluation only if they can vary), annotations when
/// somebody reads them, with the value and the time of the evaluation they speak of.
class AlertingRule final : public Rule {
 public:
  /// `labels`: the rule's over the group's. Fails when a template does not parse.
  static base::Result<std::unique_ptr<AlertingRule>> make(const RuleSpec& spec, TextPairs labels,
                                                          AlertingParts parts);

  base::Status evaluate(const RulePass& pass, std::vector<base::Alert>& due) override;
  base::Result<base::CommitStats> write(const RulePass& pass) override;
  std::vector<uint32_t> writers() override { return query_.writers(); }
  bool suits_early() const override { return suits_early_; }
  base::Result<bool> early(const RulePass& pass, std::vector<base::Alert>& due) override;
  bool refresh_writers(std::vector<uint32_t>& writers) override {
    return query_.refresh_writers(writers);
  }
  void adopt(Rule& old) override;
  base::Status end_series(base::TimestampMs t) override;
  RuleView view(bool with_alerts) const override;

 private:
  AlertingRule(const RuleSpec& spec, TextPairs labels, AlertingParts parts,
               AlertTemplates templates);
  base::Status match_rows(const promql::InstantFrame& frame, base::TimestampMs ts);
  base::Status match_row(const promql::InstantFrame& frame, uint32_t row, base::TimestampMs ts);
  void take_samples(const promql::InstantFrame& frame, base::TimestampMs ts);
  int64_t active_alerts() const;
  void drop_new_alerts();
  base::Status advance(base::TimestampMs ts);
  void collect_due(const RulePass& pass, std::vector<base::Alert>& due);
  base::Alert alert_to_send(const AlertInstance& instance, const RulePass& pass) const;

  RuleQuery query_;
  const std::shared_ptr<const TemplateHost> host_;
  const base::Clock& clock_;
  const AlertTiming timing_;
  const base::DurationMs resend_delay_;
  const int64_t limit_;
  const bool suits_early_;
  const AlertTemplates templates_;
  const std::string generator_url_;

  struct Hit {
    AlertSlot slot;
    uint32_t row;
  };
  mutable std::mutex mutex_;  // Guards table_; the rest belongs to the evaluation.
  AlertTable table_;
  std::vector<Hit> hits_;  // Of the current evaluation; kept for its memory.
  AlertSeries series_;
};

}  // namespace tocsin::rules
