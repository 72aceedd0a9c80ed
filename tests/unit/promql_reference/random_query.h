// Random expressions over the metrics of random_data.h, within what the reference knows.
#pragma once

#include <initializer_list>
#include <random>
#include <string>

namespace tocsin::promql::test {

class RandomQuery {
 public:
  explicit RandomQuery(uint32_t seed) : random_(seed) {}
  /// A well-typed vector or scalar expression.
  std::string next();

 private:
  using Words = std::initializer_list<const char*>;
  std::string pick(Words words);
  bool happens(double p);

  std::string vector(int depth);
  std::string scalar(int depth);
  std::string selector(bool is_counter = false);
  std::string shift();
  std::string window(int depth, bool is_counter);
  std::string labels();
  std::string matching();
  std::string range_call(int depth);
  std::string math_call(int depth);
  std::string aggregation(int depth);
  std::string join(int depth);
  std::string set_operation(int depth);
  std::string with_scalar(int depth);

  std::mt19937 random_;
};

}  // namespace tocsin::promql::test
