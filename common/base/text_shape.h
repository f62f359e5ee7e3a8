#pragma once

#include "common/base/sample_format.h"

namespace covey {

inline constexpr const char* kTextKind = "text";

/// Length of a text: 16-bit ids of words (data/text/vocabulary.h), as many in every text.
struct TextShape {
  int tokens = 0;  ///< ids of a text, padding included

  operator SampleFormat() const;
  /// `format` is of kind text.
  static TextShape of(const SampleFormat& format);
};

}  // namespace covey
