// HELP and TYPE of a target's metric families.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/base/symbols.h"
#include "engine/scrape/text_parser.h"

namespace tocsin::scrape {

/// What the API shows of a family.
struct FamilyMetadata {
  std::string family;
  MetricType type = MetricType::kUnknown;
  std::string help;
  std::string unit;
};

/// The families of one target. A family is forgotten ten good scrapes after it was last seen.
/// snapshot() is thread-safe; everything else belongs to the thread that scrapes.
class MetadataStore {
 public:
  using Family = uint32_t;
  static constexpr uint32_t kScrapesKept = 10;

  /// Notes a HELP or TYPE line; returns its family.
  Family note(const CommentText& comment);
  /// The family was seen in this scrape.
  void seen(Family family) { families_[family].last_seen = scrape_; }
  /// A good scrape ended: forgets what is too old.
  void end_scrape();
  std::vector<FamilyMetadata> snapshot() const;

 private:
  /// Targets of a job say the same of the same families: their texts are shared.
  struct Entry {
    base::SharedText name;
    base::SharedText help;
    uint32_t last_seen = 0;
    MetricType type = MetricType::kUnknown;
    bool used = false;
  };
  Family find_or_add(const std::string& name);
  void build_index();

  mutable std::mutex mutex_;  // Guards texts and the set of families against snapshot().
  std::vector<Entry> families_;
  std::vector<Family> free_;
  uint32_t scrape_ = 0;
  // Built when a scrape has the first line that is new, dropped at its end.
  std::unordered_map<std::string_view, Family> by_name_;
};

}  // namespace tocsin::scrape
