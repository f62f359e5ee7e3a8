#pragma once

#include "common/base/bytes.h"
#include "common/data/dataset.h"

namespace covey::data {

/// Appends the images of one file of CIFAR-10's binary version: records of a label byte (0..9) and 3072 bytes
/// of 32x32 red, green and blue planes. kCorrupt "at byte N: ..." for a partial record, an empty file or
/// another label.
Status parse_cifar10(ByteSpan bytes, SampleSet& images);

}  // namespace covey::data
