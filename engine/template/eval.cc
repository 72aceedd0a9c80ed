// Expressions: pipelines, commands, fields and calls.
#include <cmath>

#include "engine/template/access.h"
#include "engine/template/exec.h"

namespace tocsin::tmpl {

using base::Code;
using base::Error;
using base::Result;
using base::Status;

namespace {

std::string_view parameter_name(Parameter type) {
  switch (type) {
    case Parameter::kAny:
      return "interface {}";
    case Parameter::kString:
      return "string";
    case Parameter::kInt:
      return "int";
    case Parameter::kFloat:
      return "float64";
    case Parameter::kBool:
      return "bool";
    case Parameter::kTime:
      return "time.Time";
    case Parameter::kDuration:
      return "time.Duration";
    case Parameter::kList:
      return "[]interface {}";
    case Parameter::kMap:
      return "map[string]interface {}";
  }
  return "";
}

bool accepts_nil(Parameter type) {
  return type == Parameter::kAny || type == Parameter::kList || type == Parameter::kMap;
}

bool assignable(const Value& value, Parameter type) {
  switch (type) {
    case Parameter::kAny:
      return true;
    case Parameter::kString: {
      const Text* text = value.get<Text>();
      return text != nullptr && (text->trust == Trust::kPlain || text->trust == Trust::kEscaped);
    }
    case Parameter::kInt: {
      const Int* integer = value.get<Int>();
      return integer != nullptr && integer->type == IntType::kInt;
    }
    case Parameter::kFloat:
      return value.get<double>() != nullptr;
    case Parameter::kBool:
      return value.get<bool>() != nullptr;
    case Parameter::kTime:
      return value.get<Time>() != nullptr;
    case Parameter::kDuration:
      return value.get<Duration>() != nullptr;
    case Parameter::kList:
      return value.as_list() != nullptr;
    case Parameter::kMap:
      return value.as_map() != nullptr;
  }
  return false;
}

const Parameter& parameter_at(const Function& function, size_t i) {
  return function.parameters[std::min(i, function.parameters.size() - 1)];
}

}  // namespace

Result<Value> Execution::evaluate(const Pipeline& pipeline, const Value& dot) {
  place_ = &pipeline;
  Value value;
  const Value* final = nullptr;
  for (const Command& command : pipeline.commands) {
    ASSIGN_OR_RETURN(Value next, evaluate(command, dot, final));
    value = std::move(next);
    final = &value;
  }
  for (const std::string& name : pipeline.variables) {
    if (!pipeline.assigns) {
      variables_.push_back({name, value});
      continue;
    }
    Variable* variable = find_variable(name);
    if (variable == nullptr) return error("undefined variable: " + name);
    variable->value = value;
  }
  return value;
}

Result<Value> Execution::evaluate(const Command& command, const Value& dot, const Value* final) {
  const Operand& first = command.words[0];
  RETURN_IF_ERROR(charge(1));
  if (first.kind != OperandKind::kPipeline) place_ = &first;
  switch (first.kind) {
    case OperandKind::kField:
      return fields(first, dot, first.names, &command, dot, final);
    case OperandKind::kIdentifier:
      return call(first, &command, dot, final);
    case OperandKind::kChain: {
      ASSIGN_OR_RETURN(Value receiver, argument(*first.inner, Parameter::kAny, dot));
      return fields(first, std::move(receiver), first.names, &command, dot, final);
    }
    case OperandKind::kPipeline:
      RETURN_IF_ERROR(refuse_arguments(&command, final));
      return evaluate(*first.pipeline, dot);
    case OperandKind::kVariable: {
      const Variable* variable = find_variable(first.names[0]);
      if (variable == nullptr) return error("undefined variable: " + first.names[0]);
      if (first.names.size() == 1) {
        RETURN_IF_ERROR(refuse_arguments(&command, final));
        return variable->value;
      }
      return fields(first, variable->value, std::span(first.names).subspan(1), &command, dot,
                    final);
    }
    case OperandKind::kNil:
      RETURN_IF_ERROR(refuse_arguments(&command, final));
      return error("nil is not a command");
    case OperandKind::kDot:
    case OperandKind::kBool:
    case OperandKind::kNumber:
    case OperandKind::kString:
      RETURN_IF_ERROR(refuse_arguments(&command, final));
      if (first.constant.get<uint64_t>() != nullptr) return error(first.text + " overflows int");
      return first.kind == OperandKind::kDot ? dot : first.constant;
  }
  return Value();
}

Status Execution::refuse_arguments(const Command* command, const Value* final) {
  const bool has_words = command != nullptr && command->words.size() > 1;
  if (!has_words && final == nullptr) return {};
  const Operand& first = command->words[0];
  return error("can't give argument to non-function " +
               (first.pipeline != nullptr ? to_source(*first.pipeline) : to_source(first)));
}

// Follows a chain of names; the last one, if it is a method, gets the arguments.
Result<Value> Execution::fields(const Operand& operand, Value receiver,
                                std::span<const std::string> names, const Command* command,
                                const Value& dot, const Value* final) {
  // The inside of a parenthesis stays the place of its errors, as in Go.
  if (operand.kind != OperandKind::kChain) place_ = &operand;
  std::vector<Value> args;
  if (final != nullptr || (command != nullptr && command->words.size() > 1)) {
    const Function any{{Parameter::kAny}, true, {}};
    const auto words = command == nullptr ? std::span<const Operand>()
                                          : std::span<const Operand>(command->words).subspan(1);
    const Place before = place_;
    ASSIGN_OR_RETURN(args, arguments(any, words, dot, final));
    place_ = before;
  }
  const bool rooted_in_nil = receiver.is_nil();
  for (size_t i = 0; i < names.size(); ++i) {
    if (receiver.is_nil()) {
      // Go tells "nothing at all" from "an interface that holds nothing".
      if (rooted_in_nil) return Value();
      return error("nil pointer evaluating interface {}." + names[i]);
    }
    const bool last = i + 1 == names.size();
    auto next = access_field(receiver, names[i],
                             last ? std::span<const Value>(args) : std::span<const Value>());
    if (!next) return error(next.error().message, next.error().code);
    receiver = *std::move(next);
  }
  return receiver;
}

Status Execution::check_count(std::string_view name, const Function& function, size_t given,
                              bool piped) {
  const size_t total = given + (piped ? 1 : 0);
  const size_t fixed = function.parameters.size() - (function.variadic ? 1 : 0);
  const std::string start = "wrong number of args for " + std::string(name) + ": want ";
  if (function.variadic && total < fixed) {
    return error(start + "at least " + std::to_string(fixed) + " got " + std::to_string(given));
  }
  if (!function.variadic && total != fixed) {
    return error(start + std::to_string(fixed) + " got " + std::to_string(total));
  }
  return {};
}

Result<Value> Execution::call(const Operand& identifier, const Command* command, const Value& dot,
                              const Value* final) {
  place_ = &identifier;
  const Function& function = *identifier.function;
  const std::string& name = identifier.names[0];
  const auto words = command == nullptr ? std::span<const Operand>()
                                        : std::span<const Operand>(command->words).subspan(1);
  RETURN_IF_ERROR(check_count(name, function, words.size(), final != nullptr));
  if (function.short_circuit != ShortCircuit::kNever) {
    return short_circuit(function, words, dot, final);
  }
  ASSIGN_OR_RETURN(const std::vector<Value> args, arguments(function, words, dot, final));
  RETURN_IF_ERROR(charge(args));
  auto result = function.call(args, ExecContext{environment_, options_.max_output_bytes});
  if (!result) {
    if (command != nullptr) place_ = command;
    if (command == nullptr) place_ = &identifier;
    return error("error calling " + name + ": " + result.error().message, result.error().code);
  }
  RETURN_IF_ERROR(charge_result(*result));
  return result;
}

Result<Value> Execution::short_circuit(const Function& function, std::span<const Operand> words,
                                       const Value& dot, const Value* final) {
  Value value;
  for (const Operand& word : words) {
    ASSIGN_OR_RETURN(value, argument(word, Parameter::kAny, dot));
    if (value.truth() == (function.short_circuit == ShortCircuit::kOnTrue)) return value;
  }
  return final != nullptr ? *final : value;
}

Result<std::vector<Value>> Execution::arguments(const Function& function,
                                                std::span<const Operand> words, const Value& dot,
                                                const Value* final) {
  std::vector<Value> args;
  args.reserve(words.size() + 1);
  for (size_t i = 0; i < words.size(); ++i) {
    ASSIGN_OR_RETURN(Value arg, argument(words[i], parameter_at(function, i), dot));
    args.push_back(std::move(arg));
  }
  if (final != nullptr) {
    ASSIGN_OR_RETURN(Value arg, convert(*final, parameter_at(function, words.size())));
    args.push_back(std::move(arg));
  }
  return args;
}

Result<Value> Execution::argument(const Operand& operand, Parameter type, const Value& dot) {
  place_ = &operand;
  RETURN_IF_ERROR(charge(1));
  switch (operand.kind) {
    case OperandKind::kDot:
      return convert(dot, type);
    case OperandKind::kNil:
      if (accepts_nil(type)) return Value();
      return error("cannot assign nil to " + std::string(parameter_name(type)));
    case OperandKind::kField: {
      ASSIGN_OR_RETURN(Value value, fields(operand, dot, operand.names, nullptr, dot, nullptr));
      return convert(std::move(value), type);
    }
    case OperandKind::kVariable: {
      const Variable* variable = find_variable(operand.names[0]);
      if (variable == nullptr) return error("undefined variable: " + operand.names[0]);
      ASSIGN_OR_RETURN(Value value,
                       fields(operand, variable->value, std::span(operand.names).subspan(1),
                              nullptr, dot, nullptr));
      return convert(std::move(value), type);
    }
    case OperandKind::kPipeline: {
      ASSIGN_OR_RETURN(Value value, evaluate(*operand.pipeline, dot));
      return convert(std::move(value), type);
    }
    case OperandKind::kIdentifier: {
      ASSIGN_OR_RETURN(Value value, call(operand, nullptr, dot, nullptr));
      return convert(std::move(value), type);
    }
    case OperandKind::kChain: {
      ASSIGN_OR_RETURN(Value receiver, argument(*operand.inner, Parameter::kAny, dot));
      ASSIGN_OR_RETURN(Value value,
                       fields(operand, std::move(receiver), operand.names, nullptr, dot, nullptr));
      return convert(std::move(value), type);
    }
    case OperandKind::kBool:
    case OperandKind::kNumber:
    case OperandKind::kString:
      return literal(operand, type);
  }
  return Value();
}

// A constant takes the parameter's type where it can.
Result<Value> Execution::literal(const Operand& operand, Parameter type) {
  if (operand.constant.get<uint64_t>() != nullptr) return error(operand.text + " overflows int");
  if (assignable(operand.constant, type)) return operand.constant;
  const Int* integer = operand.constant.get<Int>();
  const double* number = operand.constant.get<double>();
  if (type == Parameter::kFloat && integer != nullptr) {
    return Value::number(static_cast<double>(integer->value));
  }
  const bool whole =
      number != nullptr && std::trunc(*number) == *number && std::fabs(*number) < 9e15;
  if (integer != nullptr || whole) {
    const int64_t value = integer != nullptr ? integer->value : static_cast<int64_t>(*number);
    if (type == Parameter::kInt) return Value::integer(value);
    if (type == Parameter::kDuration) return Value::duration(value);
  }
  switch (type) {
    case Parameter::kString:
      return error("expected string; found " + operand.text);
    case Parameter::kBool:
      return error("expected bool; found " + operand.text);
    case Parameter::kFloat:
      return error("expected float; found " + operand.text);
    case Parameter::kInt:
    case Parameter::kDuration:
      return error("expected integer; found " + operand.text);
    case Parameter::kAny:
    case Parameter::kTime:
    case Parameter::kList:
    case Parameter::kMap:
      break;
  }
  return error("can't handle " + operand.text + " for arg of type " +
               std::string(parameter_name(type)));
}

Result<Value> Execution::convert(Value value, Parameter type) {
  if (value.is_nil() && !accepts_nil(type)) {
    return error("invalid value; expected " + std::string(parameter_name(type)));
  }
  if (value.is_nil() || assignable(value, type)) return value;
  return error("wrong type for value; expected " + std::string(parameter_name(type)) + "; got " +
               std::string(value.type_name()));
}

}  // namespace tocsin::tmpl
