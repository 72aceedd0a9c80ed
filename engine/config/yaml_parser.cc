// Text → tree, over libyaml's events: Go's YAML library is a port of libyaml, so what is refused,
// and with which words, equals promtool. Duplicate keys, merge keys, budgets and byte columns are
// ours.
#include <yaml.h>

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "engine/config/yaml.h"

namespace tocsin::config {
namespace {

using base::Code;
using base::Error;
using base::Position;
using base::Result;
using base::Status;

/// An event that frees itself.
struct Event {
  yaml_event_t raw{};
  Event() = default;
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;
  ~Event() { yaml_event_delete(&raw); }
};

/// Turns libyaml's marks (code points from the start) into lines and byte columns. Marks come
/// almost always in ascending order, so one pass over the text serves them all.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : text_(text) {}

  Position at(size_t code_points, const std::string& file) {
    if (code_points < seen_) *this = Cursor(text_);
    while (seen_ < code_points && byte_ < text_.size()) step();
    return {file, line_, column_};
  }
  Position at_byte(size_t offset, const std::string& file) {
    *this = Cursor(text_);
    while (byte_ < offset && byte_ < text_.size()) step();
    return {file, line_, column_};
  }
  char next_byte() const { return byte_ < text_.size() ? text_[byte_] : '\0'; }

 private:
  void step() {
    const bool newline = text_[byte_] == '\n';
    do {
      ++byte_;
      ++column_;
    } while (byte_ < text_.size() && (static_cast<uint8_t>(text_[byte_]) & 0xC0) == 0x80);
    ++seen_;
    if (newline) {
      ++line_;
      column_ = 1;
    }
  }

  std::string_view text_;
  size_t seen_ = 0;
  size_t byte_ = 0;
  uint32_t line_ = 1;
  uint32_t column_ = 1;
};

bool is_null_text(std::string_view text) {
  return text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL";
}

uint64_t count_nodes(const YamlNode& node) {
  uint64_t count = 1;
  for (const YamlNode& item : node.items) count += count_nodes(item);
  for (const YamlNode::Entry& entry : node.entries) count += 1 + count_nodes(entry.value);
  return count;
}

uint32_t height(const YamlNode& node) {
  uint32_t below = 0;
  for (const YamlNode& item : node.items) below = std::max(below, height(item));
  for (const YamlNode::Entry& entry : node.entries) below = std::max(below, height(entry.value));
  return below + 1;
}

class Parser {
 public:
  Parser(std::string_view text, const std::string& file, const YamlLimits& limits)
      : text_(text), file_(file), limits_(limits), cursor_(text) {
    ready_ = yaml_parser_initialize(&parser_) != 0;
    if (!ready_) return;
    yaml_parser_set_encoding(&parser_, YAML_UTF8_ENCODING);
    // libyaml wants an address even for nothing; an empty view may have none.
    const char* start = text.empty() ? "" : text.data();
    yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(start),
                                 text.size());
  }
  Parser(const Parser&) = delete;
  Parser& operator=(const Parser&) = delete;
  ~Parser() {
    if (ready_) yaml_parser_delete(&parser_);
  }

  Result<std::vector<YamlNode>> documents() {
    if (!ready_) return Error{Code::kLimit, "out of memory for YAML", {file_, 0, 0}};
    std::vector<YamlNode> out;
    for (;;) {
      Event event;
      RETURN_IF_ERROR(next(event));
      if (event.raw.type == YAML_STREAM_END_EVENT) return out;
      if (event.raw.type != YAML_DOCUMENT_START_EVENT) continue;
      anchors_.clear();
      Event root;
      RETURN_IF_ERROR(next(root));
      ASSIGN_OR_RETURN(YamlNode node, build(root, 1));
      out.push_back(std::move(node));
    }
  }

 private:
  Status next(Event& event) {
    if (yaml_parser_parse(&parser_, &event.raw) != 0) return {};
    return syntax_error();
  }

  Error syntax_error() {
    std::string message = parser_.problem != nullptr ? parser_.problem : "cannot be read as YAML";
    if (parser_.error == YAML_READER_ERROR) {
      return {Code::kInvalid, std::move(message), cursor_.at_byte(parser_.problem_offset, file_)};
    }
    Position where = cursor_.at(parser_.problem_mark.index, file_);
    if (cursor_.next_byte() == '\t') message += " (a tab: YAML is indented with spaces)";
    if (parser_.context != nullptr) {
      message += std::string(", ") + parser_.context;
      const Position begin = cursor_.at(parser_.context_mark.index, file_);
      if (begin.line != where.line) message += " that began at line " + std::to_string(begin.line);
    }
    return {Code::kInvalid, std::move(message), std::move(where)};
  }

  Position position(const Event& event) { return cursor_.at(event.raw.start_mark.index, file_); }

  Status count(uint64_t nodes, const Position& where) {
    nodes_ += nodes;
    if (nodes_ <= limits_.nodes_max) return {};
    return {Code::kLimit,
            "more than " + std::to_string(limits_.nodes_max) + " YAML nodes in one file", where};
  }

