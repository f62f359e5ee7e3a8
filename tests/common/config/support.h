#pragma once

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
      {"download.codec", {"fp32", "ptq", "topk"}},
      {"upload.codec", {"fp32", "ptq", "topk"}},
      {"fqt.gradient_quantiser", {"bhq", "psq"}},
  };
  return names;
}

}  // namespace covey::config
