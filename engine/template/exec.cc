#include "engine/template/exec.h"

#include <algorithm>

#include "engine/base/labels.h"

namespace tocsin::tmpl {

using base::Code;
using base::Error;
using base::Result;
using base::Status;

namespace {

constexpr uint32_t kMaxLevels = 400;  // A few kilobytes of stack each.
constexpr uint64_t kStepsBetweenClockChecks = 256;
constexpr uint64_t kBytesPerStep = 256;  // What a function may read or build counts as work.

// Line from 1 and column from 0 in bytes, as Go counts them.
std::string location(const Tree& tree, uint32_t position) {
  const std::string_view before = std::string_view(*tree.source).substr(0, position);
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const size_t newline = before.rfind('\n');
  const size_t column = newline == std::string_view::npos ? position : position - newline - 1;
  return tree.parse_name + ":" + std::to_string(line) + ":" + std::to_string(column);
}

}  // namespace

Execution::Execution(const Trees& trees, const Environment& environment, const ExecOptions& options,
                     Escaping escaping, std::string& out)
    : trees_(trees),
      environment_(environment),
      options_(options),
      out_(out),
      out_limit_(out.size() + options.max_output_bytes) {
  if (escaping == Escaping::kHtml) html_.emplace(out);
  variables_.reserve(8);
}

Status Execution::run(const Tree& tree, const Value& data) {
  tree_ = &tree;
  variables_.push_back({"$", data});
  RETURN_IF_ERROR(walk(tree.body, data));
  if (html_) {
    if (Status status = html_->finish(); !status) return error(status.error().message);
  }
  return {};
}

Error Execution::error(std::string_view reason, Code code) const {
  const std::string source = to_source(place_);
  return {code, "template: " + location(*tree_, position_of(place_)) + ": executing " +
                    base::go_quote(tree_->name) + " at <" + source + ">: " + std::string(reason)};
}

Status Execution::charge(uint64_t steps) {
  steps_ += steps;
  if (steps_ > options_.max_steps) {
    return error("more than " + std::to_string(options_.max_steps) + " steps", Code::kLimit);
  }
  if (options_.deadline_steady_ns == 0 || steps_ < next_clock_check_) return {};
  next_clock_check_ = steps_ + kStepsBetweenClockChecks;
  if (options_.clock == nullptr || options_.clock->steady_ns() < options_.deadline_steady_ns)
    return {};
  return error("the deadline for executing it has passed", Code::kTimeout);
}

// A loop over a growing text must end, too.
Status Execution::charge(std::span<const Value> args) {
  uint64_t bytes = 0;
  for (const Value& arg : args) bytes += arg.bytes();
  if (bytes > options_.max_output_bytes) {
    return error("arguments of more than " + std::to_string(options_.max_output_bytes) + " bytes",
                 Code::kLimit);
  }
  return charge(1 + bytes / kBytesPerStep);
}

Status Execution::charge_result(const Value& result) {
  return charge(result.bytes() / kBytesPerStep);
}

Execution::Variable* Execution::find_variable(std::string_view name) {
  for (size_t i = variables_.size(); i > first_variable_; --i) {
    if (variables_[i - 1].name == name) return &variables_[i - 1];
  }
  return nullptr;
}

void Execution::set_from_top(size_t distance, const Value& value) {
  variables_[variables_.size() - distance].value = value;
}

Result<Execution::Flow> Execution::walk(const Statements& statements, const Value& dot) {
  if (++levels_ > kMaxLevels) {
    return error("nested more than " + std::to_string(kMaxLevels) + " levels deep", Code::kLimit);
  }
  Flow flow = Flow::kNext;
  for (const Statement& statement : statements) {
    ASSIGN_OR_RETURN(flow, walk(statement, dot));
    if (flow != Flow::kNext) break;
  }
  --levels_;
  return flow;
}

Result<Execution::Flow> Execution::walk(const Statement& statement, const Value& dot) {
  place_ = &statement;
  RETURN_IF_ERROR(charge(1));
  switch (statement.kind) {
    case StatementKind::kText:
      RETURN_IF_ERROR(print_text(statement.text));
      return Flow::kNext;
    case StatementKind::kAction: {
      ASSIGN_OR_RETURN(const Value value, evaluate(*statement.pipeline, dot));
      place_ = &statement;
      if (statement.pipeline->variables.empty()) RETURN_IF_ERROR(print(value));
      return Flow::kNext;
    }
    case StatementKind::kIf:
    case StatementKind::kWith:
      return branch(statement, dot);
    case StatementKind::kRange:
      return range(statement, dot);
    case StatementKind::kTemplate:
      RETURN_IF_ERROR(call_template(statement, dot));
      return Flow::kNext;
    case StatementKind::kBreak:
      return Flow::kBreak;
    case StatementKind::kContinue:
      return Flow::kContinue;
  }
  return Flow::kNext;
}

Result<Execution::Flow> Execution::branch(const Statement& statement, const Value& dot) {
  const size_t mark = variables_.size();
  ASSIGN_OR_RETURN(const Value value, evaluate(*statement.pipeline, dot));
  const bool rebinds = statement.kind == StatementKind::kWith;
  auto flow =
      value.truth() ? walk(statement.body, rebinds ? value : dot) : walk(statement.otherwise, dot);
  variables_.resize(mark);
  return flow;
}

Result<Execution::Flow> Execution::range(const Statement& statement, const Value& dot) {
  const size_t mark = variables_.size();
  ASSIGN_OR_RETURN(const Value items, evaluate(*statement.pipeline, dot));
  size_t count = 0;
  if (const Map* map = items.as_map()) {
    count = map->size();
  } else if (const List* list = items.as_list()) {
    count = list->size();
  } else if (const Int* integer = items.get<Int>()) {
    count = integer->value > 0 ? static_cast<size_t>(integer->value) : 0;
    if (statement.pipeline->variables.size() > 1) {
      return error("can't use " + to_printed(items) + " to iterate over more than one variable");
    }
  } else if (!items.is_nil()) {
    return error("range can't iterate over " + to_printed(items));
  }
  auto flow = iterate(statement, dot, items, count);
  variables_.resize(mark);
  return flow;
}

Result<Execution::Flow> Execution::iterate(const Statement& statement, const Value& dot,
                                           const Value& items, size_t count) {
  if (count == 0) return walk(statement.otherwise, dot);
  const Map* map = items.as_map();
  const List* list = items.as_list();
  for (size_t i = 0; i < count; ++i) {
    place_ = &statement;
    RETURN_IF_ERROR(charge(1));
    Value index = Value::integer(static_cast<int64_t>(i));
    Value item = index;
    if (map != nullptr) {
      auto [key, value] = map->entry(i);
      index = Value::string(std::string(key));
      item = std::move(value);
    } else if (list != nullptr) {
      item = (*list)[i];
    }
    ASSIGN_OR_RETURN(const Flow flow, iteration(statement, index, item));
    if (flow == Flow::kBreak) break;
  }
  return Flow::kNext;
}

// The variables were declared by the range's own pipeline; each round sets them anew.
Result<Execution::Flow> Execution::iteration(const Statement& statement, const Value& index,
                                             const Value& item) {
  const size_t mark = variables_.size();
  const Pipeline& pipeline = *statement.pipeline;
  const bool two = pipeline.variables.size() > 1;
  if (pipeline.assigns) {
    for (size_t i = 0; i < pipeline.variables.size(); ++i) {
      Variable* variable = find_variable(pipeline.variables[i]);
      if (variable == nullptr) return error("undefined variable: " + pipeline.variables[i]);
      variable->value = two && i == 0 ? index : item;
    }
  } else if (!pipeline.variables.empty()) {
    set_from_top(1, item);
    if (two) set_from_top(2, index);
  }
  auto flow = walk(statement.body, item);
  variables_.resize(mark);
  return flow;
}

Status Execution::call_template(const Statement& statement, const Value& dot) {
  const auto it = trees_.find(statement.text);
  if (it == trees_.end()) {
    return error("template " + base::go_quote(statement.text) + " not defined");
  }
  if (depth_ >= options_.max_depth) {
    return error("exceeded maximum template depth (" + std::to_string(options_.max_depth) + ")",
                 Code::kLimit);
  }
  Value data;
  if (statement.pipeline != nullptr) {
    ASSIGN_OR_RETURN(data, evaluate(*statement.pipeline, dot));
  }
  const Tree* outer_tree = std::exchange(tree_, it->second.get());
  const size_t outer_first = std::exchange(first_variable_, variables_.size());
  variables_.push_back({"$", data});
  ++depth_;
  Status status;
  if (auto flow = walk(tree_->body, data); !flow) status = std::move(flow).error();
  --depth_;
  variables_.resize(first_variable_);
  first_variable_ = outer_first;
  tree_ = outer_tree;
  return status;
}

Status Execution::print_text(std::string_view text) {
  if (out_.size() + text.size() > out_limit_) {
    return error("more than " + std::to_string(options_.max_output_bytes) + " bytes of output",
                 Code::kLimit);
  }
  if (!html_) {
    out_ += text;
    return {};
  }
  if (Status status = html_->literal(text); !status) return error(status.error().message);
  return {};
}

Status Execution::print(const Value& value) {
  if (html_) {
    if (Status status = html_->value(value); !status) return error(status.error().message);
  } else if (value.is_nil()) {
    out_ += "<no value>";
  } else {
    append_printed(out_, value);
  }
  if (out_.size() <= out_limit_) return {};
  out_.resize(out_limit_);
  return error("more than " + std::to_string(options_.max_output_bytes) + " bytes of output",
               Code::kLimit);
}

}  // namespace tocsin::tmpl
