#include "engine/template/parser.h"

#include <optional>
#include <tuple>
#include <utility>

#include "engine/base/labels.h"
#include "engine/template/literal.h"
#include "engine/template/pipeline_parser.h"
#include "engine/template/token_reader.h"

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

class Parser {
 public:
  Parser(std::string_view name, std::string_view text, const FunctionTable& functions)
      : name_(name),
        source_(std::make_shared<const std::string>(text)),
        tokens_(name, source_),
        pipelines_(tokens_, functions) {}

  Result<std::vector<std::shared_ptr<const Tree>>> run() {
    Tree root = new_tree(name_);
    while (tokens_.peek().type != TokenType::kEof) {
      ASSIGN_OR_RETURN(const bool defined, definition());
      if (defined) continue;
      std::optional<Ending> ending;
      RETURN_IF_ERROR(text_or_action(root.body, ending));
      if (ending) return tokens_.error("unexpected " + std::string(to_source(*ending)));
    }
    RETURN_IF_ERROR(add(std::move(root)));
    return std::move(trees_);
  }

 private:
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
        return tokens_.error("template: multiple definition of template " +
                             base::go_quote(tree.name));
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
    RETURN_IF_ERROR(tokens_.expect(TokenType::kRightDelimiter, kContext));
    RETURN_IF_ERROR(named_body(name.second, kContext));
    return true;
  }

  // Statements up to {{end}}, as a template of their own with variables of its own.
  Status named_body(const std::string& name, std::string_view context) {
    std::vector<std::string> outer_variables = std::exchange(pipelines_.variables(), {"$"});
    const int outer_ranges = std::exchange(ranges_, 0);
    Tree tree = new_tree(name);
    ASSIGN_OR_RETURN(const Ending ending, statements(tree.body));
    if (ending != Ending::kEnd) {
      return tokens_.error("unexpected " + std::string(to_source(ending)) + " in " +
                           std::string(context));
    }
    pipelines_.variables() = std::move(outer_variables);
    ranges_ = outer_ranges;
    return add(std::move(tree));
  }

  // Position and text of the quoted name that comes next.
  Result<std::pair<uint32_t, std::string>> template_name(std::string_view context) {
    const Token& token = tokens_.next_nonspace();
    if (token.type != TokenType::kString && token.type != TokenType::kRawString) {
      return tokens_.unexpected(token, context);
    }
    auto name = unquote(token.value);
    if (!name) return tokens_.error(name.error().message);
    return std::pair(token.position, *std::move(name));
  }

  // Statements up to {{end}} or {{else}}.
  Result<Ending> statements(Statements& out) {
    RETURN_IF_ERROR(tokens_.enter());
    while (tokens_.peek_nonspace().type != TokenType::kEof) {
      std::optional<Ending> ending;
      RETURN_IF_ERROR(text_or_action(out, ending));
      if (!ending) continue;
      tokens_.leave();
      return *ending;
    }
    return tokens_.error("unexpected EOF");
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
    if (token.type != TokenType::kLeftDelimiter) return tokens_.unexpected(token, "input");
    tokens_.begin_action(token.line);
    Status status = action(out, ending);
    tokens_.end_action();
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
        RETURN_IF_ERROR(tokens_.expect(TokenType::kRightDelimiter, "end"));
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
    ASSIGN_OR_RETURN(statement.pipeline,
                     pipelines_.pipeline("command", TokenType::kRightDelimiter));
    statement.position = statement.pipeline->position;
    out.push_back(std::move(statement));
    return {};
  }

  // "{{else if" and "{{else with" leave their keyword to the caller.
  Status end_of_else() {
    const TokenType next = tokens_.peek_nonspace().type;
    if (next == TokenType::kIf || next == TokenType::kWith) return {};
    RETURN_IF_ERROR(tokens_.expect(TokenType::kRightDelimiter, "else"));
    return {};
  }

  Status jump(Statements& out, StatementKind kind, uint32_t position) {
    const std::string name = kind == StatementKind::kBreak ? "{{break}}" : "{{continue}}";
    RETURN_IF_ERROR(tokens_.expect(TokenType::kRightDelimiter, name));
    if (ranges_ == 0) return tokens_.error(name + " outside {{range}}");
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
    ASSIGN_OR_RETURN(statement.pipeline, pipelines_.pipeline(kContext, TokenType::kRightDelimiter));
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
      ASSIGN_OR_RETURN(statement.pipeline,
                       pipelines_.pipeline(kContext, TokenType::kRightDelimiter));
    }
    out.push_back(std::move(statement));
    return {};
  }

  Status control(Statements& out, StatementKind kind, std::string_view context) {
    RETURN_IF_ERROR(tokens_.enter());
    const size_t outer_variables = pipelines_.variables().size();
    Statement statement;
    statement.kind = kind;
    ASSIGN_OR_RETURN(statement.pipeline, pipelines_.pipeline(context, TokenType::kRightDelimiter));
    statement.position = statement.pipeline->position;
    if (kind == StatementKind::kRange) ++ranges_;
    ASSIGN_OR_RETURN(const Ending ending, statements(statement.body));
    if (kind == StatementKind::kRange) --ranges_;
    if (ending == Ending::kElse) RETURN_IF_ERROR(otherwise(statement));
    pipelines_.variables().resize(outer_variables);
    tokens_.leave();
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
    if (ending != Ending::kEnd) return tokens_.error("expected end; found {{else}}");
    return {};
  }

  std::string name_;
  std::shared_ptr<const std::string> source_;
  TokenReader tokens_;
  PipelineParser pipelines_;
  std::vector<std::shared_ptr<const Tree>> trees_;
  int ranges_ = 0;
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
