#include "engine/template/parser.h"

#include <algorithm>
#include <array>
#include <optional>
#include <tuple>
#include <utility>

#include "engine/base/labels.h"
#include "engine/template/lexer.h"
#include "engine/template/literal.h"

namespace tocsin::tmpl {
namespace {

using base::Code;
using base::Error;
using base::Result;
using base::Status;

enum class Ending : uint8_t { kEnd, kElse };

std::string_view to_source(Ending ending) {
  return ending == Ending::kEnd ? "{{end}}" : "{{else}}";
}

// Up to three tokens of look-ahead, as in Go: error texts carry the line of the newest token read.
class TokenReader {
 public:
  explicit TokenReader(std::vector<Token> tokens) : tokens_(std::move(tokens)) {}

  const Token& next() {
    const Token& token = tokens_[next_];
    newest_ = std::max(newest_, next_);
    if (next_ + 1 < tokens_.size()) ++next_;
    return token;
  }
  const Token& peek() {
    newest_ = std::max(newest_, next_);
    return tokens_[next_];
  }
  const Token& next_nonspace() {
    skip_spaces();
    return next();
  }
  const Token& peek_nonspace() {
    skip_spaces();
    return peek();
  }
  size_t mark() const { return next_; }
  void reset(size_t mark) { next_ = mark; }
  const Token& newest() const { return tokens_[newest_]; }

 private:
  void skip_spaces() {
    while (peek().type == TokenType::kSpace) next();
  }
  std::vector<Token> tokens_;
  size_t next_ = 0;
  size_t newest_ = 0;
};

class Parser {
 public:
  Parser(std::string_view name, std::string_view text, const FunctionTable& functions)
      : name_(name),
        source_(std::make_shared<const std::string>(text)),
        functions_(functions),
        tokens_(tokenize(text)) {}

  Result<std::vector<std::shared_ptr<const Tree>>> run() {
    Tree root = new_tree(name_);
    while (tokens_.peek().type != TokenType::kEof) {
      ASSIGN_OR_RETURN(const bool defined, definition());
      if (defined) continue;
      std::optional<Ending> ending;
      RETURN_IF_ERROR(text_or_action(root.body, ending));
      if (ending) return error("unexpected " + std::string(to_source(*ending)));
    }
    RETURN_IF_ERROR(add(std::move(root)));
    return std::move(trees_);
  }

 private:
  Error error(const std::string& message) const {
    const Token& token = tokens_.newest();
    return {Code::kInvalid,
            "template: " + name_ + ":" + std::to_string(token.line) + ": " + message,
            base::Position{"", token.line, column(token)}};
  }

  uint32_t column(const Token& token) const {
    const size_t newline = std::string_view(*source_).substr(0, token.position).rfind('\n');
    const size_t line_start = newline == std::string_view::npos ? 0 : newline + 1;
    return static_cast<uint32_t>(token.position - line_start) + 1;
  }

  Error unexpected(const Token& token, std::string_view context) const {
    if (token.type != TokenType::kError) {
      return error("unexpected " + describe(token) + " in " + std::string(context));
    }
    std::string extra;
    if (action_line_ != 0 && action_line_ != token.line) {
      extra = " started at " + name_ + ":" + std::to_string(action_line_);
      if (!token.value.ends_with(" action")) extra = " in action" + extra;
    }
    return error(token.value + extra);
  }

  Result<Token> expect(TokenType type, std::string_view context) {
    const Token& token = tokens_.next_nonspace();
    if (token.type != type) return unexpected(token, context);
    return token;
  }

  Status enter() {
    if (++nesting_ <= kMaxTemplateNesting) return {};
    Error deep = error("nested more than " + std::to_string(kMaxTemplateNesting) + " levels deep");
    deep.code = Code::kLimit;
    return deep;
  }

  Tree new_tree(std::string_view tree_name) const {
    return {std::string(tree_name), name_, source_, {}};
  }

  // Two definitions of one name in one text are a mistake, unless one of them is empty.
  Status add(Tree tree) {
    for (auto& existing : trees_) {
      if (existing->name != tree.name) continue;
      if (existing->empty()) {
        existing = std::make_shared<const Tree>(std::move(tree));
      } else if (!tree.empty()) {
        return error("template: multiple definition of template " + base::go_quote(tree.name));
      }
      return {};
    }
    trees_.push_back(std::make_shared<const Tree>(std::move(tree)));
    return {};
  }

