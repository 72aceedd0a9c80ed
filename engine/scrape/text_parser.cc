#include "engine/scrape/text_parser.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstring>

#include "engine/base/number.h"
#include "engine/scrape/text_value.h"

namespace tocsin::scrape {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_name_byte(char c) { return is_letter(c) || is_digit(c) || c == ':'; }
bool is_blank(char c) { return c == ' ' || c == '\t'; }

/// What stands at `p`, cut short, for messages.
std::string shown(const char* p, const char* end) {
  constexpr ptrdiff_t kShownMax = 40;
  const char* newline = std::find(p, end, '\n');
  const ptrdiff_t length = std::min(newline - p, kShownMax);
  if (length == 0) return "the end of the line";
  std::string text = base::go_quote(std::string_view(p, static_cast<size_t>(length)));
  return length < newline - p ? text + "…" : text;
}

const char* fail(TextFault& fault, const char* at, std::string message) {
  fault = {at, std::move(message)};
  return nullptr;
}

/// The end of a metric name that needs no quotes; `p` when there is none.
const char* scan_name(const char* p) {
  if (!is_name_byte(*p) || is_digit(*p)) return p;
  while (is_name_byte(*p)) ++p;
  return p;
}

/// Behind the closing quote of the string that opens at `p`; nullptr when it never closes.
const char* scan_quoted(const char* p, const char* end) {
  for (++p; p < end; ++p) {
    if (*p == '\\') {
      ++p;
    } else if (*p == '"') {
      return p + 1;
    }
  }
  return nullptr;
}

std::optional<double> slow_float(std::string_view text) {
  // Go's parser also knows hexadecimal floats and digit separators; the format does not.
  if (text.find_first_of("pP_") != std::string_view::npos) return std::nullopt;
  return base::parse_float(text);
}

}  // namespace

std::string_view to_string(MetricType type) {
  switch (type) {
    case MetricType::kUnknown:
      return "unknown";
    case MetricType::kCounter:
      return "counter";
    case MetricType::kGauge:
      return "gauge";
    case MetricType::kHistogram:
      return "histogram";
    case MetricType::kSummary:
      return "summary";
  }
  return "unknown";
}

const char* skip_blanks(const char* p) {
  while (is_blank(*p)) ++p;
  return p;
}

const char* scan_series(const char* p, const char* end, TextFault& fault) {
  p = skip_blanks(p);
  const char* name_end = scan_name(p);
  const char* brace = skip_blanks(name_end);
  if (name_end == p && *p != '{') {
    return fail(fault, p, "expected a metric name, got " + shown(p, end));
  }
  if (*brace != '{') return name_end;
  for (const char* at = brace + 1; at < end; ++at) {
    if (*at == '}') return at + 1;
    if (*at == '\n') break;
    if (*at != '"') continue;
    const char* behind = scan_quoted(at, end);
    if (behind == nullptr) return fail(fault, at, "a quoted string does not end");
    at = behind - 1;
  }
  return fail(fault, brace, "the labels of " + shown(p, end) + " have no closing brace");
}

/// The grammar between the braces, over one series text.
class SeriesParser {
 public:
  SeriesParser(const char* stop, SeriesText& out, TextFault& fault)
      : stop_(stop), out_(out), fault_(fault) {}

  bool parse(const char* p) {
    out_.name = {};
    out_.labels.clear();
    out_.unescaped_.clear();
    // Reserved once, so that the views into it stay where they are.
    out_.unescaped_.reserve(static_cast<size_t>(stop_ - p));
    p = skip_blanks(p);
    const char* name_end = scan_name(p);
    out_.name = {p, static_cast<size_t>(name_end - p)};
    p = name_end;
    if (p < stop_) p = labels(skip_blanks(p) + 1);
    if (p == nullptr) return false;
    if (out_.name.empty()) return fail(fault_, p, "metric name not set") != nullptr;
    return names_are_unique(p);
  }

 private:
  /// Reads up to the closing brace. A comma missing between two labels is accepted, as upstream.
  const char* labels(const char* p) {
    for (;;) {
      p = skip_blanks(p);
      if (*p == '}') return p + 1;
      p = item(p);
      if (p == nullptr) return nullptr;
      p = skip_blanks(p);
      if (*p == ',') ++p;
    }
  }

