#pragma once

#include "common/data/kinds/sample_kind.h"

namespace covey::data {

/// 8-bit pixels (base/image_shape.h). As files: PNG without loss, a user's by position, labelled ones as
/// CLASS/POSITION.png.
const SampleKind* image_kind();

/// Ids of words (base/text_shape.h). As files: a user's in texts.txt, one a line; labelled ones in texts.tsv,
/// a text, a tab and the number of its class a line.
const SampleKind* text_kind();

/// Regions of an image and phrases about them (base/region_shape.h). As files: the two of
/// readers/region_files.h, a line for each sample; those of a user do not say what phrases mean.
const SampleKind* region_kind();

}  // namespace covey::data
