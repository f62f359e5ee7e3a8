#pragma once

#include <algorithm>
#include <sstream>
#include <string>

#include "common/config/known_names.h"

namespace covey::config {

/// A small build: enough names for every default and one more of each kind.
inline KnownNames test_names() {
  KnownNames names;
  names.by_key = {
      {"data.name", {"glyphs", "mnist"}},
      {"data.partition", {"classes", "iid"}},
      {"model.name", {"cnn", "resnet8"}},
      {"training.objective", {"consistency", "supervised"}},
      {"training.optimizer", {"adahessian", "sgd"}},
      {"training.schedule", {"constant", "cosine", "paper"}},
      {"averaging.rule", {"fedavg", "grouping", "median", "trimmed-mean"}},
      {"download.codec", {"fp32", "hawq", "ptq", "qbert", "topk"}},
      {"download.quantiser", {"fp32", "ptq", "sym", "topk"}},
      {"upload.codec", {"fp32", "ptq", "topk"}},
      {"fqt.gradient_quantiser", {"bhq", "psq"}},
      {"samples.kind", {"image", "text"}},
      {"samples.task", {"classification", "next-word", "phrase-grounding"}},
  };
  return names;
}

/// Without the comments behind the values: most of a printed file, and nothing that a reader looks at.
inline std::string without_comments(const std::string& toml) {
  std::istringstream in(toml);
  std::string out;
  for (std::string line; std::getline(in, line);) {
    line.resize(std::min(line.size(), line.find('#')));
    line.resize(line.find_last_not_of(' ') + 1);
    out += line + '\n';
  }
  return out;
}

}  // namespace covey::config