  // {{define "x"}}…{{end}} at the top of a text.
  Result<bool> definition() {
    const size_t start = tokens_.mark();
    if (tokens_.next().type != TokenType::kLeftDelimiter ||
        tokens_.next_nonspace().type != TokenType::kDefine) {
      tokens_.reset(start);
      return false;
    }
    constexpr std::string_view kContext = "define clause";
    ASSIGN_OR_RETURN(const auto name, template_name(kContext));
    RETURN_IF_ERROR(expect(TokenType::kRightDelimiter, kContext));
    RETURN_IF_ERROR(named_body(name.second, kContext));
    return true;
  }

  // Statements up to {{end}}, as a template of their own with variables of its own.
  Status named_body(const std::string& name, std::string_view context) {
    std::vector<std::string> outer_variables = std::exchange(variables_, {"$"});
    const int outer_ranges = std::exchange(ranges_, 0);
    Tree tree = new_tree(name);
    ASSIGN_OR_RETURN(const Ending ending, statements(tree.body));
    if (ending != Ending::kEnd) {
      return error("unexpected " + std::string(to_source(ending)) + " in " + std::string(context));
    }
    variables_ = std::move(outer_variables);
    ranges_ = outer_ranges;
    return add(std::move(tree));
  }

  // Position and text of the quoted name that comes next.
  Result<std::pair<uint32_t, std::string>> template_name(std::string_view context) {
    const Token& token = tokens_.next_nonspace();
    if (token.type != TokenType::kString && token.type != TokenType::kRawString) {
      return unexpected(token, context);
    }
    auto name = unquote(token.value);
    if (!name) return error(name.error().message);
    return std::pair(token.position, *std::move(name));
  }

  // Statements up to {{end}} or {{else}}.
  Result<Ending> statements(Statements& out) {
    RETURN_IF_ERROR(enter());
    while (tokens_.peek_nonspace().type != TokenType::kEof) {
      std::optional<Ending> ending;
      RETURN_IF_ERROR(text_or_action(out, ending));
      if (!ending) continue;
      --nesting_;
      return *ending;
    }
    return error("unexpected EOF");
  }

  Status text_or_action(Statements& out, std::optional<Ending>& ending) {
    const Token& token = tokens_.next_nonspace();
    if (token.type == TokenType::kText) {
      Statement text;
      text.position = token.position;
      text.text = token.value;
      out.push_back(std::move(text));
      return {};
    }
    if (token.type != TokenType::kLeftDelimiter) return unexpected(token, "input");
    action_line_ = token.line;
    Status status = action(out, ending);
    action_line_ = 0;
    return status;
  }

  Status action(Statements& out, std::optional<Ending>& ending) {
    const size_t start = tokens_.mark();
    const Token& token = tokens_.next_nonspace();
    const uint32_t position = token.position;
    switch (token.type) {
      case TokenType::kBlock:
        return block(out);
      case TokenType::kBreak:
        return jump(out, StatementKind::kBreak, position);
      case TokenType::kContinue:
        return jump(out, StatementKind::kContinue, position);
      case TokenType::kElse:
        ending = Ending::kElse;
        return end_of_else();
      case TokenType::kEnd:
        ending = Ending::kEnd;
        RETURN_IF_ERROR(expect(TokenType::kRightDelimiter, "end"));
        return {};
      case TokenType::kIf:
        return control(out, StatementKind::kIf, "if");
      case TokenType::kRange:
        return control(out, StatementKind::kRange, "range");
      case TokenType::kTemplate:
        return call(out);
      case TokenType::kWith:
        return control(out, StatementKind::kWith, "with");
      case TokenType::kError:
      case TokenType::kBool:
      case TokenType::kChar:
      case TokenType::kCharConstant:
      case TokenType::kAssign:
      case TokenType::kDeclare:
      case TokenType::kEof:
      case TokenType::kField:
      case TokenType::kIdentifier:
      case TokenType::kLeftDelimiter:
      case TokenType::kLeftParen:
      case TokenType::kNumber:
      case TokenType::kPipe:
      case TokenType::kRawString:
      case TokenType::kRightDelimiter:
      case TokenType::kRightParen:
      case TokenType::kSpace:
      case TokenType::kString:
      case TokenType::kText:
      case TokenType::kVariable:
      case TokenType::kDot:
      case TokenType::kDefine:
      case TokenType::kNil:
        break;
    }
    tokens_.reset(start);
    Statement statement;
    statement.kind = StatementKind::kAction;
    ASSIGN_OR_RETURN(statement.pipeline, pipeline("command", TokenType::kRightDelimiter));
    statement.position = statement.pipeline->position;
    out.push_back(std::move(statement));
    return {};
  }

