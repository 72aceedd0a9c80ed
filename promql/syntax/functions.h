// Signatures of PromQL's functions.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "promql/syntax/ast.h"

namespace tocsin::promql {

/// One function. Source: prometheus promql/parser/functions.go.
struct Function {
  std::string_view name;
  std::vector<ValueType> args;
  /// 0: exactly args.size(). Otherwise at least args.size() − 1, and n > 0: at most n more than
  /// that; −1: any number more. What goes beyond `args` has the type of its last.
  int variadic = 0;
  ValueType returns = ValueType::kVector;
  bool experimental = false;
};

/// By exact name, or nullptr. Static lifetime.
const Function* find_function(std::string_view name);
/// All, sorted by name.
std::span<const Function> functions();

}  // namespace tocsin::promql
