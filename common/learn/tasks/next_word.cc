#include "common/learn/tasks/next_word.h"

#include "common/base/text_shape.h"

namespace covey::learn {

namespace {

constexpr std::int64_t kNoAnswer = 0;  // padding
constexpr std::int64_t kTexts = 16;    // whose logits lie in memory as float64 at once

class NextWord final : public Task {
 public:
  Answers answers() const override { return Answers::kSamples; }

  torch::Tensor loss(const torch::Tensor& outputs, const torch::Tensor& samples,
                     const torch::Tensor&) const override {
    const Following answers = answers_of(outputs, samples);
    return (answers.losses.sum(1) / answers.count.clamp_min(1)).mean();
  }

  Score score(const torch::Tensor& outputs, const torch::Tensor& samples,
              const torch::Tensor&) const override {
    Score score;
    for (std::int64_t first = 0; first < outputs.size(0); first += kTexts)
      score += score_of(outputs.slice(0, first, first + kTexts), samples.slice(0, first, first + kTexts));
    return score;
  }

 private:
  struct Following {
    torch::Tensor words;    ///< N x (L - 1), int64: what follows; kNoAnswer past the end
    torch::Tensor guesses;  ///< the same shape: the likeliest words
    torch::Tensor losses;   ///< the same shape, 0 past the end
    torch::Tensor count;    ///< N: answers of each text
  };

  static Score score_of(const torch::Tensor& outputs, const torch::Tensor& samples) {
    const Following answers = answers_of(outputs.to(torch::kFloat64), samples);
    const torch::Tensor right = answers.guesses.eq(answers.words).logical_and(answers.words.ne(kNoAnswer));
    return {right.sum().item<double>(), answers.count.sum().item<double>(),
            answers.losses.sum().item<double>()};
  }

  static Following answers_of(const torch::Tensor& outputs, const torch::Tensor& samples) {
    const torch::Tensor words = samples.detach().to(torch::kInt64).slice(1, 1, outputs.size(1));
    const torch::Tensor logits = outputs.slice(1, 0, words.size(1));
    const auto each =
        torch::nn::functional::CrossEntropyFuncOptions().reduction(torch::kNone).ignore_index(kNoAnswer);
    const torch::Tensor losses =
        torch::nn::functional::cross_entropy(logits.reshape({-1, logits.size(2)}), words.reshape({-1}), each);
    return {words, logits.detach().argmax(2), losses.view_as(words), words.ne(kNoAnswer).sum(1)};
  }
};

}  // namespace

Result<std::unique_ptr<Task>> make_next_word(const data::DataSpec& spec) {
  if (spec.format.kind != kTextKind)
    return invalid_argument("task next-word is one of texts, which these samples are not");
  return std::unique_ptr<Task>(std::make_unique<NextWord>());
}

}  // namespace covey::learn