  Status check_depth(uint32_t depth, const Position& where) const {
    if (depth <= limits_.depth_max) return {};
    return {Code::kLimit,
            "YAML nested deeper than " + std::to_string(limits_.depth_max) + " levels", where};
  }

  /// Builds the node that `event` starts. `depth` of a document's root is 1.
  Result<YamlNode> build(const Event& event, uint32_t depth) {
    Position where = position(event);
    RETURN_IF_ERROR(check_depth(depth, where));
    RETURN_IF_ERROR(count(1, where));
    const std::string anchor = anchor_of(event);
    if (!anchor.empty()) anchors_.insert_or_assign(anchor, Anchor{});
    auto built = [&]() -> Result<YamlNode> {
      if (event.raw.type == YAML_ALIAS_EVENT) return alias(event, std::move(where), depth);
      if (event.raw.type == YAML_SCALAR_EVENT) return scalar(event, std::move(where));
      if (event.raw.type == YAML_SEQUENCE_START_EVENT) return sequence(event, where, depth);
      return mapping(event, where, depth);
    }();
    if (!built) return built;
    if (!anchor.empty()) {
      // The stored copy is memory, too.
      const uint64_t nodes = count_nodes(*built);
      RETURN_IF_ERROR(count(nodes, built->where));
      anchors_.insert_or_assign(anchor, Anchor{true, nodes, height(*built), *built});
    }
    return built;
  }

  static std::string anchor_of(const Event& event) {
    const yaml_char_t* name = nullptr;
    if (event.raw.type == YAML_SCALAR_EVENT) name = event.raw.data.scalar.anchor;
    if (event.raw.type == YAML_SEQUENCE_START_EVENT) name = event.raw.data.sequence_start.anchor;
    if (event.raw.type == YAML_MAPPING_START_EVENT) name = event.raw.data.mapping_start.anchor;
    return name != nullptr ? reinterpret_cast<const char*>(name) : "";
  }

  Result<YamlNode> alias(const Event& event, Position where, uint32_t depth) {
    const std::string name = reinterpret_cast<const char*>(event.raw.data.alias.anchor);
    const auto found = anchors_.find(name);
    if (found == anchors_.end()) {
      return Error{Code::kInvalid, "unknown anchor '" + name + "' referenced", std::move(where)};
    }
    const Anchor& anchor = found->second;
    if (!anchor.complete) {
      return Error{Code::kInvalid, "anchor '" + name + "' value contains itself", std::move(where)};
    }
    RETURN_IF_ERROR(check_depth(depth + anchor.height - 1, where));
    RETURN_IF_ERROR(count(anchor.nodes, where));
    alias_nodes_ += anchor.nodes;
    if (alias_nodes_ > limits_.alias_nodes_max) {
      return Error{Code::kLimit,
                   "YAML aliases expand to more than " + std::to_string(limits_.alias_nodes_max) +
                       " nodes; write the repeated parts out or use fewer aliases",
                   std::move(where)};
    }
    return anchor.node;
  }

  /// Only the core types have a tag; anything else would be silently misread.
  Status check_tag(const yaml_char_t* raw, const Position& where) const {
    if (raw == nullptr) return {};
    const std::string_view tag = reinterpret_cast<const char*>(raw);
    for (const std::string_view known : {"str", "int", "float", "bool", "null", "seq", "map"}) {
      if (tag == "tag:yaml.org,2002:" + std::string(known)) return {};
    }
    if (tag == "!") return {};
    return {Code::kUnsupported, "the YAML tag " + std::string(tag) + " is not supported", where};
  }

  Result<YamlNode> scalar(const Event& event, Position where) {
    const auto& data = event.raw.data.scalar;
    RETURN_IF_ERROR(check_tag(data.tag, where));
    YamlNode node;
    node.where = std::move(where);
    node.scalar.assign(reinterpret_cast<const char*>(data.value), data.length);
    node.block = data.style == YAML_LITERAL_SCALAR_STYLE || data.style == YAML_FOLDED_SCALAR_STYLE;
    const std::string_view tag = data.tag ? reinterpret_cast<const char*>(data.tag) : "";
    node.quoted = data.style != YAML_PLAIN_SCALAR_STYLE || tag == "!" || tag.ends_with(":str");
    const bool null = !node.quoted && is_null_text(node.scalar);
    node.kind = null ? YamlNode::Kind::kNull : YamlNode::Kind::kScalar;
    if (null) node.scalar.clear();
    return node;
  }

  Result<YamlNode> sequence(const Event& event, const Position& where, uint32_t depth) {
    RETURN_IF_ERROR(check_tag(event.raw.data.sequence_start.tag, where));
    YamlNode node;
    node.kind = YamlNode::Kind::kSequence;
    node.where = where;
    for (;;) {
      Event item;
      RETURN_IF_ERROR(next(item));
      if (item.raw.type == YAML_SEQUENCE_END_EVENT) return node;
      ASSIGN_OR_RETURN(YamlNode value, build(item, depth + 1));
      node.items.push_back(std::move(value));
    }
  }

