// The parser's state and productions. For the parser_*.cc files alone; the door is parser.h.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "promql/syntax/lexer.h"
#include "promql/syntax/parser.h"

namespace tocsin::promql {

/// Recursive descent with precedence climbing. The first token that fits nowhere ends the parse;
/// other faults are noted and the parse goes on. Tokens are read only when a decision
/// needs them, so that faults come in the order of upstream's LALR parser.
///
/// A production that fails returns null or false. Whoever encloses it and has a word for the
/// place says so with unexpected(); the first to speak wins.
class Parser {
 public:
  Parser(std::string_view text, const Features& features, const ParseLimits& limits)
      : lexer_(text), features_(features), limits_(limits) {}

  /// A whole query; null when there is a syntax error. Not type-checked.
  ExprPtr parse_query();
  /// A selector and nothing else; null on error.
  std::unique_ptr<VectorSelector> parse_lone_selector();
  /// A metric and nothing else.
  std::optional<base::Labels> parse_lone_metric();

  std::vector<ParseIssue>& issues() { return issues_; }

 private:
  // parser_expr.cc
  ExprPtr parse_binary(int precedence_min);
  ExprPtr parse_operand();
  ExprPtr parse_prefix();
  ExprPtr parse_unary();
  ExprPtr parse_paren();
  ExprPtr parse_number_literal();
  ExprPtr parse_string_literal();
  ExprPtr parse_word();

  // parser_call.cc
  ExprPtr parse_call(const Token& name);
  ExprPtr parse_aggregate(const Token& op);
  bool parse_arguments(std::vector<ExprPtr>& args);
  bool parse_more_arguments(std::vector<ExprPtr>& args);
  bool parse_aggregate_modifier(AggregateExpr& node);
  void take_aggregate_arguments(AggregateExpr& node, std::vector<ExprPtr> args);

  // parser_matching.cc
  bool parse_matching(BinaryExpr& node);
  bool parse_on_or_ignoring(VectorMatching& matching);
  bool parse_fill(VectorMatching& matching);
  std::optional<double> parse_fill_value();
  bool parse_label_list(std::vector<std::string>& labels);
  bool parse_grouping_label(std::vector<std::string>& labels);

  // parser_selector.cc
  ExprPtr parse_selector(const Token* name);
  std::unique_ptr<VectorSelector> make_selector(const Token* name);
  bool parse_matchers(VectorSelector& selector);
  bool parse_matcher(base::Matchers& matchers);
  bool parse_match_value(const Token& first, const std::string& name, base::Matchers& matchers);
  bool parse_label_set(base::LabelsBuilder& labels);
  bool parse_label_assignment(base::LabelsBuilder& labels);

  // parser_postfix.cc
  ExprPtr parse_postfix(ExprPtr expr);
  ExprPtr parse_brackets(ExprPtr expr);
  ExprPtr make_matrix(ExprPtr expr, const Token& open, const Token& close);
  ExprPtr parse_subquery_step(std::unique_ptr<Subquery> node);
  ExprPtr parse_offset(ExprPtr expr);
  ExprPtr parse_at(ExprPtr expr);
  void set_offset(Expr& expr, DurationExprPtr offset, uint32_t end);
  void set_at(Expr& expr, AtKind kind, double seconds, uint32_t end);
  void set_range_mode(Expr& expr, RangeMode mode, std::string_view word);

  // parser_durations.cc
  DurationExprPtr parse_duration_binary(int precedence_min);
  DurationExprPtr parse_duration_rest(DurationExprPtr lhs, int precedence_min);
  DurationExprPtr parse_duration_operand();
  DurationExprPtr parse_duration_literal();
  DurationExprPtr parse_duration_unary();
  DurationExprPtr parse_duration_paren();
  DurationExprPtr parse_duration_word();
  DurationExprPtr parse_offset_duration();
  DurationExprPtr parse_signed_offset();
  DurationExprPtr combine(const Token& op, DurationExprPtr lhs, DurationExprPtr rhs);
  DurationExprPtr negate_next(const Token& sign);
  DurationExprPtr negate(const Token& op, DurationExprPtr operand);
  DurationExprPtr check_positive(DurationExprPtr duration);

  // parser.cc
  const Token& peek();
  Token take();
  bool accept(TokenKind kind);
  bool expect_end();
  void issue(base::PosRange pos, std::string message);
  /// Marks the token at hand as one that fits nowhere. Returns false.
  bool fail();
  /// Says where that was; ignored when somebody has said it already. Returns false.
  bool unexpected(std::string_view context, std::string_view expected);
  /// The value of a kNumber or kDuration token, in seconds; 0 after an issue.
  double number_value(const Token& token);

  /// Guards one level of recursion; false when the limit is reached.
  class Level;
  /// Notes that a node was put on top of a tree of this height; false when that is too high.
  bool grow(uint32_t height);

  Lexer lexer_;
  const Features features_;
  const ParseLimits limits_;
  Token token_;
  bool has_token_ = false;
  bool failed_ = false;
  bool unexplained_ = false;   ///< fail() was called and nobody has said where.
  uint32_t last_closing_ = 0;  ///< End of the last token read that may end an expression.
  uint32_t last_taken_end_ = 0;
  uint32_t depth_ = 0;
  uint32_t height_ = 0;  ///< Of the tree last returned by an expression or duration production.
  std::vector<ParseIssue> issues_;
};

class Parser::Level {
 public:
  explicit Level(Parser& parser) : parser_(parser) { ++parser_.depth_; }
  ~Level() { --parser_.depth_; }
  Level(const Level&) = delete;
  Level& operator=(const Level&) = delete;
  /// False, after an issue, when the nesting is too deep.
  bool ok();

 private:
  Parser& parser_;
};

}  // namespace tocsin::promql