  // "{{else if" and "{{else with" leave their keyword to the caller.
  Status end_of_else() {
    const TokenType next = tokens_.peek_nonspace().type;
    if (next == TokenType::kIf || next == TokenType::kWith) return {};
    RETURN_IF_ERROR(expect(TokenType::kRightDelimiter, "else"));
    return {};
  }

  Status jump(Statements& out, StatementKind kind, uint32_t position) {
    const std::string name = kind == StatementKind::kBreak ? "{{break}}" : "{{continue}}";
    RETURN_IF_ERROR(expect(TokenType::kRightDelimiter, name));
    if (ranges_ == 0) return error(name + " outside {{range}}");
    Statement statement;
    statement.kind = kind;
    statement.position = position;
    out.push_back(std::move(statement));
    return {};
  }

  Status block(Statements& out) {
    constexpr std::string_view kContext = "block clause";
    Statement statement;
    statement.kind = StatementKind::kTemplate;
    ASSIGN_OR_RETURN(std::tie(statement.position, statement.text), template_name(kContext));
    ASSIGN_OR_RETURN(statement.pipeline, pipeline(kContext, TokenType::kRightDelimiter));
    RETURN_IF_ERROR(named_body(statement.text, kContext));
    out.push_back(std::move(statement));
    return {};
  }

  Status call(Statements& out) {
    constexpr std::string_view kContext = "template clause";
    Statement statement;
    statement.kind = StatementKind::kTemplate;
    ASSIGN_OR_RETURN(std::tie(statement.position, statement.text), template_name(kContext));
    const size_t start = tokens_.mark();
    if (tokens_.next_nonspace().type != TokenType::kRightDelimiter) {
      tokens_.reset(start);
      ASSIGN_OR_RETURN(statement.pipeline, pipeline(kContext, TokenType::kRightDelimiter));
    }
    out.push_back(std::move(statement));
    return {};
  }

  Status control(Statements& out, StatementKind kind, std::string_view context) {
    RETURN_IF_ERROR(enter());
    const size_t outer_variables = variables_.size();
    Statement statement;
    statement.kind = kind;
    ASSIGN_OR_RETURN(statement.pipeline, pipeline(context, TokenType::kRightDelimiter));
    statement.position = statement.pipeline->position;
    if (kind == StatementKind::kRange) ++ranges_;
    ASSIGN_OR_RETURN(const Ending ending, statements(statement.body));
    if (kind == StatementKind::kRange) --ranges_;
    if (ending == Ending::kElse) RETURN_IF_ERROR(otherwise(statement));
    variables_.resize(outer_variables);
    --nesting_;
    out.push_back(std::move(statement));
    return {};
  }

  Status otherwise(Statement& statement) {
    const TokenType next = tokens_.peek().type;
    if (statement.kind == StatementKind::kIf && next == TokenType::kIf) {
      tokens_.next();
      return control(statement.otherwise, StatementKind::kIf, "if");
    }
    if (statement.kind == StatementKind::kWith && next == TokenType::kWith) {
      tokens_.next();
      return control(statement.otherwise, StatementKind::kWith, "with");
    }
    ASSIGN_OR_RETURN(const Ending ending, statements(statement.otherwise));
    if (ending != Ending::kEnd) return error("expected end; found {{else}}");
    return {};
  }

