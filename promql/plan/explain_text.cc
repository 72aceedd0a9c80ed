// An explanation for people: a line per operator, and below it what it lost.
#include <algorithm>
#include <array>
#include <utility>

#include "engine/base/number.h"
#include "promql/plan/explain.h"

namespace tocsin::promql {
namespace {

constexpr size_t kTitleMax = 72;
constexpr size_t kTreeMax = 90;  ///< Wider lines push their numbers to the right.

std::string series_count(uint64_t n, uint64_t of) {
  if (n == of && n <= 2) return n == 1 ? "the one series" : "both series";
  if (n == of) return "all " + std::to_string(n) + " series";
  return std::to_string(n) + " of " + std::to_string(of) + " series";
}

std::string has_or_have(uint64_t n) { return n == 1 ? " has " : " have "; }

/// "9m40s": without the milliseconds when there are whole seconds.
std::string age_text(base::DurationMs age) {
  if (age >= base::kSecond) age -= age % base::kSecond;
  return base::format_duration(age);
}

/// "with the same labels", "on (instance)".
std::string matching_words(const Loss& loss) {
  return loss.by == "all labels" ? "with the same labels" : loss.by;
}

std::string_view other_side(const Loss& loss) { return loss.side == "left" ? "right" : "left"; }

}  // namespace

std::string summary_of(const Loss& loss) {
  const std::string count = series_count(loss.series, loss.of);
  const std::string sided = count + (loss.side.empty() ? "" : " on the " + loss.side);
  switch (loss.reason) {
    case LossReason::kCompared:
      return count + " removed by " + loss.by;
    case LossReason::kNoPartner:
      return sided + has_or_have(loss.series) + "no partner " + matching_words(loss);
    case LossReason::kPartner:
      return sided + " removed: the " + std::string(other_side(loss)) + " has a partner " +
             matching_words(loss);
    case LossReason::kRank:
      return count + " not chosen by " + loss.by;
    case LossReason::kTooFew:
      return count + has_or_have(loss.series) + "too few samples for " + loss.by + "()";
    case LossReason::kNoValue:
      return count + " got no value from " + loss.by + "()";
    case LossReason::kEnded:
      return count + " ended: a stale marker says that the target or the series is gone";
    case LossReason::kTooOld:
      return count + has_or_have(loss.series) + "no sample within " + loss.by;
    case LossReason::kNotYet:
      return count + has_or_have(loss.series) + "no sample up to this time";
    case LossReason::kUnexamined:
      return count + has_or_have(loss.series) + "no sample within " + loss.by +
             "; not looked at more closely";
  }
  return count;
}

std::string example_text(const Loss& loss, const LostSeries& series) {
  std::string out = series.labels.to_metric();
  if (series.value) out += " = " + base::format_general(*series.value);
  if (series.limit) out += " against " + base::format_general(*series.limit);
  if (series.samples) {
    out += ": " + std::to_string(*series.samples) +
           (*series.samples == 1 ? " sample" : " samples") + " in the window";
  }
  if (series.wanted) {
    out +=
        ": nothing on the " + std::string(other_side(loss)) + " with " + series.wanted->to_metric();
  }
  if (series.ended) {
    out += ", ended " + base::format_rfc3339(*series.ended) + ", " +
           age_text(loss.looked_at - *series.ended) + " before";
  } else if (series.last) {
    out += ", last sample " + base::format_rfc3339(*series.last) + ", " +
           age_text(loss.looked_at - *series.last) + " before";
  }
  return out;
}

namespace {

/// Characters of UTF-8 text, each one column wide.
size_t width_of(std::string_view text) {
  return static_cast<size_t>(
      std::ranges::count_if(text, [](char c) { return (c & '\xc0') != '\x80'; }));
}

std::string cut(std::string_view text, size_t width) {
  if (width_of(text) <= width) return std::string(text);
  size_t end = 0;
  for (size_t seen = 0; end < text.size(); ++end) {
    if ((text[end] & '\xc0') != '\x80' && seen++ == width - 1) break;
  }
  return std::string(text.substr(0, end)) + "…";
}

std::string pad_left(std::string_view text, size_t width) {
  const size_t own = width_of(text);
  return std::string(own < width ? width - own : 0, ' ') + std::string(text);
}

std::string pad_right(std::string_view text, size_t width) {
  const size_t own = width_of(text);
  return std::string(text) + std::string(own < width ? width - own : 0, ' ');
}

/// Three digits and a unit.
std::string time_text(int64_t ns) {
  struct Unit {
    double ns;
    std::string_view name;
  };
  static constexpr std::array<Unit, 3> kUnits = {{{1e9, " s"}, {1e6, " ms"}, {1e3, " µs"}}};
  for (const Unit& unit : kUnits) {
    const double value = static_cast<double>(ns) / unit.ns;
    if (value < 1) continue;
    const double scale = value < 10 ? 100 : value < 100 ? 10 : 1;
    const double rounded = static_cast<double>(static_cast<int64_t>(value * scale + 0.5)) / scale;
    return base::format_fixed(rounded) + std::string(unit.name);
  }
  return std::to_string(ns) + " ns";
}

std::string rows_text(const ExplainNode& node) {
  if (!node.ran) return "–";
  const std::string rows = std::to_string(node.rows);
  return node.matched > node.rows ? rows + " of " + std::to_string(node.matched) : rows;
}

/// A line of the tree: an operator with its numbers, or a remark below it.
struct Line {
  std::string text;
  std::array<std::string, 5> cells;  ///< rows, steps, samples, self, total; empty: a remark.
  bool is_remark = false;
};

/// How lines begin: the operator's own, what belongs to it, its children's lines.
struct Indent {
  std::string own;
  std::string below;
};

void add_losses(const ExplainNode& node, const std::string& indent, std::vector<Line>& out) {
  const auto remark = [&](std::string text) {
    out.push_back({indent + std::move(text), {}, true});
  };
  for (const std::string& note : node.notes) remark(note);
  for (const Loss& loss : node.losses) {
    const bool ranked = loss.reason == LossReason::kCompared && loss.series > 1;
    remark(summary_of(loss) + (ranked ? "; nearest:" : ":"));
    for (const LostSeries& series : loss.examples) remark("  " + example_text(loss, series));
    if (loss.series > loss.examples.size())
      remark("  … " + std::to_string(loss.series - loss.examples.size()) + " more");
    std::string offered;
    for (const base::Labels& labels : loss.offered)
      offered += (offered.empty() ? "" : ", ") + labels.to_metric();
    if (!offered.empty()) remark("  the " + std::string(other_side(loss)) + " has " + offered);
  }
}

void add_node(const ExplainNode& node, const Indent& indent, std::vector<Line>& out) {
  Line line;
  line.text = indent.own + cut(node.title, kTitleMax);
  line.cells = {rows_text(node), std::to_string(node.steps),
                node.samples_read == 0 ? "" : std::to_string(node.samples_read),
                node.ran ? time_text(node.self_ns) : "", node.ran ? time_text(node.total_ns) : ""};
  out.push_back(std::move(line));
  add_losses(node, indent.below + (node.children.empty() ? "  " : "│ "), out);
  for (size_t i = 0; i < node.children.size(); ++i) {
    const bool last = i + 1 == node.children.size();
    add_node(node.children[i],
             {indent.below + (last ? "└─ " : "├─ "), indent.below + (last ? "   " : "│  ")}, out);
  }
}

bool has_many_steps(const ExplainNode& node) {
  return node.steps > 1 || std::ranges::any_of(node.children, has_many_steps);
}

std::string painted(std::string text, const char* code, bool colours) {
  return colours ? "\033[" + std::string(code) + "m" + text + "\033[0m" : text;
}

std::string tree_text(const ExplainNode& root, bool colours) {
  std::vector<Line> lines = {{"operator", {"series", "steps", "samples", "self", "total"}, false}};
  add_node(root, {}, lines);
  const bool with_steps = has_many_steps(root);
  size_t title_width = 0;
  std::array<size_t, 5> widths = {};
  for (const Line& line : lines) {
    if (line.is_remark) continue;
    title_width = std::max(title_width, std::min(kTreeMax, width_of(line.text)));
    for (size_t i = 0; i < widths.size(); ++i)
      widths[i] = std::max(widths[i], width_of(line.cells[i]));
  }
  std::string out;
  for (size_t n = 0; n < lines.size(); ++n) {
    const Line& line = lines[n];
    if (line.is_remark) {
      out += painted(line.text, "33", colours) + "\n";
      continue;
    }
    std::string text = pad_right(line.text, title_width);
    for (size_t i = 0; i < widths.size(); ++i) {
      if (i != 1 || with_steps) text += "  " + pad_left(line.cells[i], widths[i]);
    }
    text.erase(text.find_last_not_of(' ') + 1);
    out += (n == 0 ? painted(std::move(text), "2", colours) : text) + "\n";
  }
  return out;
}

std::string when_text(const EvalRange& range) {
  if (range.instant()) return "at " + base::format_rfc3339(range.start);
  return "from " + base::format_rfc3339(range.start) + " to " + base::format_rfc3339(range.end) +
         ", step " + base::format_duration(range.step);
}

std::string outcome_text(const Explanation& e, bool colours) {
  std::string out = when_text(e.range) + ": ";
  if (e.error) return out + painted("failed: " + e.error->to_string(), "31", colours) + "\n";
  if (e.type == ValueType::kString) return out + "a string\n";
  if (!e.verdict.empty()) {
    out += painted("nothing, because", "1", colours) + "\n";
    for (const std::string& cause : e.verdict) out += "  " + cause + "\n";
    return out;
  }
  out += e.type == ValueType::kScalar ? "a scalar\n" : std::to_string(e.root.rows) + " series\n";
  for (const LostSeries& series : e.result) out += "  " + example_text({}, series) + "\n";
  if (e.root.rows > e.result.size() && !e.result.empty())
    out += "  … " + std::to_string(e.root.rows - e.result.size()) + " more\n";
  return out;
}

}  // namespace

std::string to_text(const Explanation& explanation, bool colours) {
  std::string out = painted(explanation.query, "1", colours) + "\n";
  out += outcome_text(explanation, colours) + "\n";
  out += tree_text(explanation.root, colours);
  for (const auto severity : {base::Severity::kWarning, base::Severity::kInfo}) {
    for (const std::string& text : explanation.annotations.render(severity, explanation.query, 10))
      out += "\n" + text;
  }
  out += explanation.annotations.items().empty() ? "" : "\n";
  return out + "\n" + std::to_string(explanation.stats.samples_read) + " samples in " +
         time_text(explanation.stats.eval_ns) + "\n";
}

}  // namespace tocsin::promql
