#include "client/task_runner.h"

#include "common/learn/curvature_answers.h"
#include "common/learn/server_step.h"
#include "common/program/codecs.h"
#include "common/quant/feedback.h"
#include "common/wire/limits.h"

namespace covey::client {

Result<TaskResult> run_task(learn::LocalTrainer& trainer, const config::Experiment& experiment,
                            const UserTask& task, ByteSpan model, const learn::Samples& samples,
                            const learn::MemberState& state) {
  const Layout exchanged = learn::exchanged_layout(trainer.layout(), experiment);
  COVEY_ASSIGN_OR_RETURN(const auto container, quant::ContainerView::parse(model, exchanged));
  return run_task(trainer, experiment, task, container, samples, state);
}

Result<TaskResult> run_task(learn::LocalTrainer& trainer, const config::Experiment& experiment,
                            const UserTask& task, const quant::ContainerView& model,
                            const learn::Samples& samples, const learn::MemberState& state) {
  const Layout& full = trainer.layout();
  const Layout& exchanged = model.layout();
  COVEY_ASSIGN_OR_RETURN(Values values, learn::starting_values(full, exchanged, model.decode(), state));

  TaskResult result;
  result.tentative = state;
  learn::LocalTask local{task.round, task.attempt, task.user.value, experiment.training.objective, &samples};
  local.keep_optimizer = experiment.training.optimizer_state != "reset";
  learn::CurvatureAnswers curvature;
  if (task.curvature_probes * trainer.parameters().size() > wire::kCurvatureAnswersMax) {
    result.curvature_problem =
        "answers to " + std::to_string(task.curvature_probes) + " probes do not fit a message";
  } else if (task.curvature_probes > 0) {
    auto answers = learn::answer_curvature(
        trainer, local, values,
        {task.curvature_probes, static_cast<std::size_t>(experiment.curvature.samples)});
    if (answers.ok()) {
      curvature = *std::move(answers);
    } else {  // the round can do without
      result.curvature_problem = answers.status().message();
    }
  }
  if (experiment.download.qat) {
    COVEY_ASSIGN_OR_RETURN(auto codec, program::codec_of_download(experiment, model));
    local.rounding = [&full, codec = std::shared_ptr<const quant::Codec>(std::move(codec))](
                         const Values& weights) { return quant::rounded(*codec, full, weights); };
  }
  const bool measures = experiment.averaging.server_optimizer != "none";
  Values optimizer = state.optimizer;
  Values diagonal;
  COVEY_ASSIGN_OR_RETURN(const learn::LocalReport report, measures ? trainer.measure(local, values, diagonal)
                                                                   : trainer.train(local, values, optimizer));
  result.report = {report.loss,    report.mask_rate,  report.pseudo_labels,        report.images,
                   report.seconds, report.confidence, std::move(curvature.values), curvature.samples};
  result.nothing_to_report = report.nothing_to_report;
  if (result.nothing_to_report) return result;

  if (experiment.averaging.bn_buffers == "local")
    result.tentative.buffers = learn::buffer_values(full, values);
  if (local.keep_optimizer) result.tentative.optimizer = std::move(optimizer);
  const Layout sent = learn::update_layout(exchanged, experiment);
  Values delta;
  if (measures) {
    delta = learn::measured_update(full, exchanged, sent, values, diagonal);
  } else {
    // A device has room for few copies of its model: the difference takes the place of the values.
    delta = learn::exchanged_values(full, std::move(values), exchanged);
    model.subtract_from(Span<float>(delta));
  }
  COVEY_ASSIGN_OR_RETURN(const auto codec, program::upload_codec(experiment));
  const quant::CodecDraws draws(experiment.seed,
                                {Purpose::kUploadCodec, task.round, task.attempt, task.user.value});
  const config::Upload& upload = experiment.upload;
  if (upload.error_feedback) {
    learn::add_residual(state.residual, upload, task.round, delta);
    COVEY_ASSIGN_OR_RETURN(result.update, quant::encode_with_feedback(*codec, sent, delta, draws));
    result.tentative.residual = {std::move(delta), task.round, upload.codec, upload.bits};
  } else {
    COVEY_ASSIGN_OR_RETURN(result.update, quant::encode_model(*codec, sent, delta, draws));
  }
  return result;
}

}  // namespace covey::client
