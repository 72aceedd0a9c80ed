#include "engine/app/query_print.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>
#include <vector>

#include "engine/app/commands.h"
#include "engine/app/sparkline.h"
#include "engine/app/table.h"
#include "engine/app/terminal.h"
#include "engine/base/labels.h"
#include "engine/base/number.h"

namespace tocsin::app {
namespace {

using Json = nlohmann::json;

// A sparkline that shares a line with other columns is neither longer nor shorter.
constexpr size_t kSparkMost = 120;
constexpr size_t kSparkLeast = 10;

base::Labels labels_of(const Json& metric) {
  base::LabelsBuilder labels;
  for (const auto& [name, value] : metric.items()) labels.set(name, value.get<std::string>());
  return labels.build();
}

// promtool prints values without exponents; what is no number stays as it came.
std::string number_text(const std::string& text) {
  const auto value = base::parse_float(text);
  return value ? base::format_fixed(*value) : text;
}

std::string time_suffix(const Json& pair) { return " @[" + pair.at(0).dump() + "]"; }

std::string value_text(const Json& pair) {
  return number_text(pair.at(1).get<std::string>()) + time_suffix(pair);
}

// {count:3, sum:4.5, (1,2]:3}, as count_values labels and templates show native histograms.
std::string histogram_text(const Json& histogram) {
  std::string out = "{count:" + histogram.at("count").get<std::string>() +
                    ", sum:" + histogram.at("sum").get<std::string>();
  for (const Json& bucket : histogram.value("buckets", Json::array())) {
    const int ends = bucket.at(0).get<int>();
    const bool has_lower = ends == 1 || ends == 3;
    const bool has_upper = ends == 0 || ends == 3;
    out += has_lower ? ", [" : ", (";
    out += bucket.at(1).get<std::string>() + "," + bucket.at(2).get<std::string>();
    out += has_upper ? "]:" : "):";
    out += bucket.at(3).get<std::string>();
  }
  return out + "}";
}

// ---- Values over time ----

struct FloatPoints {
  std::vector<base::TimestampMs> t;
  std::vector<double> v;
};

FloatPoints points_of(const Json& series) {
  FloatPoints out;
  for (const Json& pair : series.value("values", Json::array())) {
    const auto value = base::parse_float(pair.at(1).get<std::string>());
    if (!value) continue;
    out.t.push_back(static_cast<base::TimestampMs>(pair.at(0).get<double>() * 1000 + 0.5));
    out.v.push_back(*value);
  }
  return out;
}

// At most a character for each step.
std::string curve_text(const FloatPoints& points, const PrintStyle& style, size_t room) {
  const base::DurationMs step = std::max<base::DurationMs>(style.step, 1);
  const auto steps = static_cast<size_t>((style.end - style.start) / step) + 1;
  const base::TimestampMs end = style.start + static_cast<base::DurationMs>(steps) * step;
  const size_t width = std::min(steps, std::clamp(room, kSparkLeast, kSparkMost));
  return sparkline({points.t, points.v, style.start, end}, width);
}

// ---- Text, as promtool prints it: a line per sample ----

std::string matrix_text(const Json& result, const PrintStyle& style) {
  std::string out;
  for (const Json& series : result) {
    out += labels_of(series.at("metric")).to_metric() + " =>";
    if (style.sparkline) out += "\n" + curve_text(points_of(series), style, style.width);
    out += "\n";
    for (const Json& pair : series.value("values", Json::array())) out += value_text(pair) + "\n";
    for (const Json& pair : series.value("histograms", Json::array()))
      out += histogram_text(pair.at(1)) + time_suffix(pair) + "\n";
  }
  return out;
}

std::string vector_text(const Json& result) {
  std::string out;
  for (const Json& series : result) {
    const auto histogram = series.find("histogram");
    out += labels_of(series.at("metric")).to_metric() + " => ";
    out += histogram == series.end() ? value_text(series.at("value"))
                                     : histogram_text(histogram->at(1)) + time_suffix(*histogram);
    out += "\n";
  }
  return out;
}

std::string single_text(const std::string& type, const Json& result) {
  if (type == "scalar") return "scalar: " + value_text(result) + "\n";
  return "string: " + result.at(1).get<std::string>() + time_suffix(result) + "\n";
}

// ---- Tables: a column per label ----

// The label names of some series, the metric's first, apart from labels that all have in common.
class LabelColumns {
 public:
  explicit LabelColumns(const std::vector<base::Labels>& series) {
    std::map<std::string, std::set<std::string>> values;
    for (const base::Labels& labels : series) {
      for (size_t i = 0; i < labels.size(); ++i) values[std::string(labels[i].name)];
    }
    for (auto& [name, seen] : values) {
      for (const base::Labels& labels : series) seen.insert(std::string(labels.get(name)));
      if (series.size() > 1 && seen.size() == 1) {
        common_.set(name, *seen.begin());
      } else if (name == base::kMetricName) {
        names_.insert(names_.begin(), name);
      } else {
        names_.push_back(name);
      }
    }
  }

