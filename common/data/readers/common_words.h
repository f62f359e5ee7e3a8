#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace covey::data {

/// Classes for samples that have none, so that they can be dealt out unevenly: by a word of each. The ten
/// most frequent words are a class each, or where there are more than ten the first nine, with one for all
/// others.
class CommonWords {
 public:
  /// One word a sample.
  explicit CommonWords(const std::vector<std::string>& words);

  std::int32_t class_of(const std::string& word) const;
  int count() const { return static_cast<int>(classes_.size()) + (others_ ? 1 : 0); }

 private:
  std::map<std::string, std::int32_t> classes_;
  bool others_ = false;
};

}  // namespace covey::data
