// Functions that templates can call, and what those may ask of the world around them.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/labels.h"
#include "engine/base/status.h"
#include "engine/base/time.h"
#include "engine/template/value.h"

namespace tocsin::tmpl {

/// One element of what the template function `query` returns.
struct QuerySample {
  base::Labels labels;  ///< With the metric name.
  Value value;          ///< A number, or an object that prints a histogram.
};

/// What functions may ask of the world outside. The caller of execute() implements what its dialect
/// needs; the defaults refuse with an error that names the function. Thread rule: one execution
/// calls it from its own thread only.
class Environment {
 public:
  virtual ~Environment() = default;
  /// Instant query at the evaluation's time (rule templates).
  virtual base::Result<std::vector<QuerySample>> query(std::string_view expression) const;
  /// The time of the evaluation (rule templates) or now (notification templates).
  virtual base::Result<base::TimestampMs> now() const;
  /// The address users reach this server by, without a trailing slash.
  virtual base::Result<std::string> external_url() const;
  /// A rendered label of the notification's route; "" when it has none of that name.
  virtual base::Result<std::string> route_label(std::string_view name) const;
};

/// What a function is called with besides its arguments.
struct ExecContext {
  const Environment& environment;
  size_t max_text_bytes = 0;  ///< What a function may build.
};

/// What a parameter takes. The executor checks and converts arguments before the call, with Go's
/// error texts ("wrong type for value; expected string; got int").
enum class Parameter : uint8_t {
  kAny,
  kString,
  kInt,
  kFloat,
  kBool,
  kTime,
  kDuration,
  kList,
  kMap
};

/// and and or stop at the first argument that decides them.
enum class ShortCircuit : uint8_t { kNever, kOnFalse, kOnTrue };

using Callable = std::function<base::Result<Value>(std::span<const Value>, const ExecContext&)>;

struct Function {
  std::vector<Parameter> parameters;
  bool variadic = false;  ///< The last parameter takes any number of arguments, also none.
  Callable call;
  ShortCircuit short_circuit = ShortCircuit::kNever;
};

/// Functions by name; a new table has the builtins of text/template. Build once, then share: const
/// access is thread-safe.
class FunctionTable {
 public:
  FunctionTable();
  /// Adds a function, or replaces the one of that name.
  void add(std::string name, Function function);
  /// Null when there is none. Lifetime: the table's.
  const Function* find(std::string_view name) const;

 private:
  std::map<std::string, Function, std::less<>> functions_;
};

}  // namespace tocsin::tmpl
