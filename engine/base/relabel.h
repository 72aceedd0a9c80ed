// Relabelling: rules that rewrite, keep or drop a label set.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "engine/base/labels.h"
#include "engine/base/matcher.h"

namespace tocsin::base {

enum class RelabelAction : uint8_t {
  kReplace,
  kKeep,
  kDrop,
  kKeepEqual,
  kDropEqual,
  kHashMod,
  kLabelMap,
  kLabelDrop,
  kLabelKeep,
  kLowercase,
  kUppercase,
};

/// One relabel_config, validated. Source: prometheus model/relabel/relabel.go.
struct RelabelRule {
  std::vector<std::string> source_labels;
  std::string separator = ";";
  Regex regex;           ///< Default (.*).
  uint64_t modulus = 0;  ///< Of kHashMod.
  std::string target_label;
  std::string replacement = "$1";
  RelabelAction action = RelabelAction::kReplace;
};

/// Applies `rules` in order to `labels`. False: the set is dropped, and `labels` is unspecified.
/// Pure.
bool relabel(std::span<const RelabelRule> rules, LabelsBuilder& labels);

/// The last eight bytes of the MD5 of `text`, big-endian, as upstream's hashmod takes them.
uint64_t md5_low64(std::string_view text);

}  // namespace tocsin::base
