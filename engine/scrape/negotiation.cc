#include "engine/scrape/negotiation.h"

#include <algorithm>
#include <array>

#include "engine/base/labels.h"

namespace tocsin::scrape {

using base::Code;
using base::Status;

namespace {

constexpr std::string_view kText100 = "PrometheusText1.0.0";
constexpr std::string_view kText004 = "PrometheusText0.0.4";
constexpr std::array<std::string_view, 3> kOthers{"PrometheusProto", "OpenMetricsText1.0.0",
                                                  "OpenMetricsText0.0.1"};

/// The media type in lower case, without parameters.
std::string media_type(std::string_view content_type) {
  const std::string_view type = content_type.substr(0, content_type.find(';'));
  std::string out;
  for (const char c : type) {
    if (c == ' ' || c == '\t') continue;
    out += c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
  }
  return out;
}

}  // namespace

Status check_protocol(const std::string& name, const base::Position& where) {
  if (name == kText100 || name == kText004) return {};
  if (std::find(kOthers.begin(), kOthers.end(), name) != kOthers.end()) {
    return {Code::kUnsupported,
            "scrape protocol \"" + name +
                "\" is not supported: use PrometheusText1.0.0 or PrometheusText0.0.4",
            where};
  }
  return {Code::kInvalid,
          "unknown scrape protocol \"" + name +
              "\", supported: PrometheusText0.0.4, PrometheusText1.0.0",
          where};
}

std::string accept_header(std::span<const std::string> protocols, std::string_view escaping) {
  // Weights count down from one above the number of protocols that exist.
  int weight = 6;
  std::string out;
  for (const std::string& protocol : protocols) {
    out += protocol == kText100 ? "text/plain;version=1.0.0;escaping=" + std::string(escaping)
                                : "text/plain;version=0.0.4";
    out += ";q=0." + std::to_string(weight--) + ",";
  }
  return out + "*/*;q=0." + std::to_string(weight);
}

Status check_content_type(std::string_view content_type, bool falls_back) {
  const std::string type = media_type(content_type);
  if (type == "text/plain") return {};
  if (type == "application/openmetrics-text" || type == "application/vnd.google.protobuf") {
    return {Code::kUnsupported, "the target answered with " + type +
                                    ", but only the text format (text/plain) is supported"};
  }
  if (falls_back) return {};
  if (type.empty()) {
    return {Code::kInvalid,
            "non-compliant scrape target sending blank Content-Type and no "
            "fallback_scrape_protocol specified for target"};
  }
  return {Code::kInvalid, "received unsupported Content-Type " + base::go_quote(content_type) +
                              " and no fallback_scrape_protocol specified for target"};
}

}  // namespace tocsin::scrape
