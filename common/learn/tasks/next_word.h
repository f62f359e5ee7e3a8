#pragma once

#include "common/learn/task.h"

namespace covey::learn {

/// A language model: outputs are N x L x vocabulary logits for the word that follows each of the first L
/// words of a text. An answer is a word after the first; a text's loss is the mean over its answers, 0 where
/// it has none, and a batch's the mean over its texts. exp(loss) of an evaluation, whose loss is the mean
/// over all answers, is the perplexity.
Result<std::unique_ptr<Task>> make_next_word(const data::DataSpec& spec);

}  // namespace covey::learn
