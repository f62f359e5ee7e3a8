#include "common/fqt/simulated.h"

namespace covey::fqt {

namespace {

quant::Matrix matrix_of(const torch::Tensor& x) {
  const auto count = static_cast<std::size_t>(x.numel());
  const auto rows = static_cast<std::size_t>(x.size(0));
  return {{x.data_ptr<float>(), count}, rows, count / rows};
}

/// quantise(matrix, out) into a tensor like `x`, whose first dimension has the rows.
template <typename Quantise>
Operand rounded(const torch::Tensor& x, Quantise quantise) {
  COVEY_CHECK(x.scalar_type() == torch::kFloat32 && x.numel() > 0, x.numel());
  const torch::Tensor values = x.to(torch::kCPU).contiguous();
  torch::Tensor out = torch::empty_like(values);
  quantise(matrix_of(values), Span<float>(out.data_ptr<float>(), static_cast<std::size_t>(out.numel())));
  return {out.to(x.device())};
}

/// Everything but the products.
class Simulated : public Arithmetic {
 public:
  explicit Simulated(const SimulatedOptions& options) : options_(options) {}

  Operand input(const torch::Tensor& x) const override {
    return rounded(x, [&](const quant::Matrix& matrix, Span<float> out) {
      const quant::Matrix whole{matrix.values, 1, matrix.values.size()};
      quant::round_trip_rows(quant::GridKind::kAffine, options_.bits.input, whole, {}, out);
    });
  }

  Operand weight(const torch::Tensor& w) const override {
    if (options_.bits.weight == 0) return {w.detach()};
    return rounded(w, [&](const quant::Matrix& matrix, Span<float> out) {
      round_zero_aligned(options_.bits.weight, matrix, {}, out);
    });
  }

  Operand gradient(const torch::Tensor& g, GradientUse use, const GradientDraws& draws) const override {
    if (options_.gradient == nullptr) return {g};
    const quant::Rounding rounding = draws.rounding(use);
    return rounded(g, [&](const quant::Matrix& matrix, Span<float> out) {
      if (use == GradientUse::kWeight) {
        round_zero_aligned(options_.bits.weight_gradient, matrix, rounding, out);
      } else {
        options_.gradient(options_.bits.input_gradient, matrix, rounding, out);
      }
    });
  }

 private:
  SimulatedOptions options_;
};

class SimulatedLinear final : public Simulated {
 public:
  using Simulated::Simulated;

  torch::Tensor output(const Operand& x, const Operand& w) const override {
    return torch::linear(x[0], w[0]);
  }
  torch::Tensor weight_gradient(const Operand& g, const Operand& x, torch::IntArrayRef) const override {
    return torch::mm(g[0].t(), x[0]);
  }
  torch::Tensor input_gradient(const Operand& g, const Operand& w, torch::IntArrayRef) const override {
    return torch::mm(g[0], w[0]);
  }
};

class SimulatedConv final : public Simulated {
 public:
  SimulatedConv(const SimulatedOptions& options, const nn::ConvGeometry& geometry)
      : Simulated(options), geometry_(geometry) {}

  torch::Tensor output(const Operand& x, const Operand& w) const override {
    return torch::conv2d(x[0], w[0], {}, geometry_.stride, geometry_.padding);
  }
  torch::Tensor weight_gradient(const Operand& g, const Operand& x,
                                torch::IntArrayRef weight_shape) const override {
    const torch::Tensor shape_only = torch::empty(weight_shape, x[0].options());
    return std::get<1>(backward(g[0], x[0], shape_only, {false, true, false}));
  }
  torch::Tensor input_gradient(const Operand& g, const Operand& w,
                               torch::IntArrayRef input_shape) const override {
    const torch::Tensor shape_only = torch::empty(input_shape, w[0].options());
    return std::get<0>(backward(g[0], shape_only, w[0], {true, false, false}));
  }

 private:
  std::tuple<torch::Tensor, torch::Tensor, torch::Tensor> backward(const torch::Tensor& g,
                                                                   const torch::Tensor& x,
                                                                   const torch::Tensor& w,
                                                                   std::array<bool, 3> wanted) const {
    const std::vector<std::int64_t> stride(2, geometry_.stride);
    const std::vector<std::int64_t> padding(2, geometry_.padding);
    return torch::convolution_backward(g, x, w, c10::nullopt, stride, padding, {1, 1}, false, {0, 0}, 1,
                                       wanted);
  }

  nn::ConvGeometry geometry_;
};

}  // namespace

std::shared_ptr<const Arithmetic> simulated_linear(const SimulatedOptions& options) {
  return std::make_shared<SimulatedLinear>(options);
}

std::shared_ptr<const Arithmetic> simulated_conv(const SimulatedOptions& options,
                                                 const nn::ConvGeometry& geometry) {
  return std::make_shared<SimulatedConv>(options, geometry);
}

}  // namespace covey::fqt
