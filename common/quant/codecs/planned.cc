#include "common/quant/codecs/planned.h"

namespace covey::quant {

namespace {

class Planned final : public Codec {
 public:
  Planned(std::map<std::string, std::shared_ptr<const Codec>> by_tensor, std::unique_ptr<const Codec> others)
      : by_tensor_(std::move(by_tensor)), others_(std::move(others)) {}

  void encode(const TensorSpec& tensor, Span<const float> values, const CodecDraws& draws,
              ByteWriter& out) const override {
    const auto found = by_tensor_.find(tensor.name);
    (found == by_tensor_.end() ? *others_ : *found->second).encode(tensor, values, draws, out);
  }

  bool unbiased() const override {
    for (const auto& [name, codec] : by_tensor_) {
      if (!codec->unbiased()) return false;
    }
    return others_->unbiased();
  }

  // A matrix has no name, so these are of the codec for tensors without a plan.
  double exact_variance(const Matrix& matrix) const override { return others_->exact_variance(matrix); }
  double worst_case_bound(const Matrix& matrix) const override { return others_->worst_case_bound(matrix); }

 private:
  std::map<std::string, std::shared_ptr<const Codec>> by_tensor_;
  std::unique_ptr<const Codec> others_;
};

}  // namespace

std::unique_ptr<const Codec> planned(std::map<std::string, std::shared_ptr<const Codec>> by_tensor,
                                     std::unique_ptr<const Codec> others) {
  return std::make_unique<Planned>(std::move(by_tensor), std::move(others));
}

}  // namespace covey::quant
