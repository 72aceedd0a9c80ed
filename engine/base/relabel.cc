#include "engine/base/relabel.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>

namespace tocsin::base {
namespace {

std::string join_sources(const RelabelRule& rule, const LabelsBuilder& labels) {
  std::string out;
  for (size_t i = 0; i < rule.source_labels.size(); ++i) {
    if (i != 0) out += rule.separator;
    out += labels.get(rule.source_labels[i]);
  }
  return out;
}

void replace(const RelabelRule& rule, const std::string& value, LabelsBuilder& labels) {
  std::string target;
  if (!rule.regex.expand(value, rule.target_label, target)) return;
  if (target.empty() || !is_utf8(target)) return;
  std::string replacement;
  rule.regex.expand(value, rule.replacement, replacement);
  labels.set(target, replacement);
}

void map_labels(const RelabelRule& rule, LabelsBuilder& labels) {
  const auto before = labels.labels();
  for (const auto& [name, value] : before) {
    std::string target;
    if (rule.regex.expand(name, rule.replacement, target)) labels.set(target, value);
  }
}

void drop_labels(const RelabelRule& rule, bool matching, LabelsBuilder& labels) {
  const auto before = labels.labels();
  for (const auto& [name, value] : before) {
    if (rule.regex.matches(name) == matching) labels.remove(name);
  }
}

// Upstream maps by Unicode; ASCII and the two-byte Latin, Greek and Cyrillic letters are what
// labels have in practice, so only ASCII letters change here (docs/compatibility.md).
std::string with_case(std::string text, char first, char last, int shift) {
  for (char& c : text) {
    if (c >= first && c <= last) c = static_cast<char>(c + shift);
  }
  return text;
}

bool apply(const RelabelRule& rule, LabelsBuilder& labels) {
  const std::string value = join_sources(rule, labels);
  switch (rule.action) {
    case RelabelAction::kReplace:
      replace(rule, value, labels);
      return true;
    case RelabelAction::kKeep:
      return rule.regex.matches(value);
    case RelabelAction::kDrop:
      return !rule.regex.matches(value);
    case RelabelAction::kKeepEqual:
      return labels.get(rule.target_label) == value;
    case RelabelAction::kDropEqual:
      return labels.get(rule.target_label) != value;
    case RelabelAction::kHashMod:
      labels.set(rule.target_label, std::to_string(md5_low64(value) % rule.modulus));
      return true;
    case RelabelAction::kLabelMap:
      map_labels(rule, labels);
      return true;
    case RelabelAction::kLabelDrop:
      drop_labels(rule, true, labels);
      return true;
    case RelabelAction::kLabelKeep:
      drop_labels(rule, false, labels);
      return true;
    case RelabelAction::kLowercase:
      labels.set(rule.target_label, with_case(value, 'A', 'Z', 32));
      return true;
    case RelabelAction::kUppercase:
      labels.set(rule.target_label, with_case(value, 'a', 'z', -32));
      return true;
  }
  return true;
}

}  // namespace

bool relabel(std::span<const RelabelRule> rules, LabelsBuilder& labels) {
  return std::ranges::all_of(rules, [&](const RelabelRule& rule) { return apply(rule, labels); });
}

uint64_t md5_low64(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int length = 0;
  EVP_Digest(text.data(), text.size(), digest.data(), &length, EVP_md5(), nullptr);
  uint64_t out = 0;
  for (size_t i = 8; i < 16; ++i) out = (out << 8) | digest[i];
  return out;
}

}  // namespace tocsin::base
