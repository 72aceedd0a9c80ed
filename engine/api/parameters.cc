#include "engine/api/parameters.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "engine/base/number.h"
#include "engine/net/text.h"
#include "promql/syntax/parser.h"

namespace tocsin::api {

using base::Code;
using base::Error;

bool is_media_type(std::string_view header, std::string_view type) {
  return net::equal_ignoring_case(net::trim_blanks(header.substr(0, header.find(';'))), type);
}

namespace {

// The first escape that is none, or "".
std::string_view bad_escape(std::string_view text) {
  for (size_t i = text.find('%'); i != std::string_view::npos; i = text.find('%', i + 1)) {
    if (net::hex_byte(text.substr(i + 1)) < 0) return text.substr(i, 3);
  }
  return {};
}

}  // namespace

Parameters::Parameters(const net::ServerRequest& request) {
  // The body goes first.
  const bool has_form = request.method == "POST" || request.method == "PUT";
  if (has_form &&
      is_media_type(request.header("content-type"), "application/x-www-form-urlencoded"))
    add(request.body);
  add(request.query);
}

void Parameters::add(std::string_view form) {
  while (!form.empty()) {
    const size_t end = std::min(form.find('&'), form.size());
    const std::string_view part = form.substr(0, end);
    form.remove_prefix(std::min(end + 1, form.size()));
    std::string fault;
    if (part.find(';') != std::string_view::npos) {
      fault = "invalid semicolon separator in query";
    } else if (const auto escape = bad_escape(part); !escape.empty()) {
      fault = "invalid URL escape " + base::go_quote(escape);
    }
    if (!fault.empty()) {
      if (fault_.empty()) fault_ = std::move(fault);
      continue;
    }
    for (auto& value : net::parse_form(part)) values_.push_back(std::move(value));
  }
}

std::string_view Parameters::get(std::string_view name) const {
  for (const auto& [known, value] : values_) {
    if (known == name) return value;
  }
  return {};
}

bool Parameters::has(std::string_view name) const {
  return std::ranges::any_of(values_, [&](const auto& value) { return value.first == name; });
}

std::vector<std::string> Parameters::all(std::string_view name) const {
  std::vector<std::string> out;
  for (const auto& [known, value] : values_) {
    if (known == name) out.push_back(value);
  }
  return out;
}

base::Result<base::TimestampMs> parse_time(std::string_view text) {
  const std::string refusal = "cannot parse " + base::go_quote(text) + " to a valid timestamp";
  if (const auto seconds = base::parse_float(text)) {
    const double ms = std::round(*seconds * 1000);
    if (!std::isfinite(ms) || std::abs(ms) >= 9.2e18) return Error{Code::kInvalid, refusal};
    return std::clamp(static_cast<base::TimestampMs>(ms), kTimeMin, kTimeMax);
  }
  auto time = base::parse_rfc3339(text);
  if (!time) return Error{Code::kInvalid, refusal};
  return time;
}

base::Result<int64_t> parse_duration_ns(std::string_view text) {
  const std::string refusal = "cannot parse " + base::go_quote(text) + " to a valid duration";
  if (const auto seconds = base::parse_float(text)) {
    const double ns = *seconds * 1e9;
    if (!(std::abs(ns) < 9.223372036854775e18))
      return Error{Code::kInvalid, refusal + ". It overflows int64"};
    return static_cast<int64_t>(ns);
  }
  const auto duration = base::parse_duration(text);
  if (!duration) return Error{Code::kInvalid, refusal};
  return *duration * 1'000'000;
}

base::Result<base::DurationMs> parse_step(std::string_view text) {
  ASSIGN_OR_RETURN(const int64_t ns, parse_duration_ns(text));
  const base::DurationMs ms = ns / 1'000'000;
  return ms == 0 && ns > 0 ? 1 : ms;
}

base::Result<TimeSpan, ParameterFault> parse_time_span(const Parameters& parameters) {
  TimeSpan out{kTimeMin, kTimeMax};
  for (const auto& [name, time] : {std::pair{"start", &out.start}, {"end", &out.end}}) {
    if (parameters.get(name).empty()) continue;
    const auto parsed = parse_time(parameters.get(name));
    if (!parsed) {
      return ParameterFault{
          name, "invalid time value for '" + std::string(name) + "': " + parsed.error().message};
    }
    *time = *parsed;
  }
  return out;
}

base::Result<int64_t> parse_integer(std::string_view text, std::string_view function) {
  const auto refusal = [&](std::string_view reason) {
    return Error{Code::kInvalid, std::string(function) + ": parsing " + base::go_quote(text) +
                                     ": " + std::string(reason)};
  };
  std::string_view digits = text;
  if (digits.starts_with('+') && !digits.starts_with("+-")) digits.remove_prefix(1);
  int64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error == std::errc::invalid_argument || end != digits.data() + digits.size())
    return refusal("invalid syntax");
  if (error == std::errc::result_out_of_range) return refusal("value out of range");
  return value;
}

base::Result<bool> parse_bool(std::string_view text) {
  static constexpr std::string_view kTrue[] = {"1", "t", "T", "TRUE", "true", "True"};
  static constexpr std::string_view kFalse[] = {"0", "f", "F", "FALSE", "false", "False"};
  if (std::ranges::find(kTrue, text) != std::end(kTrue)) return true;
  if (std::ranges::find(kFalse, text) != std::end(kFalse)) return false;
  return Error{Code::kInvalid,
               "strconv.ParseBool: parsing " + base::go_quote(text) + ": invalid syntax"};
}

base::Result<size_t> parse_limit(std::string_view text) {
  if (text.empty()) return size_t{0};
  ASSIGN_OR_RETURN(const int64_t value, parse_integer(text, "strconv.Atoi"));
  if (value < 0) return Error{Code::kInvalid, "limit must be non-negative"};
  return static_cast<size_t>(value);
}

base::Result<std::vector<base::Matchers>> parse_matches(const std::vector<std::string>& texts) {
  std::vector<base::Matchers> out;
  for (const std::string& text : texts) {
    ASSIGN_OR_RETURN(auto matchers, promql::parse_selector(text));
    const bool any =
        std::ranges::any_of(matchers, [](const base::Matcher& m) { return !m.matches_empty(); });
    if (!any) return Error{Code::kInvalid, "match[] must contain at least one non-empty matcher"};
    out.push_back(std::move(matchers));
  }
  return out;
}

}  // namespace tocsin::api
