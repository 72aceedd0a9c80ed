// Hostile templates end, with an error that names the bound.
#include "tests/support/fake_time.h"
#include "tests/unit/template/template_testing.h"

namespace tocsin::tmpl {
namespace {

base::Error failure(std::string_view text, const ExecOptions& options = {}) {
  auto parsed = Template::parse("t", text, alertmanager_functions());
  if (!parsed) return parsed.error();
  auto out = parsed->execute(test_data(), TestEnvironment(), options);
  return out ? base::Error{base::Code::kInternal, "it worked"} : out.error();
}

TEST(Limits, EndlessRecursion) {
  const auto error =
      failure("{{ define \"a\" }}{{ template \"a\" . }}{{ end }}{{ template \"a\" . }}");
  EXPECT_EQ(error.code, base::Code::kLimit);
  EXPECT_NE(error.message.find("exceeded maximum template depth (100)"), std::string::npos);
}

TEST(Limits, DeepRecursionThroughBranches) {
  std::string text = "{{ define \"a\" }}";
  for (int i = 0; i < 60; ++i) text += "{{ if true }}";
  text += "{{ template \"a\" . }}";
  for (int i = 0; i < 60; ++i) text += "{{ end }}";
  EXPECT_EQ(failure(text + "{{ end }}{{ template \"a\" . }}").code, base::Code::kLimit);
}

TEST(Limits, LongLoops) {
  const auto error = failure("{{ range 1000000000 }}{{ end }}");
  EXPECT_EQ(error.code, base::Code::kLimit);
  EXPECT_NE(error.message.find("more than 1000000 steps"), std::string::npos);
}

TEST(Limits, LongOutput) {
  ExecOptions options;
  options.max_output_bytes = 100;
  EXPECT_EQ(failure("{{ range 1000 }}0123456789{{ end }}", options).code, base::Code::kLimit);
  EXPECT_EQ(failure("{{ printf \"%500d\" 1 }}", options).code, base::Code::kLimit);
  EXPECT_EQ(
      failure("{{ printf \"%1000000d%1000000d%1000000d%1000000d%1000000d\" 1 2 3 4 5 }}").code,
      base::Code::kLimit);
}

TEST(Limits, TextThatDoubles) {
  EXPECT_EQ(failure("{{ $x := \"aaaaaaaa\" }}{{ range 100 }}{{ $x = print $x $x }}{{ end }}").code,
            base::Code::kLimit);
  EXPECT_EQ(failure("{{ $x := list 1 }}{{ range 100 }}{{ $x = list $x $x $x }}{{ end }}").code,
            base::Code::kLimit);
}

// What functions build is work, too, also when nothing of it is printed.
TEST(Limits, LongTextsInALoop) {
  ExecOptions options;
  options.max_steps = 10'000;
  for (const char* text : {"{{ range 100 }}{{ $x := printf \"%99999d\" 1 }}{{ end }}",
                           "{{ $l := printf \"%9999d\" 1 }}"
                           "{{ range 500 }}{{ $x := toUpper $l }}{{ end }}"}) {
    const auto error = failure(text, options);
    EXPECT_EQ(error.code, base::Code::kLimit) << text;
    EXPECT_NE(error.message.find("more than 10000 steps"), std::string::npos) << error.message;
  }
}

TEST(Limits, ListsInsideLists) {
  EXPECT_EQ(failure("{{ $x := list }}{{ range 5000 }}{{ $x = list $x }}{{ end }}").code,
            base::Code::kLimit);
}

TEST(Limits, NestingOfTheSource) {
  EXPECT_EQ(failure("{{ " + std::string(5000, '(')).code, base::Code::kLimit);
  std::string ifs;
  for (int i = 0; i < 5000; ++i) ifs += "{{ if 1 }}";
  EXPECT_EQ(failure(ifs).code, base::Code::kLimit);
  EXPECT_EQ(failure(std::string(5 << 20, 'x')).code, base::Code::kLimit);
}

TEST(Limits, Deadline) {
  const base::SystemClock clock;
  ExecOptions options;
  options.clock = &clock;
  options.deadline_steady_ns = clock.steady_ns() - 1;
  EXPECT_EQ(failure("{{ range 100 }}{{ end }}", options).code, base::Code::kTimeout);
}

}  // namespace
}  // namespace tocsin::tmpl
