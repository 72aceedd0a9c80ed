// html/template's contextual escaping, as far as e-mails and chat messages need it: text, quoted
// attribute values and URLs in them. Values in other places (scripts, styles, tag and attribute
// names, unquoted values, event handlers) are refused by name.
//
// Where Go works out the context of each action beforehand, this follows the output as it is
// written: the escaping is the same, and branches that end in different contexts are no error as
// long as each of them is sound. Source: Go html/template transition.go, html.go, url.go.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/status.h"
#include "engine/template/value.h"

namespace tocsin::tmpl {

/// Appends template text and escaped values to a string. Comments of the text are dropped.
class HtmlWriter {
 public:
  explicit HtmlWriter(std::string& out) : out_(out) {}

  /// Text of the template itself.
  base::Status literal(std::string_view text);
  /// A value that an action prints. Fails in places that have no escaping here.
  base::Status value(const Value& value);
  /// Fails when the text ends inside a tag, an attribute or a script.
  base::Status finish() const;

 private:
  enum class State : uint8_t {
    kText,
    kTagName,
    kTag,
    kAttributeName,
    kAfterName,
    kBeforeValue,
    kQuoted,
    kUnquoted,
    kComment,
    kRawText,  ///< Inside script, style, title or textarea, up to the end tag.
  };
  enum class Attribute : uint8_t { kPlain, kUrl, kRefused };

  void step(char c);
  void step_text(char c);
  void disarm_open_angle();
  void step_tag_name(char c);
  void step_attribute(char c);
  void close_tag();
  void begin_value(char c);
  void append_url(std::string& to, std::string_view text, bool trusted) const;
  std::string_view place() const;

  std::string& out_;
  State state_ = State::kText;
  char quote_ = '"';
  std::string name_;     // Of the tag or attribute being read, in lower case.
  std::string element_;  // Of the raw text element around us.
  std::string recent_;   // The last few bytes, to find "<!--", "-->" and end tags.
  std::string attribute_name_;
  Attribute attribute_ = Attribute::kPlain;
  bool value_started_ = false;  // Of a URL: something has been written.
  bool in_query_ = false;       // Of a URL: after '?' or '#'.
};

}  // namespace tocsin::tmpl
