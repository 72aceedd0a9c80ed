// Answers of the query API → what a person or a program reads.
#pragma once

#include <optional>
#include <string>

#include "engine/app/query.h"
#include "engine/net/http_client.h"

namespace tocsin::app {

/// How to print an answer.
struct PrintStyle {
  OutputFormat format = OutputFormat::kText;
  bool sparkline = false;
  bool colours = false;
  size_t width = 80;  ///< Of the terminal, in columns.
  /// Of a range query, for the place of its points in a sparkline.
  base::TimestampMs start = 0;
  base::TimestampMs end = 0;
  base::DurationMs step = 0;
};

/// What the flags and the terminal make of it. `is_range`: tables and sparklines are the default.
PrintStyle style_for(const QueryFlags& flags, bool is_range);

/// What `data` of an answer is.
enum class AnswerKind : uint8_t {
  kResult,   ///< resultType and result.
  kSeries,   ///< A list of label sets.
  kStrings,  ///< A list of strings.
};

/// Prints an answer of `server`, or what is wrong with it; returns the exit code.
int print_answer(const base::Result<net::HttpResponse>& answer, const std::string& server,
                 AnswerKind kind, const PrintStyle& style);
/// The same for an explanation, which comes as the text it is printed as, or as JSON.
int print_explanation(const base::Result<net::HttpResponse>& answer, const std::string& server,
                      const PrintStyle& style);

}  // namespace tocsin::app
