#pragma once

#include <string>
#include <string_view>

#include "common/base/status.h"
#include "common/data/dataset.h"

namespace covey::data {

/// EMNIST in files emnist-SPLIT-{train,test}-{images-idx3,labels-idx1}-ubyte, plain or .gz, with
/// emnist-SPLIT-mapping.txt beside them (used for the number of classes; without it the largest label
/// counts). data.path is
///   - a folder with one split, or with several of which "balanced" is then read, or
///   - FOLDER/SPLIT, for one split of such a folder.
/// Published images are transposed, and the labels of "letters" start at 1; both are undone.

/// Exchanges rows and columns of every (grey) image.
void transpose_images(SampleSet& images);

/// Number of lines "label code [code ...]" of a mapping file; kCorrupt naming the first line that is none.
Result<int> count_mapped_classes(std::string_view text);

}  // namespace covey::data
