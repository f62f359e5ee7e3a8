#include "common/program/known_names.h"

#include "common/average/registry.h"
#include "common/data/kinds/registry.h"
#include "common/data/partition/registry.h"
#include "common/data/registry.h"
#include "common/fqt/gradient_quantiser.h"
#include "common/learn/objective.h"
#include "common/learn/optimizer.h"
#include "common/learn/schedule.h"
#include "common/learn/task.h"
#include "common/nn/model.h"
#include "common/program/codecs.h"
#include "common/quant/registry.h"

namespace covey::program {

config::KnownNames known_names(bool with_data) {
  config::KnownNames names;
  names.by_key["model.name"] = nn::model_registry().names();
  names.by_key["samples.kind"] = data::sample_kinds().names();
  names.by_key["samples.task"] = learn::task_registry().names();
  names.by_key["training.objective"] = learn::objective_registry().names();
  names.by_key["training.optimizer"] = learn::optimizer_registry().names();
  names.by_key["training.schedule"] = learn::schedule_registry().names();
  names.by_key["averaging.rule"] = average::rule_registry().names();
  names.by_key["download.codec"] = download_codec_names();
  names.by_key["download.quantiser"] = quant::codec_registry().names();
  names.by_key["upload.codec"] = quant::codec_registry().names();
  names.by_key["fqt.gradient_quantiser"] = fqt::gradient_quantiser_registry().names();
  if (with_data) {
    names.by_key["data.name"] = data::dataset_registry().names();
    names.by_key["data.partition"] = data::partition_registry().names();
  }
  return names;
}

}  // namespace covey::program
