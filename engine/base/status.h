// Errors are values: what went wrong, where, and a sentence a tired person can act on.
#pragma once

#include <cassert>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace tocsin::base {

/// Where in an input an error lies. `line` and `column` count from 1; 0 means unknown.
struct Position {
  std::string file;  ///< Path as the user gave it; empty for input that has none.
  uint32_t line = 0;
  uint32_t column = 0;  ///< In bytes.

  /// "file:line:column", leaving out what is unknown; empty when nothing is known.
  std::string to_string() const;
  bool operator==(const Position&) const = default;
};

/// Half-open byte range [start, end) of a text.
struct PosRange {
  uint32_t start = 0;
  uint32_t end = 0;
  bool operator==(const PosRange&) const = default;
};

/// What kind of failure; the HTTP and command-line edges map it to their own codes.
enum class Code : uint8_t {
  kInvalid,      ///< The input is wrong; trying again will not help.
  kNotFound,     ///< The thing named does not exist.
  kUnsupported,  ///< Valid upstream, but not in this version; always refused by name.
  kLimit,        ///< A named bound was reached.
  kTimeout,
  kCancelled,
  kUnavailable,  ///< A peer or the system refused; trying again may help.
  kInternal,     ///< Our own defect.
};

/// A failure: code, sentence, optional position. There is no "ok" Error: see Status.
struct Error {
  Code code = Code::kInternal;
  std::string message;
  Position where = {};

  /// "file:line:column: message", or only the message when there is no position.
  std::string to_string() const;
};

/// The outcome of something that returns nothing. Converts from Error.
class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(Error error)
      : error_(std::move(error)) {}  // NOLINT(google-explicit-constructor): reads as a value
  Status(Code code, std::string message, Position where = {})
      : error_(Error{code, std::move(message), std::move(where)}) {}

  bool ok() const { return !error_.has_value(); }
  explicit operator bool() const { return ok(); }
  /// Requires !ok().
  const Error& error() const& { return *error_; }
  Error&& error() && { return std::move(*error_); }
  /// "ok" or the error's to_string().
  std::string to_string() const;

 private:
  std::optional<Error> error_;
};

/// A T or the error that kept us from it. Names follow std::expected.
template <class T, class E = Error>
class [[nodiscard]] Result {
 public:
  Result(T value)
      : state_(std::in_place_index<0>, std::move(value)) {}  // NOLINT(google-explicit-constructor)
  Result(E error)
      : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT(google-explicit-constructor)

  bool has_value() const { return state_.index() == 0; }
  bool ok() const { return has_value(); }
  explicit operator bool() const { return has_value(); }

  /// Requires has_value().
  T& operator*() & {
    assert(has_value());
    return *std::get_if<0>(&state_);
  }
  const T& operator*() const& {
    assert(has_value());
    return *std::get_if<0>(&state_);
  }
  T&& operator*() && {
    assert(has_value());
    return std::move(*std::get_if<0>(&state_));
  }
  T* operator->() { return &**this; }
  const T* operator->() const { return &**this; }

  /// Requires !has_value().
  const E& error() const& {
    assert(!has_value());
    return *std::get_if<1>(&state_);
  }
  E&& error() && {
    assert(!has_value());
    return std::move(*std::get_if<1>(&state_));
  }

 private:
  std::variant<T, E> state_;
};

/// Error with the position replaced.
inline Error at(Error error, Position where) {
  error.where = std::move(where);
  return error;
}

}  // namespace tocsin::base

#define TOCSIN_CONCAT_INNER(a, b) a##b
#define TOCSIN_CONCAT(a, b) TOCSIN_CONCAT_INNER(a, b)

/// Returns the error of `expr` (a Status or Result) from the enclosing function, if there is one.
#define RETURN_IF_ERROR(expr)                            \
  do {                                                   \
    if (auto status_of_expr = (expr); !status_of_expr) { \
      return std::move(status_of_expr).error();          \
    }                                                    \
  } while (false)

/// `lhs` becomes the value of the Result `expr`, or its error is returned.
#define ASSIGN_OR_RETURN(lhs, expr) \
  ASSIGN_OR_RETURN_IMPL(TOCSIN_CONCAT(result_at_, __LINE__), lhs, expr)
#define ASSIGN_OR_RETURN_IMPL(result, lhs, expr) \
  auto result = (expr);                          \
  if (!result) return std::move(result).error(); \
  lhs = *std::move(result)
