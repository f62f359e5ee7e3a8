#include "common/data/kinds/sample_files.h"

namespace covey::data {

std::string padded_number(std::size_t number, std::size_t width) {
  const std::string digits = std::to_string(number);
  return digits.size() >= width ? digits : std::string(width - digits.size(), '0') + digits;
}

}  // namespace covey::data
