#pragma once

#include "common/data/dataset.h"

namespace covey::data {

// What kinds of samples share.

/// `number` with zeros in front, `width` digits or more.
std::string padded_number(std::size_t number, std::size_t width);

/// Of samples that are words: kInvalidArgument unless the words make a vocabulary and nothing is normalised.
Status check_words_alone(const DataSpec& spec);

}  // namespace covey::data