  // "$x :=", "$x =" and, for range, "$i, $x :=" in front of a pipeline.
  Status declarations(Pipeline& out, std::string_view context) {
    while (tokens_.peek_nonspace().type == TokenType::kVariable) {
      const size_t start = tokens_.mark();
      const std::string name = tokens_.next().value;
      const Token next = tokens_.peek_nonspace();
      const bool last = next.type == TokenType::kAssign || next.type == TokenType::kDeclare;
      if (!last && !(next.type == TokenType::kChar && next.value == ",")) {
        tokens_.reset(start);
        return {};
      }
      tokens_.next();
      out.variables.push_back(name);
      variables_.push_back(name);
      if (last) {
        out.assigns = next.type == TokenType::kAssign;
        return {};
      }
      if (context != "range" || out.variables.size() >= 2) {
        return error("too many declarations in " + std::string(context));
      }
      const TokenType after = tokens_.peek_nonspace().type;
      if (after != TokenType::kVariable && after != TokenType::kRightDelimiter &&
          after != TokenType::kRightParen) {
        return error("range can only initialize variables");
      }
    }
    return {};
  }

  Result<std::unique_ptr<Pipeline>> pipeline(std::string_view context, TokenType end) {
    auto out = std::make_unique<Pipeline>();
    out->position = tokens_.peek_nonspace().position;
    RETURN_IF_ERROR(enter());
    RETURN_IF_ERROR(declarations(*out, context));
    while (true) {
      const size_t start = tokens_.mark();
      const Token& token = tokens_.next_nonspace();
      if (token.type == end) break;
      if (!starts_operand(token.type)) return unexpected(token, context);
      tokens_.reset(start);
      RETURN_IF_ERROR(command(out->commands));
    }
    RETURN_IF_ERROR(check(*out, context));
    --nesting_;
    return out;
  }

  static bool starts_operand(TokenType type) {
    constexpr std::array kStarts = {
        TokenType::kBool,     TokenType::kCharConstant, TokenType::kDot,
        TokenType::kField,    TokenType::kIdentifier,   TokenType::kNumber,
        TokenType::kNil,      TokenType::kRawString,    TokenType::kString,
        TokenType::kVariable, TokenType::kLeftParen};
    return std::find(kStarts.begin(), kStarts.end(), type) != kStarts.end();
  }

  // Only the first command may be a mere value.
  Status check(const Pipeline& pipeline, std::string_view context) const {
    if (pipeline.commands.empty()) return error("missing value for " + std::string(context));
    for (size_t i = 1; i < pipeline.commands.size(); ++i) {
      const OperandKind kind = pipeline.commands[i].words[0].kind;
      if (kind == OperandKind::kBool || kind == OperandKind::kDot || kind == OperandKind::kNil ||
          kind == OperandKind::kNumber || kind == OperandKind::kString) {
        return error("non executable command in pipeline stage " + std::to_string(i + 1));
      }
    }
    return {};
  }

  Status command(std::vector<Command>& out) {
    Command command;
    command.position = tokens_.peek_nonspace().position;
    while (true) {
      tokens_.peek_nonspace();
      Operand word;
      ASSIGN_OR_RETURN(const bool found, operand(word));
      if (found) command.words.push_back(std::move(word));
      const size_t start = tokens_.mark();
      const Token& token = tokens_.next();
      if (token.type == TokenType::kSpace) continue;
      if (token.type == TokenType::kPipe) break;
      if (token.type != TokenType::kRightDelimiter && token.type != TokenType::kRightParen) {
        return unexpected(token, "operand");
      }
      tokens_.reset(start);
      break;
    }
    if (command.words.empty()) return error("empty command");
    out.push_back(std::move(command));
    return {};
  }

  // A term and the fields chained to it; false when none starts here.
  Result<bool> operand(Operand& out) {
    ASSIGN_OR_RETURN(const bool found, term(out));
    if (!found || tokens_.peek().type != TokenType::kField) return found;
    const uint32_t position = tokens_.peek().position;
    std::vector<std::string> fields;
    while (tokens_.peek().type == TokenType::kField)
      fields.push_back(tokens_.next().value.substr(1));
    switch (out.kind) {
      case OperandKind::kField:
      case OperandKind::kVariable:
        out.position = position;
        out.names.insert(out.names.end(), fields.begin(), fields.end());
        return true;
      case OperandKind::kBool:
      case OperandKind::kString:
      case OperandKind::kNumber:
      case OperandKind::kNil:
      case OperandKind::kDot:
        return error("unexpected . after term " + base::go_quote(to_source_of(out)));
      case OperandKind::kIdentifier:
      case OperandKind::kPipeline:
      case OperandKind::kChain:
        break;
    }
    Operand chain;
    chain.kind = OperandKind::kChain;
    chain.position = position;
    chain.names = std::move(fields);
    chain.inner = std::make_unique<Operand>(std::move(out));
    out = std::move(chain);
    return true;
  }

