// How an engine tests what it has committed.

#include "common/nn/device.h"
#include "common/nn/state.h"
#include "server/engine.h"
#include "server/stored_model.h"

namespace covey::server {

Status Engine::evaluate_what_a_crash_left() {
  COVEY_ASSIGN_OR_RETURN(const auto missing, parts_.store->rounds_without_evaluation());
  for (const std::uint32_t round : missing) {
    COVEY_ASSIGN_OR_RETURN(const store::CommittedState state, parts_.store->committed(round));
    COVEY_ASSIGN_OR_RETURN(Values values,
                           stored_model(*parts_.store, state, full_layout(), parts_.experiment));
    COVEY_ASSIGN_OR_RETURN(const WidthsInForce widths, widths_after(state));
    COVEY_ASSIGN_OR_RETURN(auto codec, download_codec(widths.plan));
    evaluate(round, std::move(values), std::move(codec));
  }
  return ok_status();
}

learn::Evaluation Engine::tested(learn::LocalTrainer& trainer, const Values& model) const {
  nn::write_values(trainer.model(), trainer.layout(), model);
  return learn::evaluate(trainer.model(), *parts_.test, parts_.setup.spec, nn::choose_device());
}

Status Engine::round_as_sent(const quant::Codec& codec, Values& model) const {
  // No copy but the encoded one where everything is exchanged: with large models few fit beside a round.
  const bool all = exchanged_ == full_layout();
  const Values part = all ? Values() : learn::exchanged_values(full_layout(), model, exchanged_);
  COVEY_ASSIGN_OR_RETURN(const Bytes sent,
                         quant::encode_model(codec, exchanged_, all ? model : part, quant::CodecDraws()));
  if (all) model = {};
  COVEY_ASSIGN_OR_RETURN(const auto view, quant::ContainerView::parse(sent, exchanged_));
  Values received = view.decode();
  if (all) {
    model = std::move(received);
  } else {
    copy_shared_tensors(exchanged_, received, full_layout(), Span<float>(model));
  }
  return ok_status();
}

void Engine::evaluate(std::uint32_t round, Values values, std::shared_ptr<const quant::Codec> codec) {
  auto job = [this, round, model = std::move(values), codec = std::move(codec)](
                 learn::LocalTrainer& trainer) mutable -> learn::WorkerPool::Completion {
    const double started = real_seconds();
    const learn::Evaluation result = tested(trainer, model);
    store::Evaluation row{round, result.accuracy, result.loss, result.accuracy, 0};
    Status status;
    if (parts_.experiment.download.codec != "fp32") {
      status = round_as_sent(*codec, model);
      if (status.ok()) row.accuracy_as_sent = tested(trainer, model).accuracy;
    }
    row.seconds = real_seconds() - started;
    return [this, row, status] {
      const Status recorded = status.ok() ? parts_.store->record_evaluation(row) : status;
      if (status_.ok()) status_ = recorded;
      parts_.observer->evaluated(row);
    };
  };
  parts_.pool->submit(std::move(job));
}

}  // namespace covey::server
