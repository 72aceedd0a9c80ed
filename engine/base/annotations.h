// What a query that worked still has to tell its user: warnings and infos.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/status.h"

namespace tocsin::base {

enum class Severity : uint8_t { kWarning, kInfo };

/// What annotations of one message sum up: how often, how far. Immutable.
class Tally {
 public:
  virtual ~Tally() = default;
  /// Of both; `other` is of the same class.
  virtual std::shared_ptr<const Tally> plus(const Tally& other) const = 0;
  /// What follows the message: " (3 occurrences)".
  virtual std::string text() const = 0;
};

struct Annotation {
  Severity severity = Severity::kWarning;
  std::string message;               ///< Without "PromQL warning:"/"PromQL info:"; see render().
  std::optional<PosRange> position;  ///< Bytes of the query.
  std::shared_ptr<const Tally> tally = nullptr;  ///< May be null.
};

/// A set, one annotation for each severity and message, in order of first appearance. Not
/// thread-safe. Source: prometheus:util/annotations/annotations.go.
class Annotations {
 public:
  /// Of two with the same message the later one's position stays, as upstream; where they sum
  /// something up, it is the earlier one's.
  void add(Annotation annotation);
  void merge(const Annotations& other);
  bool empty() const { return items_.empty(); }
  const std::vector<Annotation>& items() const { return items_; }
  /// Texts as upstream prints them, of one severity: "PromQL info: … (1:5)", positions resolved in
  /// `query`; at most `limit` texts (0 = all), then one line saying how many were left out.
  std::vector<std::string> render(Severity severity, std::string_view query,
                                  size_t limit = 0) const;

 private:
  std::vector<Annotation> items_;
};

/// Line and column (both from 1, column in bytes) of a byte offset in a text.
Position position_of(std::string_view text, uint32_t offset);

}  // namespace tocsin::base