  static std::string to_source_of(const Operand& operand) { return tmpl::to_source(operand); }

  Result<bool> term(Operand& out) {
    const size_t start = tokens_.mark();
    const Token token = tokens_.next_nonspace();
    out.position = token.position;
    out.text = token.value;
    switch (token.type) {
      case TokenType::kIdentifier:
        return identifier(out);
      case TokenType::kDot:
        out.kind = OperandKind::kDot;
        return true;
      case TokenType::kNil:
        out.kind = OperandKind::kNil;
        return true;
      case TokenType::kVariable:
        return variable(out);
      case TokenType::kField:
        out.kind = OperandKind::kField;
        out.names = {token.value.substr(1)};
        return true;
      case TokenType::kBool:
        out.kind = OperandKind::kBool;
        out.constant = Value::boolean(token.value == "true");
        return true;
      case TokenType::kCharConstant:
      case TokenType::kNumber:
        return constant(out, OperandKind::kNumber, parse_number(token.value));
      case TokenType::kString:
      case TokenType::kRawString: {
        auto text = unquote(token.value);
        if (!text) return error(text.error().message);
        return constant(out, OperandKind::kString, Value::string(*std::move(text)));
      }
      case TokenType::kLeftParen: {
        out.kind = OperandKind::kPipeline;
        ASSIGN_OR_RETURN(out.pipeline, pipeline("parenthesized pipeline", TokenType::kRightParen));
        out.position = out.pipeline->position;
        return true;
      }
      case TokenType::kError:
      case TokenType::kChar:
      case TokenType::kAssign:
      case TokenType::kDeclare:
      case TokenType::kEof:
      case TokenType::kLeftDelimiter:
      case TokenType::kPipe:
      case TokenType::kRightDelimiter:
      case TokenType::kRightParen:
      case TokenType::kSpace:
      case TokenType::kText:
      case TokenType::kBlock:
      case TokenType::kBreak:
      case TokenType::kContinue:
      case TokenType::kDefine:
      case TokenType::kElse:
      case TokenType::kEnd:
      case TokenType::kIf:
      case TokenType::kRange:
      case TokenType::kTemplate:
      case TokenType::kWith:
        break;
    }
    tokens_.reset(start);
    return false;
  }

  Result<bool> identifier(Operand& out) const {
    out.kind = OperandKind::kIdentifier;
    out.names = {out.text};
    out.function = functions_.find(out.text);
    if (out.function == nullptr) {
      return error("function " + base::go_quote(out.text) + " not defined");
    }
    return true;
  }

  Result<bool> variable(Operand& out) const {
    out.kind = OperandKind::kVariable;
    out.names = {out.text};
    if (std::find(variables_.begin(), variables_.end(), out.text) == variables_.end()) {
      return error("undefined variable " + base::go_quote(out.text));
    }
    return true;
  }

  Result<bool> constant(Operand& out, OperandKind kind, Result<Value> value) const {
    if (!value) return Error{value.error().code, error(value.error().message).message};
    out.kind = kind;
    out.constant = *std::move(value);
    return true;
  }

  std::string name_;
  std::shared_ptr<const std::string> source_;
  const FunctionTable& functions_;
  TokenReader tokens_;
  std::vector<std::shared_ptr<const Tree>> trees_;
  std::vector<std::string> variables_ = {"$"};
  int ranges_ = 0;
  int nesting_ = 0;
  uint32_t action_line_ = 0;
};

}  // namespace

Result<std::vector<std::shared_ptr<const Tree>>> parse_trees(std::string_view name,
                                                             std::string_view text,
                                                             const FunctionTable& functions) {
  if (text.size() > kMaxTemplateBytes) {
    return Error{Code::kLimit, "template: " + std::string(name) + ": longer than " +
                                   std::to_string(kMaxTemplateBytes) + " bytes"};
  }
  return Parser(name, text, functions).run();
}

}  // namespace tocsin::tmpl
