#include "engine/template/html.h"

#include <algorithm>
#include <array>

#include "engine/template/escape.h"
#include "engine/template/utf8.h"

namespace tocsin::tmpl {

using base::Code;
using base::Error;
using base::Status;

namespace {

constexpr std::array<std::string_view, 14> kUrlAttributes = {
    "action",     "archive", "background", "cite",     "classid",  "codebase", "data",
    "formaction", "href",    "icon",       "longdesc", "manifest", "poster",   "src"};
constexpr std::array<std::string_view, 4> kRawElements = {"script", "style", "textarea", "title"};

template <class Names>
bool contains(const Names& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

// javascript: and the like must not come out of data.
bool has_safe_scheme(std::string_view url) {
  const size_t colon = url.find(':');
  if (colon == std::string_view::npos || url.substr(0, colon).find('/') != std::string_view::npos) {
    return true;
  }
  std::string scheme;
  for (const char c : url.substr(0, colon)) scheme += lower(c);
  return scheme == "http" || scheme == "https" || scheme == "mailto";
}

std::string without_tags(std::string_view html) {
  std::string out;
  bool inside = false;
  for (const char c : html) {
    if (c == '<') inside = true;
    if (!inside) out += c;
    if (c == '>') inside = false;
  }
  return out;
}

}  // namespace

Status HtmlWriter::literal(std::string_view text) {
  for (const char c : text) step(c);
  if (state_ == State::kText) disarm_open_angle();
  return {};
}

// What follows the end of a literal is another's: it must not become the name of a tag.
void HtmlWriter::disarm_open_angle() {
  const size_t start = out_.size() - std::min<size_t>(out_.size(), 3);
  const std::string_view end = std::string_view(out_).substr(start);
  const size_t angle = end.rfind('<');
  if (angle == std::string_view::npos) return;
  const std::string_view tail = end.substr(angle);
  const bool open = tail == "<" || tail == "</" || tail == "<!" || tail == "<!-";
  if (open) out_.replace(start + angle, 1, "&lt;");
}

void HtmlWriter::step(char c) {
  switch (state_) {
    case State::kText:
      return step_text(c);
    case State::kTagName:
      return step_tag_name(c);
    case State::kTag:
    case State::kAttributeName:
    case State::kAfterName:
    case State::kBeforeValue:
      return step_attribute(c);
    case State::kQuoted:
      out_ += c;
      if (c == quote_) state_ = State::kTag;
      if (c == '?' || c == '#') in_query_ = true;
      // Browsers skip blanks in front of a URL: they must not hide its scheme.
      if (!is_space(c)) value_started_ = true;
      return;
    case State::kUnquoted:
      out_ += c;
      if (is_space(c)) state_ = State::kTag;
      if (c == '>') close_tag();
      return;
    case State::kComment:
      recent_ += c;
      if (recent_.ends_with("-->")) state_ = State::kText;
      if (recent_.size() > 8) recent_.erase(0, recent_.size() - 3);
      return;
    case State::kRawText: {
      out_ += c;
      recent_ += lower(c);
      const std::string end = "</" + element_;
      if (recent_.ends_with(end)) {
        state_ = State::kTagName;
        name_ = "/" + element_;
      }
      if (recent_.size() > 64) recent_.erase(0, recent_.size() - end.size());
      return;
    }
  }
}

void HtmlWriter::step_text(char c) {
  out_ += c;
  const std::string_view written = out_;
  if (written.ends_with("<!--")) {
    out_.resize(out_.size() - 4);
    state_ = State::kComment;
    recent_.clear();
    return;
  }
  const bool tag = written.size() >= 2 && is_letter(c) &&
                   (written[written.size() - 2] == '<' ||
                    (written.size() >= 3 && written.substr(written.size() - 3, 2) == "</"));
  if (!tag) return;
  state_ = State::kTagName;
  name_.clear();
  if (written[written.size() - 2] == '/') name_ = "/";
  name_ += lower(c);
}

void HtmlWriter::step_tag_name(char c) {
  out_ += c;
  if (c == '>') return close_tag();
  if (is_space(c) || c == '/') {
    element_ = name_;
    state_ = State::kTag;
    return;
  }
  name_ += lower(c);
}

void HtmlWriter::close_tag() {
  if (state_ == State::kTagName) element_ = name_;
  state_ = contains(kRawElements, element_) ? State::kRawText : State::kText;
  recent_.clear();
}

// Between the name of a tag and its '>'.
void HtmlWriter::step_attribute(char c) {
  if (state_ == State::kBeforeValue && !is_space(c) && c != '>') return begin_value(c);
  out_ += c;
  if (c == '>') return close_tag();
  if (is_space(c) || c == '/') {
    if (state_ == State::kAttributeName) state_ = State::kAfterName;
    return;
  }
  if (c == '=' && state_ != State::kTag) {
    state_ = State::kBeforeValue;
    attribute_name_ = name_;
    return;
  }
  if (state_ != State::kAttributeName) name_.clear();
  state_ = State::kAttributeName;
  name_ += lower(c);
}

void HtmlWriter::begin_value(char c) {
  out_ += c;
  const size_t colon = attribute_name_.find(':');
  const std::string_view name =
      std::string_view(attribute_name_).substr(colon == std::string::npos ? 0 : colon + 1);
  attribute_ = Attribute::kPlain;
  if (contains(kUrlAttributes, name)) attribute_ = Attribute::kUrl;
  if (name == "style" || name == "srcset" || name == "srcdoc" || name.starts_with("on")) {
    attribute_ = Attribute::kRefused;
  }
  value_started_ = false;
  in_query_ = false;
  state_ = c == '"' || c == '\'' ? State::kQuoted : State::kUnquoted;
  quote_ = c;
}

std::string_view HtmlWriter::place() const {
  switch (state_) {
    case State::kText:
    case State::kComment:
      return "text";
    case State::kTagName:
      return "the name of a tag";
    case State::kTag:
    case State::kAttributeName:
    case State::kAfterName:
      return "a tag, outside an attribute value";
    case State::kBeforeValue:
    case State::kUnquoted:
      return "an attribute value without quotes";
    case State::kQuoted:
      return "the attribute ";
    case State::kRawText:
      return "the element ";
  }
  return "";
}

void HtmlWriter::append_url(std::string& to, std::string_view text, bool trusted) const {
  if (!trusted && !value_started_ && !has_safe_scheme(text)) {
    to += "#ZgotmplZ";
    return;
  }
  append_url_part(to, text, !in_query_);
}

Status HtmlWriter::value(const Value& value) {
  if (state_ == State::kComment || value.is_nil()) return {};
  const Text* text = value.get<Text>();
  const Trust trust = text == nullptr ? Trust::kPlain : text->trust;
  const std::string printed = to_printed(value);
  const bool raw_text =
      state_ == State::kRawText && (element_ == "title" || element_ == "textarea");
  if (state_ == State::kText || raw_text) {
    if (trust == Trust::kHtml || trust == Trust::kEscaped) {
      // What it opens it closes, or the rest would be escaped for the wrong place.
      if (raw_text) {
        append_html_normalized(out_, without_tags(printed));
      } else {
        out_ += printed;
      }
    } else {
      append_html_escaped(out_, printed);
    }
    return {};
  }
  if (state_ == State::kQuoted && attribute_ == Attribute::kUrl) {
    std::string url;
    append_url(url, printed, trust == Trust::kUrl);
    append_html_escaped(out_, url);
    value_started_ = true;
    return {};
  }
  if (state_ == State::kQuoted && attribute_ == Attribute::kPlain) {
    if (trust == Trust::kHtml || trust == Trust::kEscaped) {
      append_html_normalized(out_, without_tags(printed));
    } else {
      append_html_escaped(out_, printed);
    }
    return {};
  }
  std::string where(place());
  if (state_ == State::kQuoted) where += attribute_name_;
  if (state_ == State::kRawText) where += element_;
  return Error{Code::kUnsupported, "values inside " + where + " of HTML are not supported"};
}

Status HtmlWriter::finish() const {
  if (state_ == State::kText) return {};
  return Error{Code::kInvalid, "html/template: ends in a non-text context: inside " +
                                   std::string(place()) +
                                   (state_ == State::kQuoted ? attribute_name_ : "") +
                                   (state_ == State::kRawText ? element_ : "")};
}

}  // namespace tocsin::tmpl
