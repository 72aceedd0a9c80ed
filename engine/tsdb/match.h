// Testing many label sets against the same matchers.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/base/labels.h"
#include "engine/base/matcher.h"

namespace tocsin::tsdb {

/// Matchers sorted by what they say about the metric name. Lifetime: as the matchers split.
struct SelectorParts {
  std::optional<std::string> metric;         ///< The name, when one matcher says __name__="…".
  std::vector<const base::Matcher*> names;   ///< Other matchers on __name__.
  std::vector<const base::Matcher*> others;  ///< All the rest, and `names` when metric is set.
};
SelectorParts split(const base::Matchers& matchers);

/// Tests label sets; a value met before costs one look-up, so a regular expression runs once for
/// each distinct value. Valid while the label sets tested are kept alive. Not thread-safe.
class FamilyFilter {
 public:
  explicit FamilyFilter(const std::vector<const base::Matcher*>& matchers);
  bool matches(const base::Labels& labels);

 private:
  struct Column {
    const base::Matcher* matcher;
    base::Symbol name;
    bool matches_empty;
    std::unordered_map<base::Symbol, bool> verdicts;  // By value.
  };
  bool matches(Column& column, const base::Labels& labels);
  std::vector<Column> columns_;
};

}  // namespace tocsin::tsdb
