// Any text, loaded as a rule file.
#include "rules/rule_file.h"
#include "tests/fuzz/fuzz_target.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tocsin;
  const auto file = rules::parse_rule_file(fuzz_text(data, size), "input.yml");
  if (!file) {
    fuzz_check(!file.error().empty(), "a refusal has a reason");
    for (const base::Error& error : file.error()) {
      fuzz_check(!error.message.empty(), "an error says something");
    }
    return 0;
  }
  for (const rules::GroupSpec& group : file->groups) {
    fuzz_check(!group.name.empty(), "a group has a name");
    fuzz_check(rules::same_group(group, group), "a group equals itself");
    for (const rules::RuleSpec& rule : group.rules) {
      fuzz_check(rule.expr != nullptr && !rule.query.empty(), "a rule has an expression");
      (void)rules::merged_labels(group, rule);
    }
  }
  return 0;
}