  Result<YamlNode> mapping(const Event& event, const Position& where, uint32_t depth) {
    RETURN_IF_ERROR(check_tag(event.raw.data.mapping_start.tag, where));
    YamlNode node;
    node.kind = YamlNode::Kind::kMapping;
    node.where = where;
    std::vector<YamlNode::Entry> merges;
    for (;;) {
      Event key_event;
      RETURN_IF_ERROR(next(key_event));
      if (key_event.raw.type == YAML_MAPPING_END_EVENT) break;
      ASSIGN_OR_RETURN(YamlNode key, this->key(key_event, depth));
      Event value_event;
      RETURN_IF_ERROR(next(value_event));
      ASSIGN_OR_RETURN(YamlNode value, build(value_event, depth + 1));
      const bool merge = !key.quoted && key.scalar == "<<";
      (merge ? merges : node.entries).push_back({std::move(key), std::move(value)});
    }
    RETURN_IF_ERROR(check_duplicates(node.entries));
    if (merges.size() > 1) RETURN_IF_ERROR(check_duplicates(merges));
    if (merges.empty()) return node;
    std::unordered_set<std::string> present;
    for (const YamlNode::Entry& entry : node.entries) present.insert(entry.key.scalar);
    for (YamlNode::Entry& merge : merges) RETURN_IF_ERROR(merge_into(node, merge.value, present));
    return node;
  }

  Result<YamlNode> key(const Event& event, uint32_t depth) {
    ASSIGN_OR_RETURN(YamlNode key, build(event, depth + 1));
    if (key.is_null() && event.raw.type == YAML_SCALAR_EVENT) {
      const auto& data = event.raw.data.scalar;
      key.kind = YamlNode::Kind::kScalar;
      key.scalar.assign(reinterpret_cast<const char*>(data.value), data.length);
    }
    if (!key.is_scalar()) {
      return Error{Code::kInvalid,
                   "the key of a mapping must be a plain word or string, not " +
                       std::string(key.kind_name()),
                   key.where};
    }
    return key;
  }

  static Status duplicate(const YamlNode& again, const YamlNode& first) {
    return {Code::kInvalid,
            "key \"" + again.scalar + "\" already set in map (at line " +
                std::to_string(first.where.line) + ")",
            again.where};
  }

  static Status check_duplicates(const std::vector<YamlNode::Entry>& entries) {
    std::unordered_map<std::string_view, const YamlNode*> seen;
    for (const YamlNode::Entry& entry : entries) {
      const auto [found, fresh] = seen.emplace(entry.key.scalar, &entry.key);
      if (!fresh) return duplicate(entry.key, *found->second);
    }
    return {};
  }

  /// Keys written in the mapping itself win, then those of earlier merged mappings.
  /// `present`: the keys of `node`.
  Status merge_into(YamlNode& node, const YamlNode& source,
                    std::unordered_set<std::string>& present) {
    if (source.is_sequence()) {
      for (const YamlNode& item : source.items) {
        if (!item.is_mapping()) return not_mergeable(item);
        RETURN_IF_ERROR(merge_into(node, item, present));
      }
      return {};
    }
    if (!source.is_mapping()) return not_mergeable(source);
    for (const YamlNode::Entry& entry : source.entries) {
      if (present.insert(entry.key.scalar).second) node.entries.push_back(entry);
    }
    return {};
  }

  static Status not_mergeable(const YamlNode& node) {
    return {Code::kInvalid, "map merge requires map or sequence of maps as the value", node.where};
  }

  struct Anchor {
    bool complete = false;
    uint64_t nodes = 0;
    uint32_t height = 0;
    YamlNode node;
  };

  std::string_view text_;
  const std::string& file_;
  const YamlLimits& limits_;
  Cursor cursor_;
  yaml_parser_t parser_{};
  bool ready_ = false;
  uint64_t nodes_ = 0;
  uint64_t alias_nodes_ = 0;
  std::unordered_map<std::string, Anchor> anchors_;
};

}  // namespace

Result<std::vector<YamlNode>> parse_yaml(std::string_view text, const std::string& file,
                                         const YamlLimits& limits) {
  if (text.size() > limits.bytes_max) {
    return Error{Code::kLimit,
                 "larger than " + std::to_string(limits.bytes_max) + " bytes; split the file",
                 {file, 0, 0}};
  }
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  return Parser(text, file, limits).documents();
}

Result<YamlNode> parse_yaml_document(std::string_view text, const std::string& file,
                                     const YamlLimits& limits) {
  ASSIGN_OR_RETURN(std::vector<YamlNode> documents, parse_yaml(text, file, limits));
  if (documents.size() > 1) {
    return Error{Code::kInvalid,
                 "a second YAML document begins here, but this file may hold only one",
                 documents[1].where};
  }
  if (!documents.empty()) return std::move(documents.front());
  YamlNode nothing;
  nothing.where = {file, 1, 1};
  return nothing;
}

}  // namespace tocsin::config
