#include "engine/base/matcher.h"

#include <re2/re2.h>

#include <algorithm>

#include "engine/base/regex_shape.h"

namespace tocsin::base {

struct Regex::Program {
  std::string expression;
  RegexShape shape;
  std::unique_ptr<re2::RE2> automaton;
  std::vector<std::string> no_literals;
};

namespace {

constexpr int64_t kAutomatonBytesMax = 64 << 20;

re2::RE2::Options options() {
  re2::RE2::Options out;
  out.set_dot_nl(true);
  out.set_log_errors(false);
  out.set_max_mem(kAutomatonBytesMax);
  return out;
}

re2::StringPiece piece(std::string_view text) { return {text.data(), text.size()}; }

}  // namespace

Result<Regex> Regex::compile(std::string_view expression) {
  auto program = std::make_shared<Program>();
  program->expression = expression;
  program->shape = shape_of(expression);
  program->automaton = std::make_unique<re2::RE2>(piece(expression), options());
  if (!program->automaton->ok()) {
    return Error{Code::kInvalid, "error parsing regexp: " + program->automaton->error() + " in " +
                                     go_quote(expression)};
  }
  Regex out;
  out.program_ = std::move(program);
  return out;
}

bool Regex::matches(std::string_view text) const {
  if (program_->shape.kind != RegexShape::Kind::kGeneral)
    return matches_shape(program_->shape, text);
  return re2::RE2::FullMatch(piece(text), *program_->automaton);
}

const std::string& Regex::expression() const { return program_->expression; }

const std::vector<std::string>& Regex::literals() const {
  return program_->shape.kind == RegexShape::Kind::kLiterals ? program_->shape.literals
                                                             : program_->no_literals;
}

namespace {

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// The reference at the front of `text`, which starts behind a '$': its name and what it takes up.
// An empty name: not a reference.
std::pair<std::string_view, size_t> reference(std::string_view text) {
  const bool braces = text.starts_with('{');
  const size_t start = braces ? 1 : 0;
  size_t end = start;
  while (end < text.size() && is_word(text[end])) ++end;
  if (end == start) return {{}, 0};
  if (braces && (end == text.size() || text[end] != '}')) return {{}, 0};
  return {text.substr(start, end - start), end + (braces ? 1 : 0)};
}

// Value of a few decimal digits; -1 when there are more than any expression has groups.
int digits_value(std::string_view digits) {
  if (digits.size() > 4) return -1;
  int value = 0;
  for (const char digit : digits) value = 10 * value + (digit - '0');
  return value;
}

int group_number(const re2::RE2& automaton, std::string_view name) {
  if (std::ranges::all_of(name, [](char c) { return c >= '0' && c <= '9'; })) {
    return digits_value(name);
  }
  const auto& names = automaton.NamedCapturingGroups();
  const auto found = names.find(std::string(name));
  return found == names.end() ? -1 : found->second;
}

}  // namespace

bool Regex::expand(std::string_view text, std::string_view replacement, std::string& out) const {
  const re2::RE2& automaton = *program_->automaton;
  const int groups = automaton.NumberOfCapturingGroups() + 1;
  std::vector<re2::StringPiece> found(static_cast<size_t>(groups));
  if (!automaton.Match(piece(text), 0, text.size(), re2::RE2::ANCHOR_BOTH, found.data(), groups)) {
    return false;
  }
  for (size_t i = 0; i < replacement.size(); ++i) {
    if (replacement[i] != '$' || i + 1 == replacement.size()) {
      out += replacement[i];
      continue;
    }
    if (replacement[i + 1] == '$') {
      out += '$';
      ++i;
      continue;
    }
    const auto [name, length] = reference(replacement.substr(i + 1));
    if (name.empty()) {
      out += '$';
      continue;
    }
    const int number = group_number(automaton, name);
    if (number >= 0 && number < groups && found[static_cast<size_t>(number)].data() != nullptr) {
      const auto& group = found[static_cast<size_t>(number)];
      out.append(group.data(), group.size());
    }
    i += length;
  }
  return true;
}

std::string_view to_string(MatchOp op) {
  switch (op) {
    case MatchOp::kEqual:
      return "=";
    case MatchOp::kNotEqual:
      return "!=";
    case MatchOp::kRegex:
      return "=~";
    case MatchOp::kNotRegex:
      return "!~";
  }
  return "";
}

Result<Matcher> Matcher::make(MatchOp op, std::string name, std::string value) {
  Matcher out;
  out.op_ = op;
  out.name_ = std::move(name);
  out.value_ = std::move(value);
  if (op == MatchOp::kRegex || op == MatchOp::kNotRegex) {
    ASSIGN_OR_RETURN(Regex regex, Regex::compile(out.value_));
    out.regex_ = std::make_shared<const Regex>(std::move(regex));
  }
  return out;
}

Matcher Matcher::equal(std::string name, std::string value) {
  Matcher out;
  out.name_ = std::move(name);
  out.value_ = std::move(value);
  return out;
}

bool Matcher::matches(std::string_view value) const {
  switch (op_) {
    case MatchOp::kEqual:
      return value == value_;
    case MatchOp::kNotEqual:
      return value != value_;
    case MatchOp::kRegex:
      return regex_->matches(value);
    case MatchOp::kNotRegex:
      return !regex_->matches(value);
  }
  return false;
}

std::string Matcher::to_string() const {
  std::string out = is_legacy_label_name(name_) ? name_ : go_quote(name_);
  out += base::to_string(op_);
  return out + go_quote(value_);
}

bool matches_all(const Matchers& matchers, const Labels& labels) {
  return std::ranges::all_of(matchers, [&](const Matcher& m) { return m.matches(labels); });
}

}  // namespace tocsin::base
