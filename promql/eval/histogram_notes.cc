#include "promql/eval/histogram_notes.h"

#include <array>
#include <string>

namespace tocsin::promql {
namespace {

struct NoteText {
  base::Severity severity;
  std::string_view text;
  bool names_metric;
};

using base::Severity;

/// By HistogramNote.
constexpr std::array<NoteText, kHistogramNotes> kTexts = {{
    {Severity::kWarning,
     "vector contains a mix of histograms with exponential and custom buckets schemas for metric "
     "name ",
     true},
    {Severity::kWarning, "this native histogram metric is not a counter: ", true},
    {Severity::kWarning, "this native histogram metric is not a gauge: ", true},
    {Severity::kInfo, "mismatched custom buckets were reconciled during addition", false},
    {Severity::kInfo, "mismatched custom buckets were reconciled during subtraction", false},
    {Severity::kInfo, "mismatched custom buckets were reconciled during aggregation", false},
    {Severity::kWarning, "conflicting counter resets during histogram addition", false},
    {Severity::kWarning, "conflicting counter resets during histogram subtraction", false},
    {Severity::kWarning, "conflicting counter resets during histogram aggregation", false},
}};

}  // namespace

void annotate(const HistogramNotes& notes, std::string_view metric, base::PosRange where,
              Run& run) {
  for (uint8_t i = 0; i < kHistogramNotes && !notes.empty(); ++i) {
    if (!notes.has(static_cast<HistogramNote>(i))) continue;
    std::string text(kTexts[i].text);
    if (kTexts[i].names_metric) text += base::go_quote(metric);
    if (kTexts[i].severity == Severity::kWarning) {
      run.warn(std::move(text), where);
    } else {
      run.inform(std::move(text), where);
    }
  }
}

}  // namespace tocsin::promql
