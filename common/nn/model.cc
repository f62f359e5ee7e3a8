#include "common/nn/model.h"

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

const Registry<ModelMaker>& model_registry() {
  static const Registry<ModelMaker> registry = [] {
    Registry<ModelMaker> r("model");
    r.add("anode-alexnet", make_anode_alexnet);
    r.add("anode-resnet4", make_anode_resnet4);
    r.add("anode-resnet10", make_anode_resnet10);
    r.add("cnn", make_cnn);
    r.add("cnn-cifar", make_cnn_cifar);
    r.add("emnist", make_emnist);
    r.add("grounding", make_grounding);
    r.add("mlp", make_mlp);
    r.add("resnet8", make_resnet8);
    r.add("resnet9", make_resnet9);
    r.add("resnet18", make_resnet18);
    r.add("resnet20", make_resnet20);
    r.add("transformer", make_transformer);
    return r;
  }();
  return registry;
}

Result<std::shared_ptr<Model>> make_model(const std::string& name, const ModelOptions& options,
                                          std::uint64_t seed) {
  COVEY_ASSIGN_OR_RETURN(const ModelMaker maker, model_registry().find(name));
  COVEY_RETURN_IF_ERROR(check_options(options));
  COVEY_ASSIGN_OR_RETURN(std::shared_ptr<Model> model, maker(options));
  initialise(*model, seed);
  model->begin();
  return model;
}

}  // namespace covey::nn
