#include "engine/scrape/intake.h"

#include <algorithm>
#include <cstring>
#include <unordered_map>

#include "engine/base/sample.h"
#include "engine/scrape/line_hash.h"
#include "engine/scrape/text_value.h"

namespace tocsin::scrape {

using base::Code;
using base::Error;
using base::Labels;
using base::Result;
using base::Status;

namespace {

constexpr base::DurationMs kAheadMax = 10 * base::kMinute;

Error limit_error(uint64_t limit) {
  return {Code::kLimit, "sample limit exceeded (limit: " + std::to_string(limit) + ")"};
}

}  // namespace

Intake::Intake(std::unique_ptr<base::StreamWriter> writer, Labels target, TypeLabels type_labels)
    : writer_(std::move(writer)),
      target_(std::move(target)),
      type_labels_(type_labels),
      policy_(std::make_shared<IntakePolicy>()) {}

void Intake::set_policy(std::shared_ptr<const IntakePolicy> policy) {
  policy_ = std::move(policy);
  memory_.forget();
}

/// Gives the report series their rows, or takes them away.
Status Intake::place_report() {
  while (report_rows_.size() > report_.size()) {
    writer_->remove_series(report_rows_.back());
    row_used_[report_rows_.back()] = false;
    report_rows_.pop_back();
  }
  if (report_rows_.size() == report_.size()) return {};
  const auto added = std::span(report_).subspan(report_rows_.size());
  ASSIGN_OR_RETURN(const base::WriterRow first, writer_->add_series(added));
  use_rows(first, added.size());
  for (size_t i = 0; i < added.size(); ++i) {
    report_rows_.push_back(static_cast<base::WriterRow>(first + i));
  }
  return {};
}

Status Intake::begin(base::TimestampMs t) {
  RETURN_IF_ERROR(place_report());
  ASSIGN_OR_RETURN(column_, writer_->begin(t));
  t_ = t;
  return {};
}

Status Intake::read(std::string& body, base::TimestampMs t) {
  counts_ = {};
  births_.clear();
  loose_.clear();
  type_line_ = type_read_ = nullptr;
  type_ = MetricType::kUnknown;
  RETURN_IF_ERROR(begin(t));
  if (!body.empty() && body.back() != '\n') body += '\n';

  if (scrapes_to_retry_ > 0 && --scrapes_to_retry_ == 0) memory_.forget();
  memory_.begin();
  TextFault fault;
  Status status = read_lines(body.data(), body.data() + body.size(), fault);
  if (status.ok() && policy_->samples_max != 0 && counts_.after_relabel > policy_->samples_max) {
    status = limit_error(policy_->samples_max);
  }
  if (status.ok()) status = add_births();
  if (!status.ok()) {
    writer_->abandon();
    // The error may point into the text.
    return fault.at != nullptr ? text_error(body, fault) : std::move(status).error();
  }
  write_loose();
  end_vanished();
  metadata_.end_scrape();
  return {};
}

Status Intake::read_nothing(base::TimestampMs t) {
  RETURN_IF_ERROR(begin(t));
  for (const base::WriterRow row : loose_rows_) writer_->add_loose(row, t, base::stale_marker());
  loose_rows_.clear();
  return {};
}

Status Intake::commit(std::span<const double> report) {
  column_ = writer_->column();
  // A configuration that changed meanwhile counts from the next scrape.
  const size_t count = std::min(report_rows_.size(), report.size());
  for (size_t i = 0; i < count; ++i) column_[report_rows_[i]] = report[i];
  auto stats = writer_->commit();
  if (!stats) return std::move(stats).error();
  counts_.duplicate += stats->duplicate;
  counts_.out_of_order += stats->out_of_order;
  return {};
}

/// The loop of a steady target: each line is where it was, only its number is new. Ends at the
/// first line for which that is not so.
const char* Intake::read_steady(const char* p, const char* end) {
  const std::span<const Line> lines = memory_.ahead();
  double* const column = column_.data();
  SampleText sample;
  uint64_t plain_samples = 0;
  size_t i = 0;
  for (; i < lines.size(); ++i) {
    const Line& line = lines[i];
    if (static_cast<size_t>(end - p) <= line.bytes) break;
    if (line_hash(p, line.bytes) != line.hash) break;
    const char* const rest = p + line.bytes;
    if ((line.slot & kCommentBit) != 0) {
      pass_comment(p, line.slot);
      p = rest;
      continue;
    }
    if (*rest != ' ') break;
    double value = 0;
    const char* const behind = parse_exact_float(rest + 1, value);
    const bool plain = behind != nullptr && *behind == '\n' && line.slot != kDroppedSlot &&
                       base::is_absent(column[line.slot]);
    if (plain) {
      column[line.slot] = value;
      ++plain_samples;
      p = behind + 1;
      continue;
    }
    if (!parse_sample(rest, end, sample)) break;
    store(line.slot, sample);
    p = sample.next;
  }
  memory_.advance(i);
  counts_.scraped += plain_samples;
  counts_.after_relabel += plain_samples;
  return p;
}

Status Intake::read_lines(const char* p, const char* end, TextFault& fault) {
  SampleText sample;
  while (p < end) {
    p = read_steady(p, end);
    if (p == end) break;
    const Line* line = memory_.expected();
    const bool known = line != nullptr && static_cast<size_t>(end - p) > line->bytes &&
                       line_hash(p, line->bytes) == line->hash;
    if (known && (line->slot & kCommentBit) != 0) {
      pass_comment(p, line->slot);
      p += line->bytes;
      memory_.advance();
      continue;
    }
    const char* rest = known ? p + line->bytes : p;
    if (known && (*rest == ' ' || *rest == '\t') && parse_sample(rest, end, sample)) {
      store(line->slot, sample);
      p = sample.next;
      memory_.advance();
      continue;
    }
    ASSIGN_OR_RETURN(p, read_line(p, end, fault));
  }
  return {};
}

Result<const char*> Intake::read_line(const char* p, const char* end, TextFault& fault) {
  const char* first = skip_blanks(p);
  if (*first == '\n' || *first == '#') return read_comment(p, end, fault);
  return read_series(p, end, fault);
}

void Intake::pass_comment(const char* p, uint32_t slot) {
  if ((slot & kTypeBit) != 0) type_line_ = p;
  const uint32_t family = slot & kFamilyMask;
  if (family != kNoFamily) metadata_.seen(family);
}

namespace {

Error faulty(const TextFault& fault) { return {Code::kInvalid, fault.message}; }

}  // namespace

Result<const char*> Intake::read_comment(const char* p, const char* end, TextFault& fault) {
  const char* newline =
      static_cast<const char*>(std::memchr(p, '\n', static_cast<size_t>(end - p)));
  const char* next = newline + 1;
  const auto bytes = static_cast<uint32_t>(next - p);
  const uint64_t hash = line_hash(p, bytes);
  if (const Line* line = memory_.find(hash, bytes)) {
    pass_comment(p, line->slot);
    return next;
  }
  uint32_t slot = kCommentBit | kNoFamily;
  if (*skip_blanks(p) == '#') {
    CommentText comment;
    if (!parse_comment(p, newline, comment, fault)) return faulty(fault);
    if (comment.kind != CommentText::Kind::kPlain) {
      slot = kCommentBit | metadata_.note(comment);
      if (comment.kind == CommentText::Kind::kType) slot |= kTypeBit;
    }
  }
  memory_.add(hash, bytes, slot);
  pass_comment(p, slot);
  return next;
}

Result<const char*> Intake::read_series(const char* p, const char* end, TextFault& fault) {
  const char* stop = scan_series(p, end, fault);
  if (stop == nullptr) return faulty(fault);
  SampleText sample;
  const auto bytes = static_cast<uint32_t>(stop - p);
  const uint64_t hash = line_hash(p, bytes);
  const Line* line = memory_.find(hash, bytes);
  if (line != nullptr) {
    if (!parse_sample(stop, end, sample, fault)) return faulty(fault);
    store(line->slot, sample);
    return sample.next;
  }
  if (!parse_series(p, stop, series_text_, fault)) return faulty(fault);
  if (!parse_sample(stop, end, sample, fault)) return faulty(fault);
  ASSIGN_OR_RETURN(const LineType type, type_in_force(end));
  ASSIGN_OR_RETURN(std::optional<Labels> labels,
                   make_series_labels(series_text_, type, target_, policy_->labels));
  ++counts_.scraped;
  const uint32_t added = memory_.add(hash, bytes, kDroppedSlot);
  if (labels) {
    ++counts_.after_relabel;
    births_.push_back({added, *std::move(labels), sample});
  }
  return sample.next;
}

/// TYPE lines that were only passed by are read when a new series asks for them.
Result<LineType> Intake::type_in_force(const char* end) {
  if (type_line_ != type_read_) {
    const char* newline = std::find(type_line_, end, '\n');
    CommentText comment;
    TextFault fault;
    if (!parse_comment(type_line_, newline, comment, fault)) return faulty(fault);
    type_read_ = type_line_;
    type_ = comment.type;
  }
  return LineType{type_, type_labels_ == TypeLabels::kAdded};
}

void Intake::store(uint32_t slot, const SampleText& sample) {
  ++counts_.scraped;
  if (slot == kDroppedSlot) return;
  ++counts_.after_relabel;
  if (sample.timestamp && policy_->honor_timestamps) {
    loose_.push_back({slot, *sample.timestamp, sample.value});
    return;
  }
  double& cell = column_[slot];
  if (base::is_absent(cell)) {
    cell = sample.value;
  } else {
    ++counts_.duplicate;
  }
}

/// Rows for new series; false when the store is full.
Result<bool> Intake::place(std::span<const Labels> added, base::WriterRow& first) {
  if (added.empty()) return true;
  auto placed = writer_->add_series(added);
  if (!placed && placed.error().code == Code::kLimit) {
    counts_.series_refused += added.size();
    scrapes_to_retry_ = kRefusedRetry;
    return false;
  }
  ASSIGN_OR_RETURN(first, std::move(placed));
  use_rows(first, added.size());
  counts_.series_added += added.size();
  series_ += added.size();
  return true;
}

void Intake::use_rows(base::WriterRow first, size_t count) {
  row_used_.resize(std::max(row_used_.size(), first + count), false);
  std::fill_n(row_used_.begin() + first, count, true);
}

/// Gives new lines their rows. A label set that has a row already (another order of labels, a
/// changed configuration) shares it.
Status Intake::add_births() {
  if (births_.empty()) return {};
  std::vector<Labels> born;
  born.reserve(births_.size());
  for (const Birth& birth : births_) born.push_back(birth.labels);
  std::vector<base::WriterRow> slots = writer_->rows_of(born);
  std::vector<Labels> added;
  std::unordered_map<Labels, uint32_t, base::LabelsHash> numbers;  // In `added`.
  constexpr uint32_t kNew = 0x80000000;  // The rest of the bits: index in `added`.
  for (size_t i = 0; i < born.size(); ++i) {
    if (slots[i] != base::kNoRow) continue;
    const auto next = static_cast<uint32_t>(kNew | added.size());
    const auto [found, is_fresh] = numbers.emplace(born[i], next);
    if (is_fresh) added.push_back(born[i]);
    slots[i] = found->second;
  }
  base::WriterRow first = 0;
  ASSIGN_OR_RETURN(const bool has_room, place(added, first));
  column_ = writer_->column();
  counts_.scraped -= births_.size();
  counts_.after_relabel -= births_.size();
  for (size_t i = 0; i < births_.size(); ++i) {
    const bool is_new = (slots[i] & kNew) != 0;
    if (is_new && !has_room) {
      ++counts_.scraped;
      ++counts_.after_relabel;
      continue;  // Remembered as dropped.
    }
    const uint32_t row = is_new ? first + (slots[i] & ~kNew) : slots[i];
    memory_.set_slot(births_[i].line, row);
    store(row, births_[i].sample);
  }
  births_ = std::vector<Birth>();  // As large as all series together: given back.
  return {};
}

/// Ends the series that no line stands for any more.
void Intake::end_vanished() {
  if (!memory_.changed()) return;
  std::vector<bool> alive(row_used_.size());
  for (const base::WriterRow row : report_rows_) alive[row] = true;
  for (const Line& line : memory_.keep()) {
    if (line.slot < kDroppedSlot) alive[line.slot] = true;
  }
  for (uint32_t row = 0; row < row_used_.size(); ++row) {
    if (alive[row] || !row_used_[row]) continue;
    writer_->remove_series(row);
    row_used_[row] = false;
    --series_;
  }
}

void Intake::write_loose() {
  for (const Loose& sample : loose_) {
    if (sample.t > t_ + kAheadMax) {
      ++counts_.out_of_bounds;
    } else {
      writer_->add_loose(sample.row, sample.t, sample.value);
    }
  }
  if (!policy_->track_timestamps_staleness) return loose_rows_.clear();
  std::vector<base::WriterRow> rows;
  rows.reserve(loose_.size());
  for (const Loose& sample : loose_) rows.push_back(sample.row);
  std::sort(rows.begin(), rows.end());
  for (const base::WriterRow row : loose_rows_) {
    const bool gone = !std::binary_search(rows.begin(), rows.end(), row);
    if (gone && base::is_absent(column_[row])) {
      writer_->add_loose(row, t_, base::stale_marker());
    }
  }
  loose_rows_ = std::move(rows);
}

}  // namespace tocsin::scrape
