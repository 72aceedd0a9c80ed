// The Prometheus text exposition format, 0.0.4 and 1.0.0 (quoted UTF-8 names).
// Source: prometheus model/textparse/promlex.l and promparse.go.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/labels.h"
#include "engine/base/status.h"
#include "engine/base/time.h"

namespace tocsin::scrape {

enum class MetricType : uint8_t { kUnknown, kCounter, kGauge, kHistogram, kSummary };
/// "unknown", "counter" and so on, as the API prints them.
std::string_view to_string(MetricType type);

/// The name and labels of a sample line. Reused from line to line; views live until the next
/// parse and as long as the body.
struct SeriesText {
  std::string_view name;
  std::vector<base::LabelView> labels;  ///< In order of the text; empty values are kept.

 private:
  friend class SeriesParser;
  std::string unescaped_;
};

/// What follows the series on a sample line.
struct SampleText {
  double value = 0;
  std::optional<base::TimestampMs> timestamp;
  const char* next = nullptr;  ///< Start of the next line.
};

/// A line that begins with '#'.
struct CommentText {
  enum class Kind : uint8_t { kPlain, kHelp, kType };
  Kind kind = Kind::kPlain;
  std::string name;
  std::string help;  ///< Unescaped.
  MetricType type = MetricType::kUnknown;
};

/// Where and why a body is not the text format.
struct TextFault {
  const char* at = nullptr;
  std::string message;
};

// Each function reads from `p`; [p, end) ends with a newline. nullptr means a fault, then `fault`
// is set. None allocates unless there are escapes to undo, a comment to keep or a fault to report.

/// First byte at or after `p` that is neither blank nor tab.
const char* skip_blanks(const char* p);
/// The end of the series part of a sample line: behind the name or the closing brace. Checks only
/// what it needs to find it.
const char* scan_series(const char* p, const char* end, TextFault& fault);
/// Takes the series part [p, stop) apart. False: a fault.
bool parse_series(const char* p, const char* stop, SeriesText& out, TextFault& fault);
/// Value, optional timestamp and line end. False: a fault.
bool parse_sample(const char* p, const char* end, SampleText& out, TextFault& fault);
/// As parse_sample, when only success matters: says nothing about the fault, allocates nothing.
bool parse_sample(const char* p, const char* end, SampleText& out);
/// A comment line [p, stop), `stop` at its newline. False: a fault.
bool parse_comment(const char* p, const char* stop, CommentText& out, TextFault& fault);

/// "line 3: message" with the line of fault.at in `body`.
base::Error text_error(std::string_view body, const TextFault& fault);

/// One sample, for those who read a whole body at once (tests, checks, fuzzing).
struct TextSample {
  std::string name;
  std::vector<std::pair<std::string, std::string>> labels;
  double value = 0;
  std::optional<base::TimestampMs> timestamp;
};
/// All samples of a body in order.
base::Result<std::vector<TextSample>> parse_text(std::string body);

}  // namespace tocsin::scrape
