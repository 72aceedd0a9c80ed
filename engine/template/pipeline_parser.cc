#include "engine/template/pipeline_parser.h"

#include <algorithm>
#include <array>
#include <utility>

#include "engine/base/labels.h"
#include "engine/template/literal.h"

namespace tocsin::tmpl {
namespace {

bool starts_operand(TokenType type) {
  constexpr std::array kStarts = {
      TokenType::kBool,       TokenType::kCharConstant, TokenType::kDot,      TokenType::kField,
      TokenType::kIdentifier, TokenType::kNumber,       TokenType::kNil,      TokenType::kRawString,
      TokenType::kString,     TokenType::kVariable,     TokenType::kLeftParen};
  return std::find(kStarts.begin(), kStarts.end(), type) != kStarts.end();
}

}  // namespace

using base::Error;
using base::Result;
using base::Status;

// "$x :=", "$x =" and, for range, "$i, $x :=" in front of a pipeline.
Status PipelineParser::declarations(Pipeline& out, std::string_view context) {
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
      return tokens_.error("too many declarations in " + std::string(context));
    }
    const TokenType after = tokens_.peek_nonspace().type;
    if (after != TokenType::kVariable && after != TokenType::kRightDelimiter &&
        after != TokenType::kRightParen) {
      return tokens_.error("range can only initialize variables");
    }
  }
  return {};
}

Result<std::unique_ptr<Pipeline>> PipelineParser::pipeline(std::string_view context,
                                                           TokenType end) {
  auto out = std::make_unique<Pipeline>();
  out->position = tokens_.peek_nonspace().position;
  RETURN_IF_ERROR(tokens_.enter());
  RETURN_IF_ERROR(declarations(*out, context));
  while (true) {
    const size_t start = tokens_.mark();
    const Token& token = tokens_.next_nonspace();
    if (token.type == end) break;
    if (!starts_operand(token.type)) return tokens_.unexpected(token, context);
    tokens_.reset(start);
    RETURN_IF_ERROR(command(out->commands));
  }
  RETURN_IF_ERROR(check(*out, context));
  tokens_.leave();
  return out;
}

// Only the first command may be a mere value.
Status PipelineParser::check(const Pipeline& pipeline, std::string_view context) const {
  if (pipeline.commands.empty()) return tokens_.error("missing value for " + std::string(context));
  for (size_t i = 1; i < pipeline.commands.size(); ++i) {
    const OperandKind kind = pipeline.commands[i].words[0].kind;
    if (kind == OperandKind::kBool || kind == OperandKind::kDot || kind == OperandKind::kNil ||
        kind == OperandKind::kNumber || kind == OperandKind::kString) {
      return tokens_.error("non executable command in pipeline stage " + std::to_string(i + 1));
    }
  }
  return {};
}

Status PipelineParser::command(std::vector<Command>& out) {
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
      return tokens_.unexpected(token, "operand");
    }
    tokens_.reset(start);
    break;
  }
  if (command.words.empty()) return tokens_.error("empty command");
  out.push_back(std::move(command));
  return {};
}

// A term and the fields chained to it; false when none starts here.
Result<bool> PipelineParser::operand(Operand& out) {
  ASSIGN_OR_RETURN(const bool found, term(out));
  if (!found || tokens_.peek().type != TokenType::kField) return found;
  const uint32_t position = tokens_.peek().position;
  std::vector<std::string> fields;
  while (tokens_.peek().type == TokenType::kField) fields.push_back(tokens_.next().value.substr(1));
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
      return tokens_.error("unexpected . after term " + base::go_quote(to_source(out)));
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

Result<bool> PipelineParser::term(Operand& out) {
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
      if (!text) return tokens_.error(text.error().message);
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

Result<bool> PipelineParser::identifier(Operand& out) const {
  out.kind = OperandKind::kIdentifier;
  out.names = {out.text};
  out.function = functions_.find(out.text);
  if (out.function == nullptr) {
    return tokens_.error("function " + base::go_quote(out.text) + " not defined");
  }
  return true;
}

Result<bool> PipelineParser::variable(Operand& out) const {
  out.kind = OperandKind::kVariable;
  out.names = {out.text};
  if (std::find(variables_.begin(), variables_.end(), out.text) == variables_.end()) {
    return tokens_.error("undefined variable " + base::go_quote(out.text));
  }
  return true;
}

Result<bool> PipelineParser::constant(Operand& out, OperandKind kind, Result<Value> value) const {
  if (!value) {
    Error wrong = tokens_.error(value.error().message);
    wrong.code = value.error().code;
    return wrong;
  }
  out.kind = kind;
  out.constant = *std::move(value);
  return true;
}

}  // namespace tocsin::tmpl
