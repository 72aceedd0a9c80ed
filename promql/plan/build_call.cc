// Calls → operators: a table from names to the functions that build them.
#include <array>
#include <numbers>

#include "promql/eval/absent.h"
#include "promql/eval/histogram_call.h"
#include "promql/eval/histogram_fraction.h"
#include "promql/eval/histogram_quantile.h"
#include "promql/eval/info.h"
#include "promql/eval/kernels_extended.h"
#include "promql/eval/label_call.h"
#include "promql/eval/map_call.h"
#include "promql/eval/range_call.h"
#include "promql/eval/scalars.h"
#include "promql/eval/scan_start.h"
#include "promql/eval/sort.h"
#include "promql/plan/build.h"
#include "promql/plan/info_time.h"
#include "promql/syntax/functions.h"

namespace tocsin::promql {
namespace {

const std::string& text_of(const Expr& expr) { return as<StringLiteral>(unparen(expr)).value; }

base::Error invalid(std::string text) { return {base::Code::kInvalid, std::move(text)}; }

/// Of the call's range selector, if it has one.
RangeMode range_mode_of(const Call& call) {
  for (const ExprPtr& arg : call.args) {
    const Expr& expr = unparen(*arg);
    if (expr.kind == ExprKind::kMatrixSelector) return as<MatrixSelector>(expr).selector->mode;
  }
  return RangeMode::kPlain;
}

/// Where annotations of a range function point at: of a subquery, whose place upstream forgets, at
/// the start of the query.
base::PosRange told_position(const Expr& arg) {
  return unparen(arg).kind == ExprKind::kSubquery ? base::PosRange{} : arg.pos;
}

bool is_label_name(std::string_view name) { return !name.empty() && base::is_utf8(name); }

}  // namespace

Builder::Made Builder::make_call(const Call& call) {
  struct Entry {
    std::string_view name;
    Made (Builder::*make)(const Call&);
  };
  static constexpr std::array<Entry, 20> kTable = {{
      {"time", &Builder::make_time},
      {"pi", &Builder::make_pi},
      {"max_of", &Builder::make_extreme_of},
      {"min_of", &Builder::make_extreme_of},
      {"timestamp", &Builder::make_timestamp},
      {"start_timestamp", &Builder::make_start_timestamp},
      {"vector", &Builder::make_vector},
      {"scalar", &Builder::make_scalar},
      {"sort", &Builder::make_sort},
      {"sort_desc", &Builder::make_sort},
      {"sort_by_label", &Builder::make_sort_by_label},
      {"sort_by_label_desc", &Builder::make_sort_by_label},
      {"absent", &Builder::make_absent},
      {"absent_over_time", &Builder::make_absent_over_time},
      {"histogram_fraction", &Builder::make_histogram_fraction},
      {"histogram_quantile", &Builder::make_histogram_quantile},
      {"histogram_quantiles", &Builder::make_histogram_quantiles},
      {"info", &Builder::make_info},
      {"label_replace", &Builder::make_label_replace},
      {"label_join", &Builder::make_label_join},
  }};
  const std::string_view name = call.function->name;
  if (const RangeMode mode = range_mode_of(call);
      mode != RangeMode::kPlain && find_range_function(name, mode) == nullptr) {
    return OperatorPtr(std::make_unique<FailingCall>(wrong_function_for(mode, name)));
  }
  if (find_range_function(name) != nullptr) return make_range_call(call);
  if (find_math_function(name) != nullptr) return make_map_call(call);
  if (find_histogram_number(name) != nullptr) return make_histogram_number(call);
  for (const Entry& entry : kTable) {
    if (entry.name == name) return (this->*entry.make)(call);
  }
  return base::Error{base::Code::kInternal, "function without operator: " + std::string(name)};
}

Builder::Made Builder::make_range_call(const Call& call) {
  RangeCall::Spec spec;
  spec.function = find_range_function(call.function->name, range_mode_of(call));
  spec.delayed_names = delayed_names();
  spec.type_and_unit = options_.features.type_and_unit_labels;
  spec.uses_starts = options_.features.use_start_timestamps;
  spec.first_pos = told_position(*call.args.front());
  RangeInputPtr input;
  std::vector<OperatorPtr> params;
  for (const ExprPtr& arg : call.args) {
    if (type_of(*arg) == ValueType::kMatrix) {
      spec.range_pos = told_position(*arg);
      ASSIGN_OR_RETURN(input, build_range(unparen(*arg)));
    } else {
      spec.param_pos = arg->pos;
      ASSIGN_OR_RETURN(auto param, build(*arg));
      params.push_back(std::move(param));
    }
  }
  return OperatorPtr(std::make_unique<RangeCall>(spec, std::move(input), std::move(params)));
}

Builder::Made Builder::make_map_call(const Call& call) {
  MapCall::Spec spec;
  spec.function = *find_math_function(call.function->name);
  spec.delayed_names = delayed_names();
  spec.pos = call.pos;
  // Date functions without an argument speak of the step's time.
  OperatorPtr child = std::make_unique<TimeScalar>();
  std::vector<OperatorPtr> params;
  for (size_t i = 0; i < call.args.size(); ++i) {
    ASSIGN_OR_RETURN(auto made, build(*call.args[i]));
    if (i == 0) {
      child = std::move(made);
    } else {
      params.push_back(std::move(made));
    }
  }
  return OperatorPtr(std::make_unique<MapCall>(spec, std::move(child), std::move(params)));
}

Builder::Made Builder::make_time(const Call&) {
  return OperatorPtr(std::make_unique<TimeScalar>());
}

Builder::Made Builder::make_pi(const Call&) {
  return OperatorPtr(std::make_unique<NumberScalar>(std::numbers::pi));
}

Builder::Made Builder::make_extreme_of(const Call& call) {
  ASSIGN_OR_RETURN(auto a, build(*call.args[0]));
  ASSIGN_OR_RETURN(auto b, build(*call.args[1]));
  const auto of = call.function->name == "max_of" ? go_max : go_min;
  return OperatorPtr(std::make_unique<ScalarExtreme>(of, std::move(a), std::move(b)));
}

Builder::Made Builder::make_timestamp(const Call& call) {
  const Expr& arg = *call.args[0];
  if (arg.kind != ExprKind::kVectorSelector) {
    ASSIGN_OR_RETURN(auto child, build(arg));
    return OperatorPtr(std::make_unique<StepTimestamp>(std::move(child), delayed_names()));
  }
  ASSIGN_OR_RETURN(auto scan, make_selector(as<VectorSelector>(arg), InstantValue::kTimestamp));
  OperatorPtr child = observed(arg, std::move(scan));
  MapCall::Spec spec;
  spec.function = {"timestamp", [](std::span<double>, std::span<const double>) {}};
  spec.delayed_names = delayed_names();
  spec.pos = call.pos;
  return OperatorPtr(std::make_unique<MapCall>(spec, std::move(child), std::vector<OperatorPtr>()));
}

Builder::Made Builder::make_start_timestamp(const Call& call) {
  const Expr& arg = *call.args[0];
  if (arg.kind != ExprKind::kVectorSelector || !options_.features.use_start_timestamps) {
    ASSIGN_OR_RETURN(auto child, build(arg));
    return OperatorPtr(std::make_unique<NoStartTimestamp>(std::move(child)));
  }
  const auto& selector = as<VectorSelector>(arg);
  ASSIGN_OR_RETURN(auto selection, select(selector.matchers));
  OperatorPtr child =
      observed(arg, std::make_unique<ScanStart>(std::move(selection), to_shift(selector.shift),
                                                options_.lookback_delta));
  MapCall::Spec spec;
  spec.function = {"start_timestamp", [](std::span<double>, std::span<const double>) {}};
  spec.delayed_names = delayed_names();
  spec.pos = call.pos;
  return OperatorPtr(std::make_unique<MapCall>(spec, std::move(child), std::vector<OperatorPtr>()));
}

/// A scalar already is one row without labels.
Builder::Made Builder::make_vector(const Call& call) { return build(*call.args[0]); }

Builder::Made Builder::make_scalar(const Call& call) {
  ASSIGN_OR_RETURN(auto child, build(*call.args[0]));
  return OperatorPtr(std::make_unique<ScalarOfVector>(std::move(child)));
}

Builder::Made Builder::make_sort(const Call& call) {
  ASSIGN_OR_RETURN(auto child, build(*call.args[0]));
  const bool descending = call.function->name == "sort_desc";
  return OperatorPtr(std::make_unique<Sort>(descending, call.pos, std::move(child)));
}

Builder::Made Builder::make_sort_by_label(const Call& call) {
  ASSIGN_OR_RETURN(auto child, build(*call.args[0]));
  std::vector<std::string> labels;
  for (size_t i = 1; i < call.args.size(); ++i) labels.push_back(text_of(*call.args[i]));
  const bool descending = call.function->name == "sort_by_label_desc";
  return OperatorPtr(
      std::make_unique<SortByLabel>(descending, std::move(labels), call.pos, std::move(child)));
}

Builder::Made Builder::make_absent(const Call& call) {
  const Expr& arg = unparen(*call.args[0]);
  base::Labels labels;
  if (arg.kind == ExprKind::kVectorSelector)
    labels = absent_labels(as<VectorSelector>(arg).matchers);
  ASSIGN_OR_RETURN(auto child, build(*call.args[0]));
  return OperatorPtr(std::make_unique<Absent>(std::move(labels), std::move(child)));
}

Builder::Made Builder::make_absent_over_time(const Call& call) {
  const Expr& arg = unparen(*call.args[0]);
  base::Labels labels;
  if (arg.kind == ExprKind::kMatrixSelector) {
    labels = absent_labels(as<MatrixSelector>(arg).selector->matchers);
  }
  ASSIGN_OR_RETURN(auto input, build_range(arg));
  return OperatorPtr(std::make_unique<AbsentOverTime>(std::move(labels), std::move(input)));
}

Builder::Made Builder::make_histogram_number(const Call& call) {
  ASSIGN_OR_RETURN(auto child, build(*call.args[0]));
  return OperatorPtr(std::make_unique<HistogramCall>(find_histogram_number(call.function->name),
                                                     std::move(child), delayed_names()));
}

Builder::Made Builder::make_histogram_fraction(const Call& call) {
  ASSIGN_OR_RETURN(auto lower, build(*call.args[0]));
  ASSIGN_OR_RETURN(auto upper, build(*call.args[1]));
  ASSIGN_OR_RETURN(auto child, build(*call.args[2]));
  return OperatorPtr(std::make_unique<HistogramFraction>(
      HistogramGroups(delayed_names(), call.args[2]->pos), delayed_names(), std::move(lower),
      std::move(upper), std::move(child)));
}

Builder::Made Builder::make_histogram_quantile(const Call& call) {
  std::vector<HistogramQuantile::Quantile> quantiles(1);
  ASSIGN_OR_RETURN(quantiles[0].q, build(*call.args[0]));
  quantiles[0].pos = call.args[0]->pos;
  ASSIGN_OR_RETURN(auto child, build(*call.args[1]));
  return OperatorPtr(std::make_unique<HistogramQuantile>(
      HistogramGroups(delayed_names(), call.args[1]->pos), delayed_names(), "",
      std::move(quantiles), std::move(child)));
}

Builder::Made Builder::make_histogram_quantiles(const Call& call) {
  ASSIGN_OR_RETURN(auto child, build(*call.args[0]));
  std::vector<HistogramQuantile::Quantile> quantiles;
  for (size_t i = 2; i < call.args.size(); ++i) {
    ASSIGN_OR_RETURN(auto q, build(*call.args[i]));
    quantiles.push_back({std::move(q), call.args[i]->pos});
  }
  return OperatorPtr(std::make_unique<HistogramQuantile>(
      HistogramGroups(delayed_names(), call.args[0]->pos), delayed_names(), text_of(*call.args[1]),
      std::move(quantiles), std::move(child)));
}

Builder::Made Builder::make_info(const Call& call) {
  ASSIGN_OR_RETURN(auto child, build(*call.args[0]));
  base::Matchers chosen;
  if (call.args.size() > 1) chosen = as<VectorSelector>(unparen(*call.args[1])).matchers;
  InfoSpec spec = info_spec(chosen);
  ASSIGN_OR_RETURN(auto selection, select(info_matchers(spec)));
  auto times =
      std::make_unique<ScanInstant>(std::move(selection), info_time(*call.args[0]),
                                    options_.lookback_delta, InstantValue::kFloatTimestamp);
  return OperatorPtr(std::make_unique<Info>(std::move(spec), std::move(child), std::move(times)));
}

Builder::Made Builder::make_label_replace(const Call& call) {
  auto regex = base::Regex::compile(text_of(*call.args[4]));
  if (!regex) {
    return invalid("invalid regular expression in label_replace(): " + text_of(*call.args[4]));
  }
  Relabel relabel = label_replace(text_of(*call.args[1]), text_of(*call.args[2]),
                                  text_of(*call.args[3]), *std::move(regex));
  if (!is_label_name(relabel.destination)) {
    return invalid("invalid destination label name in label_replace(): " + relabel.destination);
  }
  ASSIGN_OR_RETURN(auto child, build(*call.args[0]));
  return OperatorPtr(std::make_unique<LabelCall>(std::move(relabel), std::move(child)));
}

Builder::Made Builder::make_label_join(const Call& call) {
  std::vector<std::string> sources;
  for (size_t i = 3; i < call.args.size(); ++i) sources.push_back(text_of(*call.args[i]));
  Relabel relabel = label_join(text_of(*call.args[1]), text_of(*call.args[2]), std::move(sources));
  if (!is_label_name(relabel.destination)) {
    return invalid("invalid destination label name in label_join(): " + relabel.destination);
  }
  for (const std::string& source : relabel.sources) {
    if (!is_label_name(source))
      return invalid("invalid source label name in label_join(): " + source);
  }
  ASSIGN_OR_RETURN(auto child, build(*call.args[0]));
  return OperatorPtr(std::make_unique<LabelCall>(std::move(relabel), std::move(child)));
}

}  // namespace tocsin::promql
