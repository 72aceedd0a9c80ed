#include "engine/scrape/target.h"

#include <algorithm>
#include <bit>
#include <map>

#include "engine/net/http_server.h"

namespace tocsin::scrape {

using base::Code;
using base::Error;
using base::Labels;
using base::LabelsBuilder;
using base::Result;
using base::Status;

namespace {

constexpr std::string_view kParam = "__param_";

/// Escapes what may not stand in a path; what is escaped already stays.
std::string escaped_path(std::string_view path) {
  constexpr std::string_view kAllowed = "-._~!$&'()*+,;=:@/%";
  std::string out;
  for (const char c : path) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    out += plain || kAllowed.find(c) != std::string_view::npos
               ? std::string(1, c)
               : net::percent_encode(std::string_view(&c, 1));
  }
  return out;
}

/// A label __param_x takes the place of the first value of x.
std::string query_of(const Labels& labels, const ScrapeConfig& config) {
  auto params = config.params;
  for (size_t i = 0; i < labels.size(); ++i) {
    const base::LabelView label = labels[i];
    if (!label.name.starts_with(kParam)) continue;
    auto& values = params[std::string(label.name.substr(kParam.size()))];
    if (values.empty()) values.emplace_back();
    values[0] = label.value;
  }
  std::string out;
  for (const auto& [name, values] : params) {
    for (const std::string& value : values) {
      if (!out.empty()) out += '&';
      out += net::query_escape(name) + "=" + net::query_escape(value);
    }
  }
  return out;
}

std::string url_of(const Labels& labels, const ScrapeConfig& config) {
  const std::string_view full_path = labels.get("__metrics_path__");
  const size_t mark = std::min(full_path.find('?'), full_path.size());
  const std::string_view path = full_path.substr(0, mark);
  std::string query(full_path.substr(std::min(mark + 1, full_path.size())));
  const std::string params = query_of(labels, config);
  if (!query.empty() && !params.empty()) query += '&';
  query += params;
  std::string out(labels.get("__scheme__"));
  out += "://";
  out += labels.get("__address__");
  if (!path.starts_with('/') && !path.empty()) out += '/';
  out += escaped_path(path);
  if (!query.empty()) out += "?" + query;
  return out;
}

Status check_address(const Labels& labels) {
  const std::string_view address = labels.get("__address__");
  if (address.empty()) return {Code::kInvalid, "no address"};
  if (address.find('/') != std::string_view::npos) {
    return {Code::kInvalid, base::go_quote(address) + " is not a valid hostname"};
  }
  if (labels.has("__unix_socket__")) {
    return {Code::kUnsupported, "scraping a unix socket (__unix_socket__) is not supported"};
  }
  const std::string_view scheme = labels.get("__scheme__");
  if (scheme == "http" || scheme == "https") return {};
  return {Code::kInvalid, "__scheme__ must be http or https, not " + base::go_quote(scheme)};
}

Result<base::DurationMs> duration_label(const Labels& labels, std::string_view name,
                                        std::string_view what) {
  auto value = base::parse_duration(labels.get(name));
  if (!value) {
    return Error{Code::kInvalid,
                 "error parsing " + std::string(what) + ": " + value.error().message};
  }
  if (*value == 0) return Error{Code::kInvalid, std::string(what) + " cannot be 0"};
  return *value;
}

Status read_timing(const Labels& labels, Target& out) {
  ASSIGN_OR_RETURN(out.interval, duration_label(labels, "__scrape_interval__", "scrape interval"));
  ASSIGN_OR_RETURN(out.timeout, duration_label(labels, "__scrape_timeout__", "scrape timeout"));
  if (out.timeout <= out.interval) return {};
  return {Code::kInvalid, "scrape timeout cannot be greater than scrape interval (" +
                              base::format_duration(out.timeout) + " > " +
                              base::format_duration(out.interval) + ")"};
}

Labels without_prefix(const Labels& labels, std::string_view prefix) {
  std::vector<base::LabelView> kept;
  for (size_t i = 0; i < labels.size(); ++i) {
    if (!labels[i].name.starts_with(prefix)) kept.push_back(labels[i]);
  }
  return Labels::of_sorted(kept);
}

}  // namespace

uint64_t fnv1a(std::string_view text, uint64_t hash) {
  constexpr uint64_t kPrime = 0x100000001b3;
  for (const char c : text) hash = (hash ^ static_cast<uint8_t>(c)) * kPrime;
  return hash;
}

namespace {

/// Spreads every bit over all of them. Source: A. Appleby, MurmurHash3, fmix64.
uint64_t mixed(uint64_t hash) {
  hash = (hash ^ hash >> 33) * 0xff51afd7ed558ccd;
  hash = (hash ^ hash >> 33) * 0xc4ceb9fe1a85ec53;
  return hash ^ hash >> 33;
}

/// hash / 2^64 * range.
uint64_t scaled(uint64_t hash, uint64_t range) { return (hash >> 32) * range >> 32; }

}  // namespace

base::DurationMs Target::offset(uint64_t seed) const {
  std::string number = std::to_string(all.hash());
  constexpr size_t kWidth = 16;
  if (number.size() < kWidth) number.insert(0, kWidth - number.size(), '0');
  const uint64_t hash = mixed(fnv1a(url, fnv1a(number)) ^ seed);
  const uint64_t slot = scaled(hash, slots);
  const auto period = static_cast<uint64_t>(interval);
  const uint64_t start = mixed(phase ^ seed) % period;
  return static_cast<base::DurationMs>((start + slot * period / slots) % period);
}

uint32_t slots_for(size_t targets, uint32_t slots) {
  constexpr size_t kTogether = 8;
  constexpr size_t kSlotsMax = 1u << 20;
  const auto wanted =
      static_cast<uint32_t>(std::bit_ceil(std::clamp<size_t>(targets / kTogether, 1, kSlotsMax)));
  const bool fits = wanted <= slots && slots <= 2 * wanted;
  return fits ? slots : wanted;
}

Labels with_defaults(const Labels& target, const Labels& group, const ScrapeConfig& config) {
  LabelsBuilder labels(group);
  for (size_t i = 0; i < target.size(); ++i) labels.set(target[i].name, target[i].value);
  const auto set_default = [&labels](std::string_view name, std::string_view value) {
    if (labels.get(name).empty()) labels.set(name, value);
  };
  set_default("job", config.job_name);
  set_default("__scrape_interval__", base::format_duration(config.common.interval));
  set_default("__scrape_timeout__", base::format_duration(config.common.timeout));
  set_default("__metrics_path__", config.metrics_path);
  set_default("__scheme__", config.scheme);
  for (const auto& [name, values] : config.params) {
    if (!values.empty()) labels.set(std::string(kParam) + name, values[0]);
  }
  return labels.build();
}

Result<std::optional<Target>> make_target(const Labels& discovered, const ScrapeConfig& config) {
  LabelsBuilder builder(discovered);
  if (!base::relabel(config.target_rules, builder)) return std::optional<Target>();
  const Labels relabelled = builder.build();
  if (relabelled.empty()) return std::optional<Target>();
  RETURN_IF_ERROR(check_address(relabelled));
  Target target;
  RETURN_IF_ERROR(read_timing(relabelled, target));
  target.discovered = discovered;
  target.all = without_prefix(relabelled, "__meta_");
  if (!target.all.has("instance")) {
    target.all = target.all.with("instance", relabelled.get("__address__"));
  }
  target.labels = without_prefix(target.all, "__");
  target.url = url_of(target.all, config);
  return std::optional<Target>(std::move(target));
}

}  // namespace tocsin::scrape
