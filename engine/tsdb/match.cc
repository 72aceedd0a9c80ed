#include "engine/tsdb/match.h"

#include <algorithm>

namespace tocsin::tsdb {

SelectorParts split(const base::Matchers& matchers) {
  SelectorParts parts;
  for (const base::Matcher& matcher : matchers) {
    if (matcher.name() != base::kMetricName) {
      parts.others.push_back(&matcher);
    } else if (matcher.op() == base::MatchOp::kEqual && !parts.metric) {
      parts.metric = matcher.value();
    } else {
      parts.names.push_back(&matcher);
    }
  }
  if (parts.metric) parts.others.insert(parts.others.end(), parts.names.begin(), parts.names.end());
  return parts;
}

FamilyFilter::FamilyFilter(const std::vector<const base::Matcher*>& matchers) {
  columns_.reserve(matchers.size());
  for (const base::Matcher* matcher : matchers) {
    columns_.push_back(
        {matcher, base::symbols::find(matcher->name()), matcher->matches_empty(), {}});
  }
}

bool FamilyFilter::matches(const base::Labels& labels) {
  return std::all_of(columns_.begin(), columns_.end(),
                     [&](Column& column) { return matches(column, labels); });
}

bool FamilyFilter::matches(Column& column, const base::Labels& labels) {
  const base::Symbol value = labels.value_of(column.name);
  if (value == 0) return column.matches_empty;
  const auto [verdict, is_new] = column.verdicts.try_emplace(value, false);
  if (is_new) verdict->second = column.matcher->matches(base::symbols::view(value));
  return verdict->second;
}

}  // namespace tocsin::tsdb
