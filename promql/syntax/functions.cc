#include "promql/syntax/functions.h"

#include <algorithm>
#include <array>

namespace tocsin::promql {
namespace {

constexpr bool kExperimental = true;

// v: instant vector, m: range vector, s: scalar, t: string.
struct Row {
  std::string_view name;
  std::string_view args;
  int variadic = 0;
  char returns = 'v';
  bool experimental = false;
};

// Sorted by name. Source: prometheus promql/parser/functions.go.
constexpr std::array kRows = {
    Row{"abs", "v"},
    Row{"absent", "v"},
    Row{"absent_over_time", "m"},
    Row{"acos", "v"},
    Row{"acosh", "v"},
    Row{"asin", "v"},
    Row{"asinh", "v"},
    Row{"atan", "v"},
    Row{"atanh", "v"},
    Row{"avg_over_time", "m"},
    Row{"ceil", "v"},
    Row{"changes", "m"},
    Row{"clamp", "vss"},
    Row{"clamp_max", "vs"},
    Row{"clamp_min", "vs"},
    Row{"cos", "v"},
    Row{"cosh", "v"},
    Row{"count_over_time", "m"},
    Row{"day_of_month", "v", 1, 'v'},
    Row{"day_of_week", "v", 1, 'v'},
    Row{"day_of_year", "v", 1, 'v'},
    Row{"days_in_month", "v", 1, 'v'},
    Row{"deg", "v"},
    Row{"delta", "m"},
    Row{"deriv", "m"},
    Row{"double_exponential_smoothing", "mss", 0, 'v', kExperimental},
    Row{"end", "", 0, 's', kExperimental},
    Row{"exp", "v"},
    Row{"first_over_time", "m"},
    Row{"floor", "v"},
    Row{"histogram_avg", "v"},
    Row{"histogram_count", "v"},
    Row{"histogram_fraction", "ssv"},
    Row{"histogram_quantile", "sv"},
    Row{"histogram_quantiles", "vtss", 9, 'v', kExperimental},
    Row{"histogram_stddev", "v"},
    Row{"histogram_stdvar", "v"},
    Row{"histogram_sum", "v"},
    Row{"hour", "v", 1, 'v'},
    Row{"idelta", "m"},
    Row{"increase", "m"},
    Row{"info", "vv", 1, 'v', kExperimental},
    Row{"irate", "m"},
    Row{"label_join", "vttt", -1, 'v'},
    Row{"label_replace", "vtttt"},
    Row{"last_over_time", "m"},
    Row{"ln", "v"},
    Row{"log10", "v"},
    Row{"log2", "v"},
    Row{"mad_over_time", "m", 0, 'v', kExperimental},
    Row{"max_of", "ss", 0, 's', kExperimental},
    Row{"max_over_time", "m"},
    Row{"min_of", "ss", 0, 's', kExperimental},
    Row{"min_over_time", "m"},
    Row{"minute", "v", 1, 'v'},
    Row{"month", "v", 1, 'v'},
    Row{"pi", "", 0, 's'},
    Row{"predict_linear", "ms"},
    Row{"present_over_time", "m"},
    Row{"quantile_over_time", "sm"},
    Row{"rad", "v"},
    Row{"range", "", 0, 's', kExperimental},
    Row{"rate", "m"},
    Row{"resets", "m"},
    Row{"round", "vs", 1, 'v'},
    Row{"scalar", "v", 0, 's'},
    Row{"sgn", "v"},
    Row{"sin", "v"},
    Row{"sinh", "v"},
    Row{"sort", "v"},
    Row{"sort_by_label", "vt", -1, 'v', kExperimental},
    Row{"sort_by_label_desc", "vt", -1, 'v', kExperimental},
    Row{"sort_desc", "v"},
    Row{"sqrt", "v"},
    Row{"start", "", 0, 's', kExperimental},
    Row{"start_timestamp", "v", 0, 'v', kExperimental},
    Row{"stddev_over_time", "m"},
    Row{"stdvar_over_time", "m"},
    Row{"step", "", 0, 's', kExperimental},
    Row{"sum_over_time", "m"},
    Row{"tan", "v"},
    Row{"tanh", "v"},
    Row{"time", "", 0, 's'},
    Row{"timestamp", "v"},
    Row{"ts_of_first_over_time", "m", 0, 'v', kExperimental},
    Row{"ts_of_last_over_time", "m", 0, 'v', kExperimental},
    Row{"ts_of_max_over_time", "m", 0, 'v', kExperimental},
    Row{"ts_of_min_over_time", "m", 0, 'v', kExperimental},
    Row{"vector", "s"},
    Row{"year", "v", 1, 'v'},
};

ValueType type_named(char letter) {
  if (letter == 'v') return ValueType::kVector;
  if (letter == 'm') return ValueType::kMatrix;
  return letter == 's' ? ValueType::kScalar : ValueType::kString;
}

std::vector<Function> make_functions() {
  std::vector<Function> all;
  all.reserve(kRows.size());
  for (const Row& row : kRows) {
    std::vector<ValueType> args;
    for (const char letter : row.args) args.push_back(type_named(letter));
    all.push_back(
        {row.name, std::move(args), row.variadic, type_named(row.returns), row.experimental});
  }
  return all;
}

}  // namespace

std::span<const Function> functions() {
  static const std::vector<Function> kFunctions = make_functions();
  return kFunctions;
}

const Function* find_function(std::string_view name) {
  const auto all = functions();
  const auto at = std::lower_bound(all.begin(), all.end(), name,
                                   [](const Function& f, auto text) { return f.name < text; });
  return at != all.end() && at->name == name ? &*at : nullptr;
}

}  // namespace tocsin::promql
