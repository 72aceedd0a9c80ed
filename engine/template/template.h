// Go's text/template language: parse once, execute many times.
//
//   auto set = TemplateSet(alertmanager_functions());
//   RETURN_IF_ERROR(set.add("my.tmpl", file_text));              // its {{ define }}s join the set
//   ASSIGN_OR_RETURN(Template title, set.compile("", "{{ template \"my.title\" . }}"));
//   ASSIGN_OR_RETURN(std::string text, title.execute(data, environment));
//
// Errors carry Go's texts: "template: NAME:LINE:COL: executing "NAME" at <expr>: reason", and
// "template: NAME:LINE: …" for syntax. What is not supported is an error, never ignored.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/clock.h"
#include "engine/base/status.h"
#include "engine/template/functions.h"
#include "engine/template/value.h"

namespace tocsin::tmpl {

struct Tree;  // A parsed template; private to this folder.

/// Bounds of one execution. Reaching one is an Error of Code::kLimit (kTimeout for the deadline)
/// that names it.
struct ExecOptions {
  size_t max_output_bytes = 4 << 20;   ///< Also bounds what a function may build on the way.
  uint64_t max_steps = 1'000'000;      ///< Nodes executed.
  uint32_t max_depth = 100;            ///< {{ template }} calls inside each other.
  const base::Clock* clock = nullptr;  ///< Needed when deadline_steady_ns is set.
  int64_t deadline_steady_ns = 0;      ///< Clock::steady_ns() to stop at; 0: none.
};

/// How values that a template prints are escaped.
enum class Escaping : uint8_t {
  kNone,  ///< text/template
  kHtml,  ///< html/template's rules for text, attributes and URLs; other places are refused
};

/// One compiled template together with the set it was compiled in. Cheap to copy. Thread-safe.
class Template {
 public:
  /// A template on its own. A text may {{ define }} others for its own use.
  static base::Result<Template> parse(std::string_view name, std::string_view text,
                                      std::shared_ptr<const FunctionTable> functions,
                                      Escaping escaping = Escaping::kNone);
  base::Result<std::string> execute(const Value& data, const Environment& environment,
                                    const ExecOptions& options = {}) const;
  /// As execute(), appending to `out`; after an error `out` holds what was printed before it.
  base::Status execute_into(std::string& out, const Value& data, const Environment& environment,
                            const ExecOptions& options = {}) const;
  /// True when executing it prints the same text for all data: no actions in it.
  bool is_constant() const;

 private:
  friend class TemplateSet;
  struct Compiled;
  explicit Template(std::shared_ptr<const Compiled> compiled) : compiled_(std::move(compiled)) {}
  std::shared_ptr<const Compiled> compiled_;
};

/// Named templates that can call each other. Copying shares the parsed trees. Const access is
/// thread-safe.
class TemplateSet {
 public:
  explicit TemplateSet(std::shared_ptr<const FunctionTable> functions);
  /// Parses `text`; the text outside its {{ define }}s becomes template `name`. A later definition
  /// replaces an earlier one, unless it is empty (spaces and comments only). After an error, which
  /// has line and column in `text`, the set is unchanged.
  base::Status add(std::string_view name, std::string_view text);
  /// Compiles `text` against a copy of this set, which what it defines does not change.
  base::Result<Template> compile(std::string_view name, std::string_view text,
                                 Escaping escaping = Escaping::kNone) const;
  bool has(std::string_view name) const;
  /// Names in ascending order.
  std::vector<std::string> names() const;

 private:
  using Trees = std::map<std::string, std::shared_ptr<const Tree>, std::less<>>;
  std::shared_ptr<const FunctionTable> functions_;
  std::shared_ptr<const Trees> trees_;  // Replaced, never changed: compiled templates share it.
};

}  // namespace tocsin::tmpl