  /// A label, or the quoted metric name.
  const char* item(const char* p) {
    const char* const begin = p;
    std::string_view name;
    const bool quoted = *p == '"';
    p = quoted ? string(p, name) : word(p, name);
    if (p == nullptr) return nullptr;
    p = skip_blanks(p);
    if (quoted && (*p == ',' || *p == '}')) {
      if (!out_.name.empty()) return fail(fault_, begin, "metric name already set");
      if (name.empty()) return fail(fault_, begin, "the metric name is empty");
      out_.name = name;
      return p;
    }
    if (*p != '=')
      return fail(fault_, p, "expected '=' after a label name, got " + shown(p, stop_));
    p = skip_blanks(p + 1);
    if (*p != '"') {
      return fail(fault_, p, "expected a label value in double quotes, got " + shown(p, stop_));
    }
    std::string_view value;
    p = string(p, value);
    if (p != nullptr) out_.labels.push_back({name, value});
    return p;
  }

  const char* word(const char* p, std::string_view& out) {
    const char* const begin = p;
    while (is_letter(*p) || (is_digit(*p) && p > begin)) ++p;
    if (p == begin) return fail(fault_, p, "expected a label name, got " + shown(p, stop_));
    out = {begin, static_cast<size_t>(p - begin)};
    return p;
  }

  const char* string(const char* p, std::string_view& out) {
    const char* const behind = scan_quoted(p, stop_);
    if (behind == nullptr) return fail(fault_, p, "a quoted string does not end");
    out = {p + 1, static_cast<size_t>(behind - p - 2)};
    if (out.find('\\') != std::string_view::npos) out = unescape(out);
    if (!base::is_utf8(out)) return fail(fault_, p, "invalid UTF-8 in " + shown(p, behind));
    return behind;
  }

  /// \\, \" and \n; other pairs stay as they are.
  std::string_view unescape(std::string_view text) {
    std::string& pool = out_.unescaped_;
    const size_t begin = pool.size();
    for (size_t i = 0; i < text.size(); ++i) {
      const char next = text[i] == '\\' && i + 1 < text.size() ? text[i + 1] : '\0';
      const bool known = next == '\\' || next == '"' || next == 'n';
      pool += next == 'n' ? '\n' : known ? next : text[i];
      i += known ? 1 : 0;
    }
    return std::string_view(pool).substr(begin);
  }

  bool names_are_unique(const char* at) {
    const auto& labels = out_.labels;
    std::vector<std::string_view> names;
    names.reserve(labels.size());
    for (const base::LabelView& label : labels) names.push_back(label.name);
    std::sort(names.begin(), names.end());
    const auto again = std::adjacent_find(names.begin(), names.end());
    const bool clash = std::binary_search(names.begin(), names.end(), base::kMetricName);
    if (again == names.end() && !clash) return true;
    const std::string_view name = again == names.end() ? base::kMetricName : *again;
    fail(fault_, at - 1, "label name " + base::go_quote(name) + " is not unique: invalid sample");
    return false;
  }

  const char* stop_;
  SeriesText& out_;
  TextFault& fault_;
};

bool parse_series(const char* p, const char* stop, SeriesText& out, TextFault& fault) {
  return SeriesParser(stop, out, fault).parse(p);
}

bool parse_sample(const char* p, const char* end, SampleText& out) {
  p = skip_blanks(p);
  const char* behind = parse_exact_float(p, out.value);
  if (behind == nullptr || !(is_blank(*behind) || *behind == '\n')) {
    behind = std::find_if(p, end, [](char c) { return is_blank(c) || c == '\n' || c == '{'; });
    const auto value = slow_float({p, static_cast<size_t>(behind - p)});
    if (!value) return false;
    out.value = *value;
  }
  out.timestamp.reset();
  p = skip_blanks(behind);
  if (is_digit(*p)) {
    base::TimestampMs t = 0;
    const auto [stop, failure] = std::from_chars(p, end, t);
    if (failure != std::errc{}) return false;
    out.timestamp = t;
    p = skip_blanks(stop);
  }
  out.next = p + 1;
  return *p == '\n';
}

bool parse_sample(const char* p, const char* end, SampleText& out, TextFault& fault) {
  const char* const begin = skip_blanks(p);
  if (parse_sample(begin, end, out)) return true;
  const char* const behind =
      std::find_if(begin, end, [](char c) { return is_blank(c) || c == '\n' || c == '{'; });
  if (behind == begin) {
    fail(fault, begin, "expected a value after the series, got " + shown(begin, end));
  } else if (!slow_float({begin, static_cast<size_t>(behind - begin)})) {
    fail(fault, begin, shown(begin, behind) + " is not a number");
  } else {
    const char* const rest = skip_blanks(behind);
    fail(fault, rest,
         "expected a timestamp in milliseconds or a new line, got " + shown(rest, end));
  }
  return false;
}

