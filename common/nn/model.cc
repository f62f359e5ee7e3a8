#include "common/nn/model.h"

#include "common/base/image_shape.h"
#include "common/base/region_shape.h"
#include "common/base/text_shape.h"
#include "common/nn/init.h"
#include "common/nn/limits.h"
#include "common/nn/models/anode.h"
#include "common/nn/models/cnn.h"
#include "common/nn/models/grounding.h"
#include "common/nn/models/mlp.h"
#include "common/nn/models/resnet.h"
#include "common/nn/models/resnet9.h"
#include "common/nn/models/transformer.h"
#include "common/nn/models/two_conv.h"

namespace covey::nn {

namespace {

constexpr int kMostClasses = 100000;

std::string models_for(const std::string& kind) {
  std::string names;
  for (const std::string& name : model_registry().names()) {
    if (model_registry().find(name)->kind == kind) names += (names.empty() ? "" : ", ") + name;
  }
  return names.empty() ? "none yet" : names;
}

}  // namespace

const Registry<ModelMaker>& model_registry() {
  static const Registry<ModelMaker> registry = [] {
    Registry<ModelMaker> r("model");
    r.add("anode-alexnet", {kImageKind, make_anode_alexnet});
    r.add("anode-resnet4", {kImageKind, make_anode_resnet4});
    r.add("anode-resnet10", {kImageKind, make_anode_resnet10});
    r.add("cnn", {kImageKind, make_cnn});
    r.add("cnn-cifar", {kImageKind, make_cnn_cifar});
    r.add("emnist", {kImageKind, make_emnist});
    r.add("grounding", {kRegionKind, make_grounding});
    r.add("mlp", {kImageKind, make_mlp});
    r.add("resnet8", {kImageKind, make_resnet8});
    r.add("resnet9", {kImageKind, make_resnet9});
    r.add("resnet18", {kImageKind, make_resnet18});
    r.add("resnet20", {kImageKind, make_resnet20});
    r.add("transformer", {kTextKind, make_transformer});
    return r;
  }();
  return registry;
}

Result<std::shared_ptr<Model>> make_model(const std::string& name, const ModelOptions& options,
                                          std::uint64_t seed) {
  COVEY_ASSIGN_OR_RETURN(const ModelMaker maker, model_registry().find(name));
  if (options.samples.kind != maker.kind)
    return invalid_argument(name + " takes samples of kind " + maker.kind + ", these are of kind " +
                            options.samples.kind + ", allowed: " + models_for(options.samples.kind));
  COVEY_RETURN_IF_ERROR(check_range("the number of classes", options.classes, 2, kMostClasses));
  COVEY_ASSIGN_OR_RETURN(std::shared_ptr<Model> model, maker.make(options));
  initialise(*model, seed);
  model->begin();
  return model;
}

}  // namespace covey::nn
