#include "notifiers/email/address.h"

#include <algorithm>

#include "engine/base/labels.h"
#include "notifiers/utf8.h"

namespace tocsin::notifiers {

namespace {

base::Error invalid(std::string_view what, std::string_view text) {
  return {base::Code::kInvalid, "mail: " + std::string(what) + " in " + base::go_quote(text)};
}

/// Takes one list entry apart: where quotes, comments and angle brackets stand.
struct Entry {
  std::string plain;    ///< Without comments; what stands outside brackets.
  std::string bracket;  ///< What stands in <…>.
  bool has_bracket = false;
};

/// Walks over a list and hands out its entries.
class Walker {
 public:
  explicit Walker(std::string_view text) : text_(text) {}
  bool at_end() const { return offset_ >= text_.size(); }

  base::Result<Entry> next() {
    Entry entry;
    bool in_bracket = false;
    for (; offset_ < text_.size(); ++offset_) {
      const char c = text_[offset_];
      if (c == '"') {
        RETURN_IF_ERROR(copy_quoted(in_bracket ? entry.bracket : entry.plain));
      } else if (c == '(' && !in_bracket) {
        RETURN_IF_ERROR(skip_comment());
      } else if (c == '<' && !in_bracket) {
        if (entry.has_bracket) return invalid("two addresses without a comma between them", text_);
        in_bracket = entry.has_bracket = true;
      } else if (c == '>' && in_bracket) {
        in_bracket = false;
      } else if (c == ',' && !in_bracket) {
        ++offset_;
        return entry;
      } else {
        (in_bracket ? entry.bracket : entry.plain) += c;
      }
    }
    if (in_bracket) return invalid("unclosed angle bracket", text_);
    return entry;
  }

 private:
  base::Status copy_quoted(std::string& out) {
    out += text_[offset_];
    for (++offset_; offset_ < text_.size(); ++offset_) {
      out += text_[offset_];
      if (text_[offset_] == '"') return {};
      if (text_[offset_] == '\\' && offset_ + 1 < text_.size()) out += text_[++offset_];
    }
    return invalid("unclosed quoted string", text_);
  }

  base::Status skip_comment() {
    size_t depth = 0;
    for (; offset_ < text_.size(); ++offset_) {
      if (text_[offset_] == '(') ++depth;
      if (text_[offset_] == ')' && --depth == 0) return {};
    }
    return invalid("unclosed comment", text_);
  }

  std::string_view text_;
  size_t offset_ = 0;
};

bool is_address_byte(char c) { return static_cast<unsigned char>(c) > ' ' && c != 0x7F; }

/// local@domain, as far as a client can tell.
bool is_address(std::string_view text) {
  const size_t at = text.rfind('@');
  if (at == std::string_view::npos || at == 0 || at + 1 == text.size()) return false;
  const bool clean = std::all_of(text.begin(), text.end(), is_address_byte);
  return clean && text.find_first_of("<>,;") == std::string_view::npos;
}

}  // namespace

base::Result<std::vector<std::string>> parse_addresses(std::string_view text) {
  std::vector<std::string> addresses;
  Walker walker(text);
  while (!walker.at_end()) {
    ASSIGN_OR_RETURN(const Entry entry, walker.next());
    const std::string_view address = trim_space(entry.has_bracket ? entry.bracket : entry.plain);
    // Upstream's parser forgives empty entries, as in "a@x.org,,b@x.org".
    if (address.empty() && !entry.has_bracket) continue;
    if (!is_address(address)) return invalid("no address", text);
    addresses.emplace_back(address);
  }
  if (addresses.empty()) return base::Error{base::Code::kInvalid, "mail: no address"};
  return addresses;
}

}  // namespace tocsin::notifiers
