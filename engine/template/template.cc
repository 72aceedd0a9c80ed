#include "engine/template/template.h"

#include "engine/base/labels.h"
#include "engine/template/exec.h"
#include "engine/template/parser.h"

namespace tocsin::tmpl {

using base::Result;
using base::Status;

struct Template::Compiled {
  std::shared_ptr<const FunctionTable> functions;  // The trees point into it.
  Trees trees;
  std::shared_ptr<const Tree> root;
  Escaping escaping = Escaping::kNone;
};

namespace {

// An empty body never replaces one that says something.
void join(Trees& trees, std::shared_ptr<const Tree> tree) {
  auto& place = trees[tree->name];
  if (place == nullptr || !tree->empty()) place = std::move(tree);
}

}  // namespace

Result<Template> Template::parse(std::string_view name, std::string_view text,
                                 std::shared_ptr<const FunctionTable> functions,
                                 Escaping escaping) {
  return TemplateSet(std::move(functions)).compile(name, text, escaping);
}

Result<std::string> Template::execute(const Value& data, const Environment& environment,
                                      const ExecOptions& options) const {
  std::string out;
  RETURN_IF_ERROR(execute_into(out, data, environment, options));
  return out;
}

Status Template::execute_into(std::string& out, const Value& data, const Environment& environment,
                              const ExecOptions& options) const {
  return Execution(compiled_->trees, environment, options, compiled_->escaping, out)
      .run(*compiled_->root, data);
}

bool Template::is_constant() const {
  for (const Statement& statement : compiled_->root->body) {
    const bool declares = statement.kind == StatementKind::kAction &&
                          !statement.pipeline->variables.empty() &&
                          statement.pipeline->commands.size() == 1 &&
                          statement.pipeline->commands[0].words.size() == 1 &&
                          statement.pipeline->commands[0].words[0].kind == OperandKind::kField;
    if (statement.kind != StatementKind::kText && !declares) return false;
  }
  return true;
}

TemplateSet::TemplateSet(std::shared_ptr<const FunctionTable> functions)
    : functions_(std::move(functions)), trees_(std::make_shared<const Trees>()) {}

Status TemplateSet::add(std::string_view name, std::string_view text) {
  ASSIGN_OR_RETURN(auto parsed, parse_trees(name, text, *functions_));
  Trees trees = *trees_;
  for (auto& tree : parsed) join(trees, std::move(tree));
  trees_ = std::make_shared<const Trees>(std::move(trees));
  return {};
}

Result<Template> TemplateSet::compile(std::string_view name, std::string_view text,
                                      Escaping escaping) const {
  auto parsed = parse_trees(name, text, *functions_);
  if (!parsed)
    return base::at(std::move(parsed).error(), {});  // Where `text` stands is for the caller.
  auto compiled = std::make_shared<Template::Compiled>();
  compiled->functions = functions_;
  compiled->trees = *trees_;
  compiled->escaping = escaping;
  for (auto& tree : *parsed) join(compiled->trees, std::move(tree));
  compiled->root = compiled->trees.find(name)->second;
  return Template(std::move(compiled));
}

bool TemplateSet::has(std::string_view name) const { return trees_->find(name) != trees_->end(); }

std::vector<std::string> TemplateSet::names() const {
  std::vector<std::string> names;
  for (const auto& [name, tree] : *trees_) names.push_back(name);
  return names;
}

}  // namespace tocsin::tmpl
