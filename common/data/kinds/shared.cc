#include "common/data/kinds/shared.h"

#include "common/data/text/vocabulary.h"

namespace covey::data {

std::string padded_number(std::size_t number, std::size_t width) {
  const std::string digits = std::to_string(number);
  return digits.size() >= width ? digits : std::string(width - digits.size(), '0') + digits;
}

Status check_words_alone(const DataSpec& spec) {
  if (!spec.normalisation.mean.empty()) return invalid_argument("mean: is one of pixels, allowed: none");
  if (!spec.normalisation.stddev.empty()) return invalid_argument("stddev: is one of pixels, allowed: none");
  return Vocabulary::of_words(spec.vocabulary).status().with_context("vocabulary");
}

}  // namespace covey::data
