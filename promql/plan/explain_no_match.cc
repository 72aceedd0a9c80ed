// A selector without a series: the likeliest mistakes, tried one by one.
#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "promql/plan/explain_parts.h"

namespace tocsin::promql {
namespace {

constexpr size_t kValuesShown = 3;

/// Names as long as this are not looked for with a letter changed: the expression would be long.
constexpr size_t kNameMax = 100;

constexpr std::array<std::string_view, 6> kEndings = {"_total",  "_count",   "_sum",
                                                      "_bucket", "_seconds", "_bytes"};

/// Characters that mean something in a regular expression.
std::string quoted(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (std::string_view("\\.+*?()|[]{}^$").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

/// Matches names that differ from `name` by one character or by a usual ending.
std::string near_names(std::string_view name) {
  std::string stem = std::string(name);
  for (const std::string_view ending : kEndings) {
    if (stem.ends_with(ending)) stem.resize(stem.size() - ending.size());
  }
  std::string out = quoted(stem) + "(";
  for (const std::string_view ending : kEndings) out += std::string(ending) + "|";
  out += ")";
  for (size_t i = 0; i <= name.size(); ++i) {
    const std::string before = quoted(name.substr(0, i));
    out += "|" + before + "." + quoted(name.substr(i));
    if (i < name.size()) out += "|" + before + ".?" + quoted(name.substr(i + 1));
  }
  return out;
}

base::Result<std::vector<base::Labels>> series_of(const base::Matchers& matchers,
                                                  const ExplainInput& input) {
  ASSIGN_OR_RETURN(const auto selection, input.source.select(matchers));
  return selection->rows()->labels;
}

/// "a, b, c, …", each once.
std::string some_values(const std::vector<base::Labels>& series, const std::string& name) {
  std::set<std::string> values;
  for (const base::Labels& labels : series) values.insert(std::string(labels.get(name)));
  std::string out;
  size_t shown = 0;
  for (const std::string& value : values) {
    if (shown++ == kValuesShown) return out + ", … (" + std::to_string(values.size()) + " values)";
    out += (out.empty() ? "" : ", ") + base::go_quote(value);
  }
  return out;
}

std::string count_text(size_t series) { return std::to_string(series) + " series"; }

/// The one matcher without which there would be series.
base::Status blame_one_matcher(const base::Matchers& matchers, const ExplainInput& input,
                               ExplainNode& node) {
  for (size_t i = 0; i < matchers.size(); ++i) {
    if (matchers[i].name() == base::kMetricName) continue;
    base::Matchers others = matchers;
    others.erase(others.begin() + static_cast<std::ptrdiff_t>(i));
    // Without any matcher that asks for something it would be every series there is.
    if (std::ranges::all_of(others, [](const auto& m) { return m.matches_empty(); })) continue;
    ASSIGN_OR_RETURN(const auto series, series_of(others, input));
    if (series.empty()) continue;
    node.notes.push_back(count_text(series.size()) + " would match without " +
                         matchers[i].to_string() + "; there " + matchers[i].name() + " is " +
                         some_values(series, matchers[i].name()));
  }
  return {};
}

base::Status suggest_names(const std::string& name, const ExplainInput& input, ExplainNode& node) {
  std::set<std::string> names;
  if (name.size() <= kNameMax && base::is_legacy_metric_name(name)) {
    const std::string pattern = near_names(name);
    ASSIGN_OR_RETURN(
        const auto matcher,
        base::Matcher::make(base::MatchOp::kRegex, std::string(base::kMetricName), pattern));
    ASSIGN_OR_RETURN(const auto series, series_of({matcher}, input));
    for (const base::Labels& labels : series) names.insert(std::string(labels.metric_name()));
  }
  std::string note = "there is no metric " + name;
  const char* between = "; did you mean ";
  for (const std::string& near : names) {
    note += between + near;
    between = " or ";
  }
  node.notes.push_back(names.empty() ? std::move(note) : note + "?");
  return {};
}

}  // namespace

base::Status explain_no_match(const VectorSelector& selector, const ExplainInput& input,
                              ExplainNode& node) {
  node.notes.emplace_back("no series matches");
  RETURN_IF_ERROR(blame_one_matcher(selector.matchers, input, node));
  if (node.notes.size() > 1) return {};
  const auto name = std::ranges::find_if(selector.matchers, [](const base::Matcher& m) {
    return m.name() == base::kMetricName && m.op() == base::MatchOp::kEqual;
  });
  if (name == selector.matchers.end()) return {};
  ASSIGN_OR_RETURN(const auto series, series_of({*name}, input));
  if (series.empty()) return suggest_names(name->value(), input, node);
  node.notes.push_back(name->value() + " has " + count_text(series.size()) +
                       ", none with these labels together; one is " + series.front().to_metric());
  return {};
}

}  // namespace tocsin::promql