namespace {

constexpr std::pair<std::string_view, MetricType> kTypes[] = {
    {"counter", MetricType::kCounter},     {"gauge", MetricType::kGauge},
    {"histogram", MetricType::kHistogram}, {"summary", MetricType::kSummary},
    {"untyped", MetricType::kUnknown},
};

bool read_type(const char* at, std::string_view text, CommentText& out, TextFault& fault) {
  for (const auto& [word, type] : kTypes) {
    if (text != word) continue;
    out.type = type;
    return true;
  }
  fail(fault, at, "invalid metric type " + base::go_quote(text));
  return false;
}

bool read_help(const char* at, std::string_view text, CommentText& out, TextFault& fault) {
  if (!base::is_utf8(text)) {
    fail(fault, at, "the help text is not valid UTF-8");
    return false;
  }
  for (size_t i = 0; i < text.size(); ++i) {
    const char next = text[i] == '\\' && i + 1 < text.size() ? text[i + 1] : '\0';
    const bool known = next == '\\' || next == 'n';
    out.help += next == 'n' ? '\n' : known ? next : text[i];
    i += known ? 1 : 0;
  }
  return true;
}

/// The name after HELP or TYPE, quoted or not. nullptr: a fault.
const char* read_meta_name(const char* p, const char* stop, CommentText& out, TextFault& fault) {
  if (*p != '"') {
    const char* name_end = scan_name(p);
    out.name.assign(p, name_end);
    if (name_end == p) return fail(fault, p, "expected a metric name, got " + shown(p, stop));
    return name_end;
  }
  const char* behind = scan_quoted(p, stop);
  if (behind == nullptr) return fail(fault, p, "a quoted string does not end");
  SeriesText name;
  const std::string braces = "{" + std::string(p, behind) + "}";
  if (!parse_series(braces.data(), braces.data() + braces.size(), name, fault)) {
    return fail(fault, p, "expected a metric name, got " + shown(p, stop));
  }
  out.name = name.name;
  return behind;
}

}  // namespace

bool parse_comment(const char* p, const char* stop, CommentText& out, TextFault& fault) {
  out = {};
  const char* word = skip_blanks(skip_blanks(p) + 1);
  const std::string_view rest(word, static_cast<size_t>(stop - word));
  const bool spaced = is_blank(skip_blanks(p)[1]);
  const bool help = rest.starts_with("HELP ") || rest.starts_with("HELP\t");
  const bool type = rest.starts_with("TYPE ") || rest.starts_with("TYPE\t");
  if (!spaced || !(help || type)) return true;

  out.kind = help ? CommentText::Kind::kHelp : CommentText::Kind::kType;
  const char* name_end = read_meta_name(skip_blanks(word + 4), stop, out, fault);
  if (name_end == nullptr) return false;
  // Exactly one separator goes; a second blank belongs to the text.
  const char* text = std::min(name_end + 1, stop);
  const std::string_view body(text, static_cast<size_t>(stop - text));
  return help ? read_help(text, body, out, fault) : read_type(text, body, out, fault);
}

base::Error text_error(std::string_view body, const TextFault& fault) {
  const auto line = 1 + std::count(body.data(), fault.at, '\n');
  return {base::Code::kInvalid, "line " + std::to_string(line) + ": " + fault.message};
}

base::Result<std::vector<TextSample>> parse_text(std::string body) {
  if (body.empty() || body.back() != '\n') body += '\n';
  const char* const end = body.data() + body.size();
  std::vector<TextSample> out;
  TextFault fault;
  SeriesText series;
  for (const char* p = body.data(); p < end;) {
    const char* first = skip_blanks(p);
    if (*first == '\n' || *first == '#') {
      const char* stop = std::find(first, end, '\n');
      CommentText comment;
      const bool blank = *first == '\n';
      if (!blank && !parse_comment(p, stop, comment, fault)) return text_error(body, fault);
      p = stop + 1;
      continue;
    }
    SampleText sample;
    const char* stop = scan_series(p, end, fault);
    if (stop == nullptr || !parse_series(p, stop, series, fault) ||
        !parse_sample(stop, end, sample, fault)) {
      return text_error(body, fault);
    }
    TextSample& row = out.emplace_back();
    row.name = series.name;
    for (const auto& label : series.labels) row.labels.emplace_back(label.name, label.value);
    row.value = sample.value;
    row.timestamp = sample.timestamp;
    p = sample.next;
  }
  return out;
}

}  // namespace tocsin::scrape
