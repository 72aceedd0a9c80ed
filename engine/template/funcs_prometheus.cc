#include "engine/template/funcs_prometheus.h"

#include <algorithm>

#include "engine/template/escape.h"
#include "engine/template/host_port.h"
#include "engine/template/humanize.h"
#include "engine/template/text_functions.h"

namespace tocsin::tmpl {
namespace {

using base::Code;
using base::Error;
using base::Result;
using Args = std::span<const Value>;

constexpr std::string_view kPreamble =
    "{{$labels := .Labels}}{{$externalLabels := .ExternalLabels}}{{$externalURL := .ExternalURL}}"
    "{{$value := .Value}}";

// One element of a query's result.
class Sample final : public Object {
 public:
  explicit Sample(QuerySample sample) : sample_(std::move(sample)) {}
  std::string_view type_name() const override { return "*template.sample"; }
  std::optional<Value> field(std::string_view name) const override {
    if (name == "Labels") return Value::string_map(sample_.labels);
    if (name == "Value") return sample_.value;
    return std::nullopt;
  }
  std::vector<std::pair<std::string, Value>> fields() const override {
    return {{"Labels", Value::string_map(sample_.labels)}, {"Value", sample_.value}};
  }
  const QuerySample& sample() const { return sample_; }

 private:
  QuerySample sample_;
};

class RuleData final : public Object {
 public:
  explicit RuleData(const RuleTemplateData& data)
      : labels_(Value::string_map(data.labels)),
        external_labels_(Value::string_map(data.external_labels)),
        external_url_(data.external_url),
        value_(data.value) {}
  std::string_view type_name() const override {
    return "struct { Labels map[string]string; ExternalLabels map[string]string; ExternalURL "
           "string; "
           "Value interface {} }";
  }
  std::optional<Value> field(std::string_view name) const override {
    if (name == "Labels") return labels_;
    if (name == "ExternalLabels") return external_labels_;
    if (name == "ExternalURL") return Value::string(external_url_);
    if (name == "Value") return value_;
    return std::nullopt;
  }
  std::vector<std::pair<std::string, Value>> fields() const override {
    return {{"Labels", labels_},
            {"ExternalLabels", external_labels_},
            {"ExternalURL", Value::string(external_url_)},
            {"Value", value_}};
  }

