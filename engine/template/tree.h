// A parsed template. Immutable once the parser is done.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/template/functions.h"
#include "engine/template/value.h"

namespace tocsin::tmpl {

struct Pipeline;
struct Statement;
using Statements = std::vector<Statement>;

enum class OperandKind : uint8_t {
  kDot,
  kNil,
  kBool,
  kNumber,
  kString,
  kField,       ///< .A.B: names
  kVariable,    ///< $x.A.B: names, the first one with its dollar
  kIdentifier,  ///< a function: names[0]
  kChain,       ///< (inner).A.B or f.A.B: inner, names
  kPipeline,    ///< (a | b)
};

/// One word of a command.
struct Operand {
  OperandKind kind = OperandKind::kDot;
  uint32_t position = 0;  ///< In bytes of the source.
  Value constant;         ///< Of literals.
  std::string text;       ///< Of literals: as written.
  std::vector<std::string> names;
  std::unique_ptr<Operand> inner;
  std::unique_ptr<Pipeline> pipeline;
  const Function* function = nullptr;  ///< Of identifiers.
};

/// Words separated by spaces.
struct Command {
  uint32_t position = 0;
  std::vector<Operand> words;
};

/// Commands separated by '|', perhaps declaring ($x := …) or assigning ($x = …) variables.
struct Pipeline {
  uint32_t position = 0;
  bool assigns = false;
  std::vector<std::string> variables;
  std::vector<Command> commands;
};

enum class StatementKind : uint8_t {
  kText,
  kAction,
  kIf,
  kWith,
  kRange,
  kTemplate,
  kBreak,
  kContinue,
};

struct Statement {
  StatementKind kind = StatementKind::kText;
  uint32_t position = 0;
  std::string text;                    ///< kText: the text; kTemplate: the name.
  std::unique_ptr<Pipeline> pipeline;  ///< Null for text, break, continue and a bare {{template}}.
  Statements body;
  Statements otherwise;  ///< After {{else}}.
};

struct Tree {
  std::string name;        ///< What {{template}} calls it.
  std::string parse_name;  ///< Of the text it was part of; in error texts.
  std::shared_ptr<const std::string> source;
  Statements body;

  /// Only spaces and comments.
  bool empty() const;
};

/// What error texts point at.
using Place =
    std::variant<std::monostate, const Operand*, const Command*, const Pipeline*, const Statement*>;

/// The source form of a node as Go prints it: normalised spaces, comments left out.
std::string to_source(const Operand& operand);
std::string to_source(const Command& command);
std::string to_source(const Pipeline& pipeline);
std::string to_source(const Statement& statement);
std::string to_source(const Place& place);
uint32_t position_of(const Place& place);

}  // namespace tocsin::tmpl
