// Calls and aggregations.
#include <algorithm>

#include "engine/base/labels.h"
#include "promql/syntax/functions.h"
#include "promql/syntax/parser_impl.h"

namespace tocsin::promql {
namespace {

AggregateOp aggregate_op(TokenKind kind) {
  static_assert(static_cast<int>(TokenKind::kLimitRatio) - static_cast<int>(TokenKind::kSum) ==
                static_cast<int>(AggregateOp::kLimitRatio));
  return static_cast<AggregateOp>(static_cast<int>(kind) - static_cast<int>(TokenKind::kSum));
}

bool takes_parameter(AggregateOp op) { return op >= AggregateOp::kTopk; }

}  // namespace

ExprPtr Parser::parse_call(const Token& name) {
  auto node = std::make_unique<Call>();
  if (!parse_arguments(node->args)) return nullptr;
  node->pos = {name.start, last_taken_end_};
  node->function = find_function(name.text);
  const std::string quoted = base::go_quote(name.text);
  if (node->function == nullptr) {
    issue(name.range(), "unknown function with name " + quoted);
  } else if (node->function->experimental && !features_.experimental_functions) {
    issue(name.range(), "function " + quoted + " is not enabled");
  }
  return node;
}

ExprPtr Parser::parse_aggregate(const Token& op) {
  auto node = std::make_unique<AggregateExpr>();
  node->op = aggregate_op(op.kind);
  std::vector<ExprPtr> args;
  const bool modifier_first = peek().kind != TokenKind::kLeftParen;
  bool parsed = !modifier_first || parse_aggregate_modifier(*node);
  parsed = parsed && parse_arguments(args);
  if (parsed && !modifier_first) {
    const TokenKind following = peek().kind;
    if (following == TokenKind::kBy || following == TokenKind::kWithout) {
      parsed = parse_aggregate_modifier(*node);
    }
  }
  if (!parsed) {
    if (!unexplained_) return nullptr;
    unexpected("aggregation", "");
    // Upstream goes on with an aggregation of nothing; its end is the last closing token it read.
    issue({op.start, std::max(op.start, last_closing_)},
          "no arguments for aggregate expression provided");
    return nullptr;
  }
  node->pos = {op.start, last_taken_end_};
  take_aggregate_arguments(*node, std::move(args));
  return node;
}

bool Parser::parse_aggregate_modifier(AggregateExpr& node) {
  node.without = take().kind == TokenKind::kWithout;
  return parse_label_list(node.grouping);
}

// Leaves the node without operand, after an issue, when they do not fit the operator.
void Parser::take_aggregate_arguments(AggregateExpr& node, std::vector<ExprPtr> args) {
  if (args.empty()) return issue(node.pos, "no arguments for aggregate expression provided");
  const bool has_parameter = takes_parameter(node.op);
  const bool experimental = node.op == AggregateOp::kLimitk || node.op == AggregateOp::kLimitRatio;
  if (experimental && !features_.experimental_functions) {
    return issue(node.pos, std::string(to_string(node.op)) +
                               "() is experimental and must be enabled with "
                               "--enable-feature=promql-experimental-functions");
  }
  const size_t expected = has_parameter ? 2 : 1;
  if (args.size() != expected) {
    return issue(node.pos,
                 "wrong number of arguments for aggregate expression provided, expected " +
                     std::to_string(expected) + ", got " + std::to_string(args.size()));
  }
  node.expr = std::move(args.back());
  if (has_parameter) node.param = std::move(args.front());
}

bool Parser::parse_arguments(std::vector<ExprPtr>& args) {
  if (!accept(TokenKind::kLeftParen)) return fail();
  if (accept(TokenKind::kRightParen)) return true;
  args.push_back(parse_binary(0));
  if (!args.back()) return false;
  const uint32_t height = height_;
  return parse_more_arguments(args) && grow(std::max(height, height_));
}

bool Parser::parse_more_arguments(std::vector<ExprPtr>& args) {
  uint32_t height = 0;
  while (!accept(TokenKind::kRightParen)) {
    if (peek().kind != TokenKind::kComma) return fail();
    const Token comma = take();
    if (!can_start_expression(peek().kind)) {
      issue(comma.range(), "trailing commas not allowed in function call args");
      continue;
    }
    args.push_back(parse_binary(0));
    if (!args.back()) return false;
    height = std::max(height, height_);
  }
  height_ = height;
  return true;
}

}  // namespace tocsin::promql
