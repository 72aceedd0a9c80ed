// Pipelines of a template: {{ $x := .A | f "b" (g 1) }}. Source: Go text/template/parse/parse.go.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/status.h"
#include "engine/template/functions.h"
#include "engine/template/token_reader.h"
#include "engine/template/tree.h"

namespace tocsin::tmpl {

class PipelineParser {
 public:
  /// The pipelines point into `functions`.
  PipelineParser(TokenReader& tokens, const FunctionTable& functions)
      : tokens_(tokens), functions_(functions) {}

  /// Reads a pipeline and the token `end` behind it. What it declares stays visible. `context` is
  /// what error texts call the place, and "range" may declare two variables.
  base::Result<std::unique_ptr<Pipeline>> pipeline(std::string_view context, TokenType end);

  /// The variables visible here, "$" among them, outermost first. The caller cuts them at the end
  /// of a control structure and exchanges them for the body of another template.
  std::vector<std::string>& variables() { return variables_; }

 private:
  base::Status declarations(Pipeline& out, std::string_view context);
  base::Status check(const Pipeline& pipeline, std::string_view context) const;
  base::Status command(std::vector<Command>& out);
  base::Result<bool> operand(Operand& out);
  base::Result<bool> term(Operand& out);
  base::Result<bool> identifier(Operand& out) const;
  base::Result<bool> variable(Operand& out) const;
  base::Result<bool> constant(Operand& out, OperandKind kind, base::Result<Value> value) const;

  TokenReader& tokens_;
  const FunctionTable& functions_;
  std::vector<std::string> variables_ = {"$"};
};

}  // namespace tocsin::tmpl
