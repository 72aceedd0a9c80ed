#include "engine/template/tree.h"

#include "engine/base/labels.h"

namespace tocsin::tmpl {
namespace {

std::string dotted(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) out += "." + name;
  return out;
}

std::string to_source(const Statements& statements) {
  std::string out;
  for (const Statement& statement : statements) out += to_source(statement);
  return out;
}

std::string branch_source(std::string_view keyword, const Statement& statement) {
  std::string out = "{{" + std::string(keyword) + " " + to_source(*statement.pipeline) + "}}" +
                    to_source(statement.body);
  if (!statement.otherwise.empty()) out += "{{else}}" + to_source(statement.otherwise);
  return out + "{{end}}";
}

struct SourceOf {
  std::string operator()(std::monostate) const { return {}; }
  template <class Node>
  std::string operator()(const Node* node) const {
    return to_source(*node);
  }
};

struct PositionOf {
  uint32_t operator()(std::monostate) const { return 0; }
  template <class Node>
  uint32_t operator()(const Node* node) const {
    return node->position;
  }
};

}  // namespace

std::string to_source(const Operand& operand) {
  switch (operand.kind) {
    case OperandKind::kDot:
      return ".";
    case OperandKind::kNil:
      return "nil";
    case OperandKind::kBool:
    case OperandKind::kNumber:
    case OperandKind::kString:
      return operand.text;
    case OperandKind::kField:
      return dotted(operand.names);
    case OperandKind::kVariable:
      return operand.names[0] + dotted({operand.names.begin() + 1, operand.names.end()});
    case OperandKind::kIdentifier:
      return operand.names[0];
    case OperandKind::kChain:
      return to_source(*operand.inner) + dotted(operand.names);
    case OperandKind::kPipeline:
      return "(" + to_source(*operand.pipeline) + ")";
  }
  return {};
}

std::string to_source(const Command& command) {
  std::string out;
  for (const Operand& word : command.words) {
    if (!out.empty()) out += ' ';
    out += to_source(word);
  }
  return out;
}

std::string to_source(const Pipeline& pipeline) {
  std::string out;
  for (const std::string& variable : pipeline.variables) {
    if (!out.empty()) out += ", ";
    out += variable;
  }
  if (!out.empty()) out += pipeline.assigns ? " = " : " := ";
  for (size_t i = 0; i < pipeline.commands.size(); ++i) {
    if (i != 0) out += " | ";
    out += to_source(pipeline.commands[i]);
  }
  return out;
}

std::string to_source(const Statement& statement) {
  switch (statement.kind) {
    case StatementKind::kText:
      return statement.text;
    case StatementKind::kAction:
      return "{{" + to_source(*statement.pipeline) + "}}";
    case StatementKind::kIf:
      return branch_source("if", statement);
    case StatementKind::kWith:
      return branch_source("with", statement);
    case StatementKind::kRange:
      return branch_source("range", statement);
    case StatementKind::kTemplate: {
      std::string out = "{{template " + base::go_quote(statement.text);
      if (statement.pipeline != nullptr) out += " " + to_source(*statement.pipeline);
      return out + "}}";
    }
    case StatementKind::kBreak:
      return "{{break}}";
    case StatementKind::kContinue:
      return "{{continue}}";
  }
  return {};
}

std::string to_source(const Place& place) { return std::visit(SourceOf{}, place); }
uint32_t position_of(const Place& place) { return std::visit(PositionOf{}, place); }

bool Tree::empty() const {
  for (const Statement& statement : body) {
    if (statement.kind != StatementKind::kText) return false;
    if (statement.text.find_first_not_of(" \t\r\n\v\f") != std::string::npos) return false;
  }
  return true;
}

}  // namespace tocsin::tmpl
