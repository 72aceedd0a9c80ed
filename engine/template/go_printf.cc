#include "engine/template/go_printf.h"

#include <limits>
#include <optional>

#include "engine/base/utf8.h"
#include "engine/template/format_value.h"

namespace tocsin::tmpl {
namespace {

constexpr int64_t kLargest = 1'000'000;  // Go's bound of widths, precisions and indexes.

// Source: Go fmt/print.go doPrintf.
class Printer {
 public:
  Printer(std::string_view format, std::span<const Value> args) : format_(format), args_(args) {}

  std::string run(size_t max_bytes) {
    while (at_ < format_.size() && out_.size() <= max_bytes) {
      const size_t percent = std::min(format_.find('%', at_), format_.size());
      out_ += format_.substr(at_, percent - at_);
      at_ = percent;
      if (at_ == format_.size()) break;
      ++at_;
      directive();
    }
    if (!reordered_ && next_arg_ < args_.size()) extra();
    return std::move(out_);
  }

 private:
  bool at(char c) const { return at_ < format_.size() && format_[at_] == c; }

  void directive() {
    flags_ = {};
    good_index_ = true;
    after_index_ = false;
    flags();
    index();
    width();
    if (at('.')) {
      ++at_;
      precision();
    }
    if (!after_index_) index();
    if (at_ >= format_.size()) {
      out_ += "%!(NOVERB)";
      return;
    }
    const base::Rune verb = base::decode_rune(format_, at_);
    at_ += verb.bytes;
    print(verb.code);
  }

  void flags() {
    for (; at_ < format_.size(); ++at_) {
      const char c = format_[at_];
      if (c == '#')
        flags_.sharp = true;
      else if (c == '0')
        flags_.zero = !flags_.minus;
      else if (c == '+')
        flags_.plus = true;
      else if (c == ' ')
        flags_.space = true;
      else if (c == '-') {
        flags_.minus = true;
        flags_.zero = false;
      } else
        return;
    }
  }

  std::optional<int> number() {
    const size_t start = at_;
    int64_t value = 0;
    while (at_ < format_.size() && format_[at_] >= '0' && format_[at_] <= '9') {
      value = value * 10 + (format_[at_] - '0');
      if (value > kLargest) return std::nullopt;
      ++at_;
    }
    if (at_ == start) return std::nullopt;
    return static_cast<int>(value);
  }

  // "[n]" chooses the n-th argument.
  void index() {
    if (!at('[')) return;
    reordered_ = true;
    const size_t close = format_.find(']', at_);
    if (close == std::string_view::npos) {
      good_index_ = false;
      ++at_;
      return;
    }
    ++at_;
    const auto chosen = number();
    good_index_ = good_index_ && chosen && at_ == close && *chosen >= 1 &&
                  static_cast<size_t>(*chosen) <= args_.size();
    if (good_index_) next_arg_ = static_cast<size_t>(*chosen) - 1;
    at_ = close + 1;
    after_index_ = true;
  }

  std::optional<int> from_argument() {
    after_index_ = false;
    if (next_arg_ >= args_.size()) return std::nullopt;
    const Int* integer = args_[next_arg_++].get<Int>();
    if (integer == nullptr || integer->value > kLargest || integer->value < -kLargest)
      return std::nullopt;
    return static_cast<int>(integer->value);
  }

  void width() {
    if (!at('*')) {
      const auto value = number();
      if (value && after_index_) good_index_ = false;
      flags_.width = value.value_or(-1);
      return;
    }
    ++at_;
    const auto value = from_argument();
    if (!value) out_ += "%!(BADWIDTH)";
    flags_.width = value.value_or(-1);
    if (value && *value < 0) {
      flags_.width = -*value;
      flags_.minus = true;
      flags_.zero = false;
    }
  }

  void precision() {
    if (after_index_) good_index_ = false;
    index();
    if (!at('*')) {
      flags_.precision = number().value_or(0);
      return;
    }
    ++at_;
    const auto value = from_argument();
    flags_.precision = value && *value >= 0 ? *value : -1;
    if (flags_.precision < 0) out_ += "%!(BADPREC)";
  }

  void print(char32_t verb) {
    if (verb == '%') {
      out_ += '%';
      return;
    }
    if (!good_index_ || next_arg_ >= args_.size()) {
      out_ += "%!";
      base::append_rune(out_, verb);
      out_ += good_index_ ? "(MISSING)" : "(BADINDEX)";
      return;
    }
    if (verb == 'v') {
      flags_.sharp_v = std::exchange(flags_.sharp, false);
      flags_.plus_v = std::exchange(flags_.plus, false);
    }
    append_formatted(out_, args_[next_arg_++], verb, flags_);
  }

  void extra() {
    out_ += "%!(EXTRA ";
    for (size_t i = next_arg_; i < args_.size(); ++i) {
      if (i != next_arg_) out_ += ", ";
      out_ += args_[i].type_name();
      if (args_[i].is_nil()) continue;
      out_ += '=';
      append_printed(out_, args_[i]);
    }
    out_ += ')';
  }

  std::string_view format_;
  std::span<const Value> args_;
  std::string out_;
  size_t at_ = 0;
  size_t next_arg_ = 0;
  FormatFlags flags_;
  bool good_index_ = true;
  bool after_index_ = false;
  bool reordered_ = false;
};

}  // namespace

std::string sprintf_values(std::string_view format, std::span<const Value> args, size_t max_bytes) {
  return Printer(format, args).run(max_bytes);
}

std::string sprint_values(std::span<const Value> args) {
  std::string out;
  bool before_is_string = true;
  for (const Value& arg : args) {
    const bool is_string = arg.as_string() != nullptr;
    if (!before_is_string && !is_string) out += ' ';
    before_is_string = is_string;
    append_printed(out, arg);
  }
  return out;
}

std::string sprintln_values(std::span<const Value> args) {
  std::string out;
  for (size_t i = 0; i < args.size(); ++i) {
    if (i != 0) out += ' ';
    append_printed(out, args[i]);
  }
  return out + '\n';
}

}  // namespace tocsin::tmpl