  // "all: up{job="api"}", or nothing.
  std::string common_text(bool colours) const {
    const base::Labels labels = common_.build();
    if (labels.empty()) return {};
    return paint("all: " + labels.to_metric(), Colour::kDim, colours) + "\n";
  }
  void add_to(Table& table) const {
    for (const std::string& name : names_) table.add_column(name == "__name__" ? "metric" : name);
  }
  std::vector<std::string> cells(const base::Labels& labels) const {
    std::vector<std::string> out;
    for (const std::string& name : names_) out.emplace_back(labels.get(name));
    return out;
  }

 private:
  base::LabelsBuilder common_;
  std::vector<std::string> names_;
};

std::vector<base::Labels> metrics_of(const Json& result) {
  std::vector<base::Labels> out;
  for (const Json& series : result) out.push_back(labels_of(series.at("metric")));
  return out;
}

std::string vector_table(const Json& result, const PrintStyle& style) {
  const std::vector<base::Labels> metrics = metrics_of(result);
  const LabelColumns columns(metrics);
  Table table;
  columns.add_to(table);
  table.add_column("value", true);
  for (size_t i = 0; i < metrics.size(); ++i) {
    std::vector<std::string> cells = columns.cells(metrics[i]);
    const auto histogram = result[i].find("histogram");
    cells.push_back(histogram == result[i].end()
                        ? number_text(result[i].at("value").at(1).get<std::string>())
                        : histogram_text(histogram->at(1)));
    table.add_row(std::move(cells));
  }
  return columns.common_text(style.colours) + table.text(style.colours);
}

// Minimum, maximum and last value; of histograms how many there are.
void add_summary(const Json& series, const FloatPoints& points, std::vector<std::string>& cells) {
  if (points.v.empty()) {
    const size_t histograms = series.value("histograms", Json::array()).size();
    cells.insert(cells.end(), {"", "", std::to_string(histograms) + " histograms"});
    return;
  }
  // NaN is less than nothing: it shows only where there is nothing else.
  const auto less = [](double a, double b) { return a < b || (b != b && a == a); };
  const auto greater = [](double a, double b) { return a > b || (b != b && a == a); };
  cells.push_back(base::format_general(*std::min_element(points.v.begin(), points.v.end(), less)));
  cells.push_back(
      base::format_general(*std::min_element(points.v.begin(), points.v.end(), greater)));
  cells.push_back(base::format_general(points.v.back()));
}

// `room`: for sparklines; none without.
Table matrix_columns(const Json& result, const LabelColumns& columns, const PrintStyle& style,
                     std::optional<size_t> room) {
  Table table;
  columns.add_to(table);
  for (const char* head : {"min", "max", "last"}) table.add_column(head, true);
  if (room) table.add_column("");
  for (const Json& series : result) {
    std::vector<std::string> cells = columns.cells(labels_of(series.at("metric")));
    const FloatPoints points = points_of(series);
    add_summary(series, points, cells);
    if (room) cells.push_back(curve_text(points, style, *room));
    table.add_row(std::move(cells));
  }
  return table;
}

std::string matrix_table(const Json& result, const PrintStyle& style) {
  const LabelColumns columns(metrics_of(result));
  constexpr size_t kBetween = 2;
  std::optional<size_t> room;
  if (style.sparkline) {
    const size_t others = matrix_columns(result, columns, style, std::nullopt).width() + kBetween;
    room = style.width > others ? style.width - others : 0;
  }
  return columns.common_text(style.colours) +
         matrix_columns(result, columns, style, room).text(style.colours);
}

// ---- All kinds of answers ----

std::string result_text(const Json& data, const PrintStyle& style) {
  const std::string type = data.at("resultType");
  const Json& result = data.at("result");
  const bool table = style.format == OutputFormat::kTable;
  if (type == "matrix") return table ? matrix_table(result, style) : matrix_text(result, style);
  if (type == "vector") return table ? vector_table(result, style) : vector_text(result);
  return single_text(type, result);
}

std::string series_text(const Json& data, const PrintStyle& style) {
  std::vector<base::Labels> series;
  for (const Json& one : data) series.push_back(labels_of(one));
  if (style.format != OutputFormat::kTable) {
    std::string out;
    for (const base::Labels& labels : series) out += labels.to_metric() + "\n";
    return out;
  }
  const LabelColumns columns(series);
  Table table;
  columns.add_to(table);
  for (const base::Labels& labels : series) table.add_row(columns.cells(labels));
  return columns.common_text(style.colours) + table.text(style.colours);
}

std::string data_text(const Json& data, AnswerKind kind, const PrintStyle& style) {
  switch (kind) {
    case AnswerKind::kResult:
      return result_text(data, style);
    case AnswerKind::kSeries:
      return series_text(data, style);
    case AnswerKind::kStrings: {
      std::string out;
      for (const Json& text : data) out += text.get<std::string>() + "\n";
      return out;
    }
  }
  return {};
}

std::string json_text(const Json& data, AnswerKind kind) {
  // An explanation has no "result" of its own kind: it is the data.
  const bool is_result = kind == AnswerKind::kResult && data.contains("resultType") &&
                         data.contains("result") && !data.contains("plan");
  return (is_result ? data.at("result") : data).dump() + "\n";
}

std::string text_at(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

bool has_nothing(const Json& data, AnswerKind kind) {
  const Json& list = kind == AnswerKind::kResult ? data.at("result") : data;
  return list.is_array() && list.empty();
}

int print_data(const Json& body, const std::string& server, AnswerKind kind,
               const PrintStyle& style) {
  try {
    const Json& data = body.at("data");
    // To a program an empty answer is plain enough.
    if (is_terminal() && style.format != OutputFormat::kJson && has_nothing(data, kind)) {
      print_error("nothing found; tocsin query explain says why");
      return kExitOk;
    }
    print_out(style.format == OutputFormat::kJson ? json_text(data, kind)
                                                  : data_text(data, kind, style));
    const bool failed = kind == AnswerKind::kResult && data.contains("error");
    if (failed) return kExitFailed;
  } catch (const Json::exception&) {
    print_error(server + " answered with JSON of an unexpected shape");
    return kExitFailed;
  }
  return kExitOk;
}

}  // namespace

PrintStyle style_for(const QueryFlags& flags, bool is_range) {
  PrintStyle out;
  const bool on_terminal = is_terminal();
  out.format = flags.format;
  if (out.format == OutputFormat::kChosen)
    out.format = is_range && on_terminal ? OutputFormat::kTable : OutputFormat::kText;
  const bool shows_tables = out.format == OutputFormat::kTable;
  out.sparkline = flags.sparkline == When::kAlways ||
                  (flags.sparkline == When::kAuto && on_terminal && shows_tables);
  out.colours = wants_colours() && !flags.no_colour;
  out.width = terminal_width();
  return out;
}

int print_answer(const base::Result<net::HttpResponse>& answer, const std::string& server,
                 AnswerKind kind, const PrintStyle& style) {
  if (!answer) {
    print_error("cannot ask " + server + ": " + answer.error().message);
    return kExitFailed;
  }
  const Json body = Json::parse(answer->body, nullptr, /*allow_exceptions=*/false);
  if (!body.is_object()) {
    print_error(server + " answered with status " + std::to_string(answer->status) +
                " and no JSON; is it a Prometheus-compatible server?");
    return kExitFailed;
  }
  if (text_at(body, "status") != "success") {
    print_error("query error: " + text_at(body, "errorType") + ": " + text_at(body, "error"));
    return kExitFailed;
  }
  for (const char* severity : {"warnings", "infos"}) {
    for (const Json& text : body.value(severity, Json::array()))
      print_error(text.is_string() ? text.get<std::string>() : text.dump());
  }
  return print_data(body, server, kind, style);
}

int print_explanation(const base::Result<net::HttpResponse>& answer, const std::string& server,
                      const PrintStyle& style) {
  if (answer && answer->status == 404) {
    print_error(server + " explains no queries; `tocsin serve` does, and --data needs no server");
    return kExitFailed;
  }
  const bool is_text =
      answer && style.format != OutputFormat::kJson && !answer->body.starts_with('{');
  if (!is_text) return print_answer(answer, server, AnswerKind::kResult, style);
  print_out(answer->body);
  // An evaluation that failed is explained up to where it did.
  return answer->status == 200 ? kExitOk : kExitFailed;
}

}  // namespace tocsin::app
