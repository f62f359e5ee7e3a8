#include "common/nn/models/transformer.h"

#include <cmath>

#include "common/base/text_shape.h"
#include "common/nn/dropout.h"
#include "common/nn/limits.h"
#include "common/nn/linear.h"
#include "common/nn/table.h"
#include "common/nn/token_norm.h"

namespace covey::nn {

namespace {

constexpr int kLongestText = 1024;

/// Linear layers and dropout see words, not texts: N * L rows.
torch::Tensor each_word(const torch::Tensor& x) {
  return x.reshape({-1, x.size(-1)});
}

/// 1 x 1 x L x L (from, to): true at the words that a language model has not seen yet.
torch::Tensor later_words(std::int64_t length, const torch::TensorOptions& options) {
  return torch::ones({1, 1, length, length}, options).triu(1);
}

/// Multi-head attention of the words of a text to one another.
class AttentionImpl : public torch::nn::Module {
 public:
  explicit AttentionImpl(const TransformerSize& size) : heads_(size.heads), width_(size.width) {
    query_ = register_module("query", Linear(width_, width_));
    key_ = register_module("key", Linear(width_, width_));
    value_ = register_module("value", Linear(width_, width_));
    output_ = register_module("output", Linear(width_, width_));
  }

  /// x: N x L x D; barred: N x 1 x 1 x L or N x 1 x L x L (from, to), true where a word must not look.
  torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& barred, const DrawContext* draws) {
    const torch::Tensor words = each_word(x);
    const auto heads_of = [&](Linear& layer) {
      return layer(words, draws).view({x.size(0), x.size(1), heads_, width_ / heads_}).transpose(1, 2);
    };
    const double scale = 1 / std::sqrt(static_cast<double>(width_ / heads_));
    torch::Tensor scores = torch::matmul(heads_of(query_), heads_of(key_).transpose(2, 3)) * scale;
    scores = scores.masked_fill(barred, kBarred).softmax(-1);
    const torch::Tensor mixed = torch::matmul(scores, heads_of(value_)).transpose(1, 2);
    return output_(mixed.reshape({-1, width_}), draws).view_as(x);
  }

 private:
  static constexpr double kBarred = -1e9;  ///< a score that leaves nothing after softmax

  std::int64_t heads_;
  std::int64_t width_;
  Linear query_{nullptr};
  Linear key_{nullptr};
  Linear value_{nullptr};
  Linear output_{nullptr};
};
TORCH_MODULE(Attention);

class EncoderLayerImpl : public torch::nn::Module {
 public:
  EncoderLayerImpl(const std::string& name, Norm norm, const TransformerSize& size) {
    attention_norm_ = register_module("attention_norm", make_token_norm(norm, size.width, size.heads));
    attention_ = register_module("attention", Attention(size));
    attention_dropout_ =
        register_module("attention_dropout", Dropout(name + ".attention_dropout", size.dropout));
    feed_norm_ = register_module("feed_norm", make_token_norm(norm, size.width, size.heads));
    feed_in_ = register_module("feed_in", Linear(size.width, size.hidden));
    feed_out_ = register_module("feed_out", Linear(size.hidden, size.width));
    feed_dropout_ = register_module("feed_dropout", Dropout(name + ".feed_dropout", size.dropout));
  }

  torch::Tensor forward(torch::Tensor x, const torch::Tensor& mask, const torch::Tensor& barred,
                        const DrawContext* draws) {
    torch::Tensor change = attention_(attention_norm_->forward(x, mask), barred, draws);
    x = x + attention_dropout_(each_word(change), draws).view_as(x);
    change = feed_in_(each_word(feed_norm_->forward(x, mask)), draws);
    return x + feed_dropout_(feed_out_(torch::gelu(change), draws), draws).view_as(x);
  }

 private:
  std::shared_ptr<TokenNorm> attention_norm_;
  Attention attention_{nullptr};
  Dropout attention_dropout_{nullptr};
  std::shared_ptr<TokenNorm> feed_norm_;
  Linear feed_in_{nullptr};
  Linear feed_out_{nullptr};
  Dropout feed_dropout_{nullptr};
};
TORCH_MODULE(EncoderLayer);

class Transformer final : public Model {
 public:
  explicit Transformer(const ModelOptions& options) {
    const TransformerSize& size = options.transformer;
    embedding_ = register_module("embedding", Table(options.vocabulary, size.width));
    position_ = register_module("position", Table(TextShape::of(options.samples).tokens, size.width));
    for (std::int64_t i = 1; i <= size.depth; ++i) {
      const std::string name = "layer" + std::to_string(i);
      layers_.push_back(register_module(name, EncoderLayer(name, options.norm, size)));
    }
    norm_ = register_module("norm", make_token_norm(options.norm, size.width, size.heads));
    const int outputs = options.next_word ? options.vocabulary : options.classes;
    classifier_ = register_module("classifier", Linear(size.width, outputs));
    next_word_ = options.next_word;
  }

  torch::Tensor forward(torch::Tensor texts) override {
    torch::Tensor ids = texts.detach().to(torch::kInt64);
    const std::int64_t longest = std::max<std::int64_t>(1, ids.ne(0).sum(1).max().item<std::int64_t>());
    ids = ids.slice(1, 0, longest);
    const torch::Tensor padding = ids.eq(0);
    const torch::Tensor mask = padding.logical_not().to(position_->first(1).dtype()).unsqueeze(2);
    torch::Tensor x = embedding_->rows(ids);
    x = x + position_->first(longest);
    torch::Tensor barred = padding.unsqueeze(1).unsqueeze(1);
    if (next_word_) barred = barred.logical_or(later_words(longest, barred.options()));
    for (EncoderLayer& layer : layers_) x = layer(x, mask, barred, draws());
    x = norm_->forward(x, mask);
    if (next_word_) return classifier_(each_word(x), draws()).view({x.size(0), longest, -1});
    return classifier_((x * mask).sum(1) / mask.sum(1).clamp_min(1), draws());
  }

 private:
  Table embedding_{nullptr};
  Table position_{nullptr};
  std::vector<EncoderLayer> layers_;
  std::shared_ptr<TokenNorm> norm_;
  Linear classifier_{nullptr};
  bool next_word_ = false;
};

}  // namespace

Result<std::shared_ptr<Model>> make_transformer(const ModelOptions& options) {
  COVEY_RETURN_IF_ERROR(check_norm("transformer", options.norm,
                                   {"layer", "batch", "power", "power-v", "power-published", "none"}));
  COVEY_RETURN_IF_ERROR(
      check_range("the length of a text", TextShape::of(options.samples).tokens, 1, kLongestText));
  COVEY_RETURN_IF_ERROR(check_vocabulary(options));
  const TransformerSize& size = options.transformer;
  if (size.heads < 1 || size.width % size.heads != 0)
    return invalid_argument("transformer: width " + std::to_string(size.width) + " does not divide among " +
                            std::to_string(size.heads) + " heads");
  return std::shared_ptr<Model>(std::make_shared<Transformer>(options));
}

}  // namespace covey::nn
