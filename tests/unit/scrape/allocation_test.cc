// A steady scrape asks nothing of the heap.
#include "engine/scrape/intake.h"
#include "tests/support/memory_sink.h"
#include "tests/unit/rules/counting_heap.h"
#include "tests/unit/scrape/reading.h"

namespace tocsin::scrape {
namespace {

/// A writer of fixed width that only counts.
class FlatWriter final : public base::StreamWriter {
 public:
  base::Result<base::WriterRow> add_series(std::span<const base::Labels> labels) override {
    const auto first = static_cast<base::WriterRow>(column_.size());
    column_.resize(column_.size() + labels.size(), base::absent_marker());
    return first;
  }
  std::vector<base::WriterRow> rows_of(std::span<const base::Labels> labels) const override {
    return std::vector<base::WriterRow>(labels.size(), base::kNoRow);
  }
  void remove_series(base::WriterRow) override {}
  base::Result<std::span<double>> begin(base::TimestampMs) override {
    std::fill(column_.begin(), column_.end(), base::absent_marker());
    return std::span<double>(column_);
  }
  std::span<double> column() override { return column_; }
  void add_loose(base::WriterRow, base::TimestampMs, double) override {}
  void add_histogram(base::WriterRow, base::TimestampMs, base::HistogramPtr) override {}
  base::Result<base::CommitStats> commit() override { return base::CommitStats{}; }
  void abandon() override {}
  base::Status close(base::TimestampMs) override { return {}; }

 private:
  std::vector<double> column_;
};

TEST(IntakeAllocation, SteadyScrapeAllocatesNothing) {
  if (!rules::counts_allocations()) GTEST_SKIP() << "the sanitizer has its own heap";
  Intake intake(std::make_unique<FlatWriter>(), base::Labels::of({{"job", "j"}}));
  intake.set_report({base::Labels::of({{"__name__", "up"}})});
  std::string body;
  for (int i = 0; i < 1000; ++i) {
    if (i % 10 == 0) body += "# TYPE m" + std::to_string(i) + " counter\n";
    body += "m" + std::to_string(i) + "{path=\"/x/" + std::to_string(i) + "\"} 12.5\n";
    if (i % 100 == 0) body += "t" + std::to_string(i) + " 3 1000\n";
  }
  const double up = 1;
  for (int t = 1; t <= 12; ++t) {
    ASSERT_TRUE(intake.read(body, t).ok());
    ASSERT_TRUE(intake.commit(std::span(&up, 1)).ok());
  }
  const uint64_t before = rules::allocations();
  const bool read = intake.read(body, 100).ok();
  const bool committed = intake.commit(std::span(&up, 1)).ok();
  EXPECT_EQ(rules::allocations() - before, 0u);
  EXPECT_TRUE(read && committed);
  EXPECT_EQ(intake.counts().scraped, 1010u);
}

}  // namespace
}  // namespace tocsin::scrape
