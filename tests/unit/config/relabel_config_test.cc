#include "engine/config/relabel_config.h"

#include <gtest/gtest.h>

namespace tocsin::config {
namespace {

std::string outcome(std::string_view text, NameValidation names = NameValidation::kUtf8) {
  const auto node = parse_yaml_document(text, "");
  if (!node) return node.error().to_string();
  const auto rules = parse_relabel_rules(*node, "relabel rule", names);
  return rules ? "ok" : rules.error().message;
}

TEST(RelabelConfig, ReadsDefaultsAndValues) {
  const auto node = parse_yaml_document(
      "- {source_labels: [a, b], target_label: c}\n"
      "- {action: DROP, regex: true, source_labels: [x]}\n"
      "- {target_label: gone, replacement: ''}\n",
      "");
  ASSERT_TRUE(node.ok());
  const auto rules = parse_relabel_rules(*node, "relabel rule");
  ASSERT_TRUE(rules.ok()) << rules.error().to_string();
  ASSERT_EQ(rules->size(), 3u);
  EXPECT_EQ((*rules)[0].regex.expression(), "(.*)");
  EXPECT_EQ((*rules)[0].separator, ";");
  EXPECT_EQ((*rules)[0].replacement, "$1");
  EXPECT_EQ((*rules)[1].action, base::RelabelAction::kDrop);
  EXPECT_EQ((*rules)[1].regex.expression(), "true");
  EXPECT_EQ((*rules)[2].replacement, "");
}

TEST(RelabelConfig, RefusesWithUpstreamsTexts) {
  EXPECT_EQ(outcome("- {action: hashmod, target_label: x}"),
            "relabel configuration for hashmod requires non-zero modulus");
  EXPECT_EQ(outcome("- {source_labels: [a]}"),
            "relabel configuration for replace action requires 'target_label' value");
  EXPECT_EQ(outcome("- {action: lowercase, target_label: x, replacement: y}"),
            "'replacement' can not be set for lowercase action");
  EXPECT_EQ(outcome("- {action: keepequal, target_label: x, regex: y}"),
            "keepequal action requires only 'source_labels' and `target_label`, and no other "
            "fields");
  EXPECT_EQ(outcome("- {action: labeldrop, regex: y, source_labels: [x]}"),
            "labeldrop action requires only 'regex', and no other fields");
  EXPECT_EQ(outcome("- {action: ''}"), "relabel action cannot be empty");
  EXPECT_EQ(outcome("- {action: relpace}"),
            "unknown relabel action \"relpace\"; did you mean \"replace\"?");
  EXPECT_EQ(outcome("- ~"), "empty or null relabel rule");
  EXPECT_NE(outcome("- {target_label: x, regex: '('}"), "ok");
}

TEST(RelabelConfig, ChecksNamesUnderTheLegacyScheme) {
  EXPECT_EQ(outcome("- {target_label: 'a.b'}"), "ok");
  EXPECT_EQ(outcome("- {target_label: 'a.b'}", NameValidation::kLegacy),
            "\"a.b\" is invalid 'target_label' for replace action");
  EXPECT_EQ(outcome("- {target_label: '__meta_${1}_x$2'}", NameValidation::kLegacy), "ok");
  EXPECT_NE(outcome("- {target_label: 'x${1'}", NameValidation::kLegacy), "ok");
}

}  // namespace
}  // namespace tocsin::config
