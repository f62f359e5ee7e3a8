#pragma once

#include <string_view>

#include "common/base/file.h"
#include "common/data/regions/regions.h"

namespace covey::data {

/// A folder of images as a detector saw them, with captions.
///   regions.safetensors  one tensor, `features`: all regions x F, fp32
///   captions.jsonl       an image a line:
///     {"image": 7, "regions": 2, "names": ["young man", "dog"], "width": 500, "height": 333,
///      "boxes": [[0, 0, 99, 332], [120, 200, 300, 320]],
///      "captions": [{"phrases": [{"words": "a man in red", "boxes": [[0, 0, 110, 332]]},
///                                {"words": "his dog", "regions": [1]},
///                                {"words": "the street"}], "class": 3}]}
/// The features of the first line's regions are the first rows, and so on. "image" is for lines that show the
/// same image (all lines have it, or none); "names" may be missing. Boxes are [left, top, right, bottom] in
/// pixels, borders included, inside the image; they are needed where a phrase has boxes: it means the regions
/// whose intersection over union with all its boxes together (the smallest box around them) is 0.5 or more
/// (second-order-and-models.md E.5). A phrase may name regions instead, by position from 0, or leave open
/// what it means. "class" is the label by which samples are dealt out. A caption without phrases is left out.
inline constexpr const char* kCaptionFile = "captions.jsonl";
inline constexpr const char* kRegionFile = "regions.safetensors";

/// The captions of both files, in their order; regions are sorted by the area of their boxes where there are
/// boxes, the largest first.
///   errors  kCorrupt or kInvalidArgument "captions.jsonl:LINE: where: what is wrong, what is allowed"
Result<std::vector<CaptionedImage>> parse_captions(std::string_view captions, ByteSpan regions);

/// The same, of a folder.
Result<std::vector<CaptionedImage>> read_captions(const fs::path& folder);

/// Writes both files so that read_captions gives `samples` again; what is meant and classes only if
/// `answers`.
Status write_captions(const std::vector<CaptionedImage>& samples, bool answers, const fs::path& folder);

}  // namespace covey::data
