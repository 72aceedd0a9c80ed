// Runs a tree. Source: Go text/template/exec.go.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/status.h"
#include "engine/template/html.h"
#include "engine/template/template.h"
#include "engine/template/tree.h"

namespace tocsin::tmpl {

using Trees = std::map<std::string, std::shared_ptr<const Tree>, std::less<>>;

/// One execution of one template. Used once, by one thread.
class Execution {
 public:
  /// All arguments outlive the execution. Prints to the end of `out`.
  Execution(const Trees& trees, const Environment& environment, const ExecOptions& options,
            Escaping escaping, std::string& out);

  base::Status run(const Tree& tree, const Value& data);

 private:
  enum class Flow : uint8_t { kNext, kBreak, kContinue };
  struct Variable {
    std::string_view name;
    Value value;
  };

  // Statements.
  base::Result<Flow> walk(const Statements& statements, const Value& dot);
  base::Result<Flow> walk(const Statement& statement, const Value& dot);
  base::Result<Flow> branch(const Statement& statement, const Value& dot);
  base::Result<Flow> range(const Statement& statement, const Value& dot);
  base::Result<Flow> iterate(const Statement& statement, const Value& dot, const Value& items,
                             size_t count);
  base::Result<Flow> iteration(const Statement& statement, const Value& index, const Value& item);
  base::Status call_template(const Statement& statement, const Value& dot);
  base::Status print(const Value& value);
  base::Status print_text(std::string_view text);

  // Expressions (eval.cc). `final` is the value piped in, or null.
  base::Result<Value> evaluate(const Pipeline& pipeline, const Value& dot);
  base::Result<Value> evaluate(const Command& command, const Value& dot, const Value* final);
  base::Result<Value> constant(const Operand& operand, const Value& dot);
  base::Result<Value> fields(const Operand& operand, Value receiver,
                             std::span<const std::string> names, const Command* command,
                             const Value& dot, const Value* final);
  base::Result<Value> call(const Operand& identifier, const Command* command, const Value& dot,
                           const Value* final);
  base::Result<Value> short_circuit(const Function& function, std::span<const Operand> words,
                                    const Value& dot, const Value* final);
  base::Status check_count(std::string_view name, const Function& function, size_t given,
                           bool piped);
  base::Result<std::vector<Value>> arguments(const Function& function,
                                             std::span<const Operand> words, const Value& dot,
                                             const Value* final);
  base::Result<Value> argument(const Operand& operand, Parameter type, const Value& dot);
  base::Result<Value> literal(const Operand& operand, Parameter type);
  base::Result<Value> convert(Value value, Parameter type);
  base::Status refuse_arguments(const Command* command, const Value* final);

  // Bookkeeping.
  base::Status charge(uint64_t steps);
  base::Status charge(std::span<const Value> args);
  base::Status charge_result(const Value& result);
  base::Error error(std::string_view reason, base::Code code = base::Code::kInvalid) const;
  Variable* find_variable(std::string_view name);
  void set_from_top(size_t distance, const Value& value);

  const Trees& trees_;
  const Environment& environment_;
  const ExecOptions& options_;
  std::string& out_;
  size_t out_limit_;
  std::optional<HtmlWriter> html_;
  const Tree* tree_ = nullptr;
  Place place_;
  std::vector<Variable> variables_;
  size_t first_variable_ = 0;  // Of the running template: its "$".
  uint64_t steps_ = 0;
  uint64_t next_clock_check_ = 0;
  uint32_t depth_ = 0;   // {{template}} calls.
  uint32_t levels_ = 0;  // Statement lists inside each other: what the stack must hold.
};

}  // namespace tocsin::tmpl
