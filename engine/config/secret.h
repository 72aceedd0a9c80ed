// A string that does not print.
#pragma once

#include <string>
#include <utility>

namespace tocsin::config {

/// Holds a credential. There is no conversion and no operator<<: whoever needs the text calls
/// reveal(), and only senders do. Everything that shows configuration prints "<secret>".
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string text) : text_(std::move(text)) {}
  const std::string& reveal() const { return text_; }
  bool empty() const { return text_.empty(); }
  bool operator==(const Secret&) const = default;

 private:
  std::string text_;
};

}  // namespace tocsin::config