 private:
  Value labels_;
  Value external_labels_;
  std::string external_url_;
  Value value_;
};

Result<const Sample*> sample_of(const Value& value) {
  if (const auto* sample = dynamic_cast<const Sample*>(value.as_object())) return sample;
  return Error{Code::kInvalid, "expected *template.sample; got " + std::string(value.type_name())};
}

Result<Value> query(Args args, const ExecContext& context) {
  ASSIGN_OR_RETURN(std::vector<QuerySample> samples,
                   context.environment.query(*args[0].as_string()));
  List items;
  items.reserve(samples.size());
  for (QuerySample& sample : samples) {
    items.push_back(Value::object(std::make_shared<Sample>(std::move(sample))));
  }
  return Value::list(std::move(items), "template.queryResult");
}

Result<Value> first(Args args, const ExecContext&) {
  const List* list = args[0].as_list();
  if (list != nullptr && !list->empty()) return list->front();
  return Error{Code::kInvalid, "first() called on vector with no elements"};
}

Result<Value> label(Args args, const ExecContext&) {
  ASSIGN_OR_RETURN(const Sample* sample, sample_of(args[1]));
  return Value::string(std::string(sample->sample().labels.get(*args[0].as_string())));
}

Result<Value> sort_by_label(Args args, const ExecContext&) {
  if (args[1].as_list() == nullptr) return args[1];
  List items = *args[1].as_list();
  for (const Value& item : items) RETURN_IF_ERROR(sample_of(item));
  const std::string& name = *args[0].as_string();
  std::stable_sort(items.begin(), items.end(), [&name](const Value& a, const Value& b) {
    const auto text = [&name](const Value& v) {
      return static_cast<const Sample*>(v.as_object())->sample().labels.get(name);
    };
    return text(a) < text(b);
  });
  return Value::list(std::move(items), "template.queryResult");
}

void add_query_functions(FunctionTable& table) {
  table.add("query", {{Parameter::kString}, false, query});
  table.add("first", {{Parameter::kList}, false, first});
  table.add("label", {{Parameter::kString, Parameter::kAny}, false, label});
  table.add("value", {{Parameter::kAny}, false, [](Args args, const ExecContext&) -> Result<Value> {
                        ASSIGN_OR_RETURN(const Sample* sample, sample_of(args[0]));
                        return sample->sample().value;
                      }});
  table.add("strvalue",
            {{Parameter::kAny}, false, [](Args args, const ExecContext&) -> Result<Value> {
               ASSIGN_OR_RETURN(const Sample* sample, sample_of(args[0]));
               return Value::string(std::string(sample->sample().labels.get("__value__")));
             }});
  table.add("sortByLabel", {{Parameter::kString, Parameter::kList}, false, sort_by_label});
}

// A function of one number.
void add_number(FunctionTable& table, std::string name, Result<Value> (*convert)(double)) {
  table.add(std::move(name),
            {{Parameter::kAny}, false, [convert](Args args, const ExecContext&) -> Result<Value> {
               ASSIGN_OR_RETURN(const double number, to_float(args[0]));
               return convert(number);
             }});
}

void add_number_functions(FunctionTable& table) {
  add_number(table, "humanize",
             [](double v) -> Result<Value> { return Value::string(humanize(v)); });
  add_number(table, "humanize1024",
             [](double v) -> Result<Value> { return Value::string(humanize_1024(v)); });
  add_number(table, "humanizePercentage",
             [](double v) -> Result<Value> { return Value::string(humanize_percentage(v)); });
  add_number(table, "humanizeTimestamp", [](double v) -> Result<Value> {
    ASSIGN_OR_RETURN(std::string text, humanize_timestamp(v));
    return Value::string(std::move(text));
  });
  add_number(table, "toTime", [](double v) -> Result<Value> {
    ASSIGN_OR_RETURN(Time time, float_to_time(v));
    return Value::time(std::move(time));
  });
  add_number(table, "toDuration", [](double v) -> Result<Value> {
    ASSIGN_OR_RETURN(const Duration duration, float_to_duration(v));
    return Value::duration(duration.nanoseconds);
  });
  table.add("now", {{}, false, [](Args, const ExecContext& context) -> Result<Value> {
                      ASSIGN_OR_RETURN(const base::TimestampMs now, context.environment.now());
                      return Value::number(static_cast<double>(now) / 1000);
                    }});
  table.add("parseDuration",
            {{Parameter::kString}, false, [](Args args, const ExecContext&) -> Result<Value> {
               ASSIGN_OR_RETURN(const base::DurationMs ms,
                                base::parse_signed_duration(*args[0].as_string()));
               return Value::number(static_cast<double>(ms) / 1000);
             }});
}

void add_text(FunctionTable& table, std::string name, std::string (*convert)(std::string_view)) {
  table.add(
      std::move(name),
      {{Parameter::kString}, false, [convert](Args args, const ExecContext&) -> Result<Value> {
         return Value::string(convert(*args[0].as_string()));
       }});
}

std::string expression_link(std::string_view expression, std::string_view tab) {
  return "/graph?g0.expr=" + query_escape(expression) + "&g0.tab=" + std::string(tab);
}

void add_link_functions(FunctionTable& table) {
  add_text(table, "graphLink", [](std::string_view text) { return expression_link(text, "0"); });
  add_text(table, "tableLink", [](std::string_view text) { return expression_link(text, "1"); });
  add_text(table, "urlQueryEscape", query_escape);
  add_text(table, "stripPort", strip_port);
  add_text(table, "stripDomain", strip_domain);
  add_text(table, "title", [](std::string_view text) { return title_case(text, false); });
  table.add("externalURL", {{}, false, [](Args, const ExecContext& context) -> Result<Value> {
                              ASSIGN_OR_RETURN(std::string url, context.environment.external_url());
                              return Value::string(std::move(url));
                            }});
  table.add("pathPrefix", {{}, false, [](Args, const ExecContext& context) -> Result<Value> {
                             ASSIGN_OR_RETURN(const std::string url,
                                              context.environment.external_url());
                             return Value::string(url_path(url));
                           }});
}

Result<Value> named_args(Args args, const ExecContext&) {
  std::vector<std::pair<std::string, Value>> pairs;
  for (size_t i = 0; i < args.size(); ++i) {
    if (args[i].depth() >= kMaxValueDepth)
      return Error{Code::kLimit, "lists and maps nested too deep"};
    pairs.emplace_back("arg" + std::to_string(i), args[i]);
  }
  return Value::any_map(std::move(pairs));
}

}  // namespace

std::shared_ptr<const FunctionTable> prometheus_functions() {
  auto table = std::make_shared<FunctionTable>();
  add_text_functions(*table);
  add_query_functions(*table);
  add_number_functions(*table);
  add_link_functions(*table);
  table->add("args", {{Parameter::kAny}, true, named_args});
  return table;
}

Result<Template> parse_rule_template(std::string_view alert_name, std::string_view text,
                                     const std::shared_ptr<const FunctionTable>& functions) {
  const std::string name = "__alert_" + std::string(alert_name);
  auto parsed = Template::parse(name, std::string(kPreamble) + std::string(text), functions);
  if (parsed) return parsed;
  Error error = std::move(parsed).error();
  error.message = "error parsing template " + name + ": " + error.message;
  return error;
}

Value to_value(const RuleTemplateData& data) {
  return Value::object(std::make_shared<RuleData>(data));
}

std::string expand_rule_template(const Template& rule_template, std::string_view alert_name,
                                 const Value& data, const Environment& environment,
                                 const ExecOptions& options, base::Status* error) {
  auto text = rule_template.execute(data, environment, options);
  if (text) return *std::move(text);
  Error failure = std::move(text).error();
  failure.message =
      "error executing template __alert_" + std::string(alert_name) + ": " + failure.message;
  std::string shown = "<error expanding template: " + failure.message + ">";
  if (error != nullptr) *error = std::move(failure);
  return shown;
}

}  // namespace tocsin::tmpl
