// An explanation for programs.
#include "engine/base/json_writer.h"
#include "engine/base/number.h"
#include "promql/plan/explain.h"

namespace tocsin::promql {

std::string_view to_string(LossReason reason) {
  switch (reason) {
    case LossReason::kCompared:
      return "compared";
    case LossReason::kNoPartner:
      return "no_partner";
    case LossReason::kPartner:
      return "partner";
    case LossReason::kRank:
      return "rank";
    case LossReason::kTooFew:
      return "too_few_samples";
    case LossReason::kNoValue:
      return "no_value";
    case LossReason::kEnded:
      return "ended";
    case LossReason::kTooOld:
      return "too_old";
    case LossReason::kNotYet:
      return "not_yet";
    case LossReason::kUnexamined:
      return "unexamined";
  }
  return "unknown";
}

namespace {

using base::JsonWriter;

void write_labels(JsonWriter& json, const base::Labels& labels) {
  json.begin_object();
  for (size_t i = 0; i < labels.size(); ++i) json.field(labels[i].name, labels[i].value);
  json.end_object();
}

// Upstream's notation: seconds with milliseconds.
void write_time(JsonWriter& json, std::string_view key, base::TimestampMs t) {
  std::string text;
  base::append_timestamp(text, t);
  json.key(key).raw(text);
}

// As a string, as the query API has values: JSON knows no NaN.
void write_value(JsonWriter& json, std::string_view key, double v) {
  json.field(key, base::format_sample(v));
}

void write_series(JsonWriter& json, const LostSeries& series) {
  json.begin_object().key("metric");
  write_labels(json, series.labels);
  if (series.value) write_value(json, "value", *series.value);
  if (series.limit) write_value(json, "limit", *series.limit);
  if (series.last) write_time(json, "lastSample", *series.last);
  if (series.ended) write_time(json, "ended", *series.ended);
  if (series.samples) json.key("samples").integer(static_cast<int64_t>(*series.samples));
  if (series.wanted) {
    json.key("wanted");
    write_labels(json, *series.wanted);
  }
  json.end_object();
}

void write_loss(JsonWriter& json, const Loss& loss) {
  json.begin_object();
  json.field("reason", to_string(loss.reason));
  json.field("summary", summary_of(loss));
  json.key("series").integer(static_cast<int64_t>(loss.series));
  json.key("of").integer(static_cast<int64_t>(loss.of));
  json.field_unless_empty("by", loss.by);
  json.field_unless_empty("side", loss.side);
  json.key("examples").begin_array();
  for (const LostSeries& series : loss.examples) write_series(json, series);
  json.end_array();
  if (!loss.offered.empty()) {
    json.key("offered").begin_array();
    for (const base::Labels& labels : loss.offered) write_labels(json, labels);
    json.end_array();
  }
  json.end_object();
}

void write_texts(JsonWriter& json, std::string_view key, const std::vector<std::string>& texts) {
  json.key(key).begin_array();
  for (const std::string& text : texts) json.string(text);
  json.end_array();
}

void write_node(JsonWriter& json, const ExplainNode& node) {
  json.begin_object();
  json.field("kind", node.kind);
  json.field("operator", node.title);
  json.key("start").integer(node.pos.start);
  json.key("end").integer(node.pos.end);
  json.key("ran").boolean(node.ran);
  json.key("series").integer(static_cast<int64_t>(node.rows));
  if (node.kind.ends_with("selector"))
    json.key("matchedSeries").integer(static_cast<int64_t>(node.matched));
  json.key("steps").integer(static_cast<int64_t>(node.steps));
  json.key("points").integer(static_cast<int64_t>(node.points));
  json.key("samplesRead").integer(static_cast<int64_t>(node.samples_read));
  json.key("selfNs").integer(node.self_ns);
  json.key("totalNs").integer(node.total_ns);
  json.key("losses").begin_array();
  for (const Loss& loss : node.losses) write_loss(json, loss);
  json.end_array();
  write_texts(json, "notes", node.notes);
  json.key("children").begin_array();
  for (const ExplainNode& child : node.children) write_node(json, child);
  json.end_array().end_object();
}

}  // namespace

std::string to_json(const Explanation& explanation) {
  std::string out;
  JsonWriter json(out);
  json.begin_object();
  json.field("query", explanation.query);
  write_time(json, "start", explanation.range.start);
  write_time(json, "end", explanation.range.end);
  if (!explanation.range.instant()) write_time(json, "step", explanation.range.step);
  json.field("resultType", to_string(explanation.type));
  json.key("series").integer(static_cast<int64_t>(explanation.root.rows));
  json.key("result").begin_array();
  for (const LostSeries& series : explanation.result) write_series(json, series);
  json.end_array();
  write_texts(json, "verdict", explanation.verdict);
  if (explanation.error) json.field("error", explanation.error->to_string());
  for (const auto& [key, severity] : {std::pair{"warnings", base::Severity::kWarning},
                                      std::pair{"infos", base::Severity::kInfo}}) {
    write_texts(json, key, explanation.annotations.render(severity, explanation.query, 10));
  }
  json.key("samplesRead").integer(static_cast<int64_t>(explanation.stats.samples_read));
  json.key("evalNs").integer(explanation.stats.eval_ns);
  json.key("plan");
  write_node(json, explanation.root);
  json.end_object();
  return out;
}

}  // namespace tocsin::promql
