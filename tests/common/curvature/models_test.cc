// Every registered model can be differentiated twice: its Hessian is symmetric in float64.
#include <gtest/gtest.h>

#include "common/base/image_shape.h"
#include "common/base/text_shape.h"
#include "common/curvature/hessian.h"
#include "common/curvature/prepare.h"
#include "common/curvature/probes.h"
#include "common/nn/model.h"
#include "tests/support/registered_models.h"

namespace covey::curvature {
namespace {

std::vector<std::pair<std::string, std::string>> models_and_norms() {
  std::vector<std::pair<std::string, std::string>> all;
  for (const std::string& model : nn::model_registry().names()) {
    std::vector<std::string> norms{"none"};
    const std::string kind = nn::model_registry().find(model)->kind;
    if (kind == kImageKind) norms.insert(norms.end(), {"group", "batch"});
    if (kind == kTextKind)
      norms.insert(norms.end(), {"layer", "batch", "power", "power-v", "power-published"});
    for (const std::string& norm : norms) all.emplace_back(model, norm);
  }
  return all;
}

TEST(Models, HaveASymmetricHessian) {
  for (const auto& [name, norm] : models_and_norms()) {
    nn::ModelOptions options = covey::testing::options_for(name, 3, 32, 10);
    options.norm = *nn::parse_norm(norm);
    const auto made = nn::make_model(name, options, 1);
    ASSERT_TRUE(made.ok()) << name << " " << made.status().message();
    nn::Model& model = **made;
    model.to(torch::kFloat64);
    model.eval();
    prepare_second_derivatives(model);
    const torch::Tensor x = covey::testing::samples_for(options, 2).to(torch::kFloat64);
    const torch::Tensor y = torch::tensor({1, 3});
    const ParameterVector parameters = model.parameters();
    const Hessian hessian(parameters, {{2}, [&](std::size_t) {
                                         return torch::nn::functional::cross_entropy(
                                             model.forward(x).flatten(1), y);
                                       }});
    const ParameterVector u = rademacher(parameters, Stream(1, {}), 0);
    const ParameterVector v = rademacher(parameters, Stream(1, {}), 1);
    const auto hu = hessian.product(u);
    const auto hv = hessian.product(v);
    ASSERT_TRUE(hu.ok() && hv.ok()) << name << " " << hu.status().message();
    const double uhv = inner_product(u, *hv);
    EXPECT_NEAR(uhv, inner_product(v, *hu), 1e-10 * std::abs(uhv)) << name << " " << norm;
    EXPECT_GT(length(*hu), 0) << name;
  }
}

}  // namespace
}  // namespace covey::curvature
