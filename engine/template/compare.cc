#include "engine/template/compare.h"

#include <optional>
#include <string>

namespace tocsin::tmpl {
namespace {

using base::Code;
using base::Error;
using base::Result;

enum class Kind : uint8_t { kBool, kInt, kUint, kFloat, kString };

std::optional<Kind> basic_kind(const Value& value) {
  if (value.get<bool>() != nullptr) return Kind::kBool;
  if (value.get<Int>() != nullptr || value.get<Duration>() != nullptr) return Kind::kInt;
  if (value.get<uint64_t>() != nullptr) return Kind::kUint;
  if (value.get<double>() != nullptr) return Kind::kFloat;
  if (value.get<Text>() != nullptr) return Kind::kString;
  return std::nullopt;
}

int64_t int_of(const Value& value) {
  if (const Int* integer = value.get<Int>()) return integer->value;
  return value.get<Duration>()->nanoseconds;
}

Error incompatible() { return {Code::kInvalid, "incompatible types for comparison"}; }
Error bad_type() { return {Code::kInvalid, "invalid type for comparison"}; }

// Lists, maps and structures that hold them.
Error not_comparable(const Value& value) {
  return {Code::kInvalid,
          "non-comparable type " + to_printed(value) + ": " + std::string(value.type_name())};
}

// Signed against unsigned; a negative number equals none and is less than all.
bool equal_mixed(const Value& left, const Value& right) {
  const bool left_signed = basic_kind(left) == Kind::kInt;
  const int64_t integer = int_of(left_signed ? left : right);
  const uint64_t other = *(left_signed ? right : left).get<uint64_t>();
  return integer >= 0 && static_cast<uint64_t>(integer) == other;
}

bool less_mixed(const Value& left, const Value& right) {
  if (basic_kind(left) == Kind::kInt) {
    return int_of(left) < 0 || static_cast<uint64_t>(int_of(left)) < *right.get<uint64_t>();
  }
  return int_of(right) >= 0 && *left.get<uint64_t>() < static_cast<uint64_t>(int_of(right));
}

bool equal_times(const Time& a, const Time& b) {
  return a.unix_seconds == b.unix_seconds && a.nanos == b.nanos && a.zone == b.zone;
}

Result<bool> equal(const Value& left, const Value& right) {
  const auto a = basic_kind(left);
  const auto b = basic_kind(right);
  if (a != b) {
    const bool integers =
        (a == Kind::kInt && b == Kind::kUint) || (a == Kind::kUint && b == Kind::kInt);
    if (integers) return equal_mixed(left, right);
    if (left.is_nil() || right.is_nil()) return left.is_nil() == right.is_nil();
    return incompatible();
  }
  if (!a) {
    if (left.is_nil() || right.is_nil()) return left.is_nil() == right.is_nil();
    const Time* left_time = left.get<Time>();
    const Time* right_time = right.get<Time>();
    if (right_time == nullptr) return not_comparable(right);
    return left_time != nullptr ? equal_times(*left_time, *right_time)
                                : Result<bool>(incompatible());
  }
  switch (*a) {
    case Kind::kBool:
      return *left.get<bool>() == *right.get<bool>();
    case Kind::kInt:
      return int_of(left) == int_of(right);
    case Kind::kUint:
      return *left.get<uint64_t>() == *right.get<uint64_t>();
    case Kind::kFloat:
      return *left.get<double>() == *right.get<double>();
    case Kind::kString:
      return *left.as_string() == *right.as_string();
  }
  return false;
}

}  // namespace

Result<bool> equals_any(std::span<const Value> args) {
  if (args.size() < 2) return Error{Code::kInvalid, "missing argument for comparison"};
  for (const Value& other : args.subspan(1)) {
    ASSIGN_OR_RETURN(const bool same, equal(args[0], other));
    if (same) return true;
  }
  return false;
}

Result<bool> less_than(const Value& left, const Value& right) {
  const auto a = basic_kind(left);
  const auto b = basic_kind(right);
  if (!a || !b) return bad_type();
  if (a != b) {
    const bool integers =
        (a == Kind::kInt && b == Kind::kUint) || (a == Kind::kUint && b == Kind::kInt);
    if (!integers) return incompatible();
    return less_mixed(left, right);
  }
  switch (*a) {
    case Kind::kBool:
      return bad_type();
    case Kind::kInt:
      return int_of(left) < int_of(right);
    case Kind::kUint:
      return *left.get<uint64_t>() < *right.get<uint64_t>();
    case Kind::kFloat:
      return *left.get<double>() < *right.get<double>();
    case Kind::kString:
      return *left.as_string() < *right.as_string();
  }
  return false;
}

}  // namespace tocsin::tmpl
