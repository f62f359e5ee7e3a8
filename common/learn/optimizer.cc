#include "common/learn/optimizer.h"

#include "common/learn/adahessian.h"
#include "common/learn/adam.h"
#include "common/learn/sgd.h"

namespace covey::learn {

const Registry<OptimizerMaker>& optimizer_registry() {
  static const Registry<OptimizerMaker> registry = [] {
    Registry<OptimizerMaker> r("optimizer");
    r.add("adahessian", make_adahessian);
    r.add("adam", make_adam);
    r.add("adamw", make_adamw);
    r.add("sgd", make_sgd);
    return r;
  }();
  return registry;
}

}  // namespace covey::learn
