// One target's samples on their way into the store: a body in, a column out.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/base/labels.h"
#include "engine/base/sample_sink.h"
#include "engine/base/status.h"
#include "engine/scrape/line_memory.h"
#include "engine/scrape/metadata.h"
#include "engine/scrape/series_labels.h"
#include "engine/scrape/text_parser.h"

namespace tocsin::scrape {

/// What of a job's configuration concerns its samples.
struct IntakePolicy {
  LabelPolicy labels;
  bool honor_timestamps = true;
  bool track_timestamps_staleness = false;
  uint64_t samples_max = 0;  ///< sample_limit; 0: none.
};

/// kAdded: series get the label __type__ from the TYPE line before them (feature
/// type-and-unit-labels). A series whose TYPE line changes stays what it was until it is gone for a
/// scrape, as upstream's.
enum class TypeLabels : uint8_t { kNone, kAdded };

/// What one scrape brought.
struct IntakeCounts {
  uint64_t scraped = 0;        ///< Samples in the body.
  uint64_t after_relabel = 0;  ///< Without those that metric_relabel_configs drop.
  uint64_t series_added = 0;
  uint64_t duplicate = 0;  ///< The same series again without a timestamp of its own, and the like.
  uint64_t out_of_order = 0;
  uint64_t out_of_bounds = 0;   ///< Timestamps more than ten minutes ahead.
  uint64_t series_refused = 0;  ///< New series for which the store has no room.
};

/// Turns scrapes of one target into columns of one stream. A body is all or nothing; a series that
/// is gone gets its stale marker in the same column. In a store that is full, the series that have
/// a row go on; the others are tried again every kRefusedRetry scrapes. Used by one thread at a
/// time.
class Intake {
 public:
  static constexpr uint32_t kRefusedRetry = 10;

  Intake(std::unique_ptr<base::StreamWriter> writer, base::Labels target,
         TypeLabels type_labels = TypeLabels::kNone);

  /// Changes what samples are made into; all lines are looked at anew, series that remain go on.
  void set_policy(std::shared_ptr<const IntakePolicy> policy);

  /// The series about the scrape itself (up and so on), written in every column. A later call may
  /// lengthen or shorten the list at its end.
  void set_report(std::vector<base::Labels> report) { report_ = std::move(report); }

  /// Reads a body of time `t` (a newline is appended when it lacks one) into an open column. On an
  /// error nothing of it is kept, but counts() say how far it came. Either way one commit()
  /// follows.
  base::Status read(std::string& body, base::TimestampMs t);
  /// Opens an empty column at `t`, for a scrape that failed: everything goes stale.
  base::Status read_nothing(base::TimestampMs t);
  /// Writes the report series and publishes the column.
  base::Status commit(std::span<const double> report);
  /// Stale markers at `t` for every series; nothing may follow.
  base::Status close(base::TimestampMs t) { return writer_->close(t); }

  /// The number of its writer (StreamWriter::number).
  uint32_t writer() const { return writer_->number(); }
  const IntakeCounts& counts() const { return counts_; }
  void reset_counts() { counts_ = {}; }
  /// Series of the target, report series not counted.
  size_t series() const { return series_; }
  const MetadataStore& metadata() const { return metadata_; }

 private:
  struct Birth {
    uint32_t line = 0;
    base::Labels labels;
    SampleText sample;
  };
  struct Loose {
    base::WriterRow row = 0;
    base::TimestampMs t = 0;
    double value = 0;
  };

  base::Status begin(base::TimestampMs t);
  base::Status place_report();
  const char* read_steady(const char* p, const char* end);
  base::Status read_lines(const char* p, const char* end, TextFault& fault);
  base::Result<const char*> read_line(const char* p, const char* end, TextFault& fault);
  base::Result<const char*> read_comment(const char* p, const char* end, TextFault& fault);
  base::Result<const char*> read_series(const char* p, const char* end, TextFault& fault);
  void pass_comment(const char* p, uint32_t slot);
  base::Result<LineType> type_in_force(const char* end);
  void store(uint32_t slot, const SampleText& sample);
  base::Status add_births();
  base::Result<bool> place(std::span<const base::Labels> added, base::WriterRow& first);
  void use_rows(base::WriterRow first, size_t count);
  void end_vanished();
  void write_loose();

  std::unique_ptr<base::StreamWriter> writer_;
  base::Labels target_;
  TypeLabels type_labels_;
  std::shared_ptr<const IntakePolicy> policy_;
  MetadataStore metadata_;
  LineMemory memory_;
  std::vector<bool> row_used_;  ///< By row.
  std::vector<base::WriterRow> report_rows_;
  std::vector<base::Labels> report_;
  size_t series_ = 0;
  uint32_t scrapes_to_retry_ = 0;  ///< Until refused series are tried again; 0: there are none.

  // Of the scrape under way.
  std::span<double> column_;
  base::TimestampMs t_ = 0;
  IntakeCounts counts_;
  const char* type_line_ = nullptr;  ///< The last TYPE line passed.
  const char* type_read_ = nullptr;  ///< The line that type_ is of.
  MetricType type_ = MetricType::kUnknown;
  SeriesText series_text_;
  std::vector<Birth> births_;
  std::vector<Loose> loose_;
  std::vector<base::WriterRow> loose_rows_;  ///< Had explicit timestamps last time; when tracked.
};

}  // namespace tocsin::scrape
