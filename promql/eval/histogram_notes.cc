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
    {Severity::kWarning,
     "sample has start time that overlaps with previous sample timestamp for metric ", true},
}};

/// How often something was found, one time not worth a word.
class Occurrences final : public base::Tally {
 public:
  explicit Occurrences(uint64_t count) : count_(count) {}
  std::shared_ptr<const base::Tally> plus(const base::Tally& other) const override {
    return std::make_shared<Occurrences>(count_ + static_cast<const Occurrences&>(other).count_);
  }
  std::string text() const override {
    return count_ < 2 ? "" : " (" + std::to_string(count_) + " occurrences)";
  }

 private:
  uint64_t count_;
};

const NoteText& text_of(HistogramNote note) { return kTexts[static_cast<size_t>(note)]; }

}  // namespace

void annotate(const HistogramNotes& notes, std::string_view metric, base::PosRange where,
              Run& run) {
  for (uint8_t i = 0; i < kHistogramNotes && !notes.empty(); ++i) {
    const auto note = static_cast<HistogramNote>(i);
    if (!notes.has(note)) continue;
    if (note == HistogramNote::kOverlappingStarts) {
      annotate_overlap(metric, where, run);
      continue;
    }
    std::string text(text_of(note).text);
    if (text_of(note).names_metric) text += base::go_quote(metric);
    run.annotate({text_of(note).severity, std::move(text), where});
  }
}

void annotate_overlap(std::string_view metric, base::PosRange where, Run& run) {
  const NoteText& note = text_of(HistogramNote::kOverlappingStarts);
  run.annotate({note.severity, std::string(note.text) + base::go_quote(metric), where,
                std::make_shared<Occurrences>(1)});
}

}  // namespace tocsin::promql
