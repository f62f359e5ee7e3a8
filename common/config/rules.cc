#include "common/config/rules.h"

#include <algorithm>

namespace covey::config {

namespace {

std::string above(std::int64_t value, const std::string& limit_key, std::int64_t limit, std::int64_t min) {
  if (value <= limit) return "";
  return std::to_string(value) + " is more than " + limit_key + " = " + std::to_string(limit) +
         ", allowed: a whole number from " + std::to_string(min) + " to " + std::to_string(limit);
}

std::string moments(const ClientSettings& s) {
  const Model& m = s.experiment.model;
  if (!m.moments || m.norm == "group") return "";
  return "true does not fit model.norm = " + print(m.norm) + ", allowed: false";
}

std::string communicating(const ClientSettings& s) {
  const Federation& f = s.experiment.federation;
  return above(f.communicating, "federation.users", f.users, 1);
}

std::string warmup_rounds(const ClientSettings& s) {
  const Federation& f = s.experiment.federation;
  return above(f.warmup_rounds, "federation.rounds", f.rounds, 0);
}

/// Users that hold the labels leave the server nothing to train on.
std::string labels_at(const ClientSettings& s) {
  const Experiment& e = s.experiment;
  if (e.federation.labels_at != "users") return "";
  const char* broken = nullptr;
  if (e.federation.warmup_rounds > 0) broken = "federation.warmup_rounds above 0";
  if (e.training.objective == "supervised") broken = "training.objective = \"supervised\"";
  if (e.averaging.bn_buffers == "local") broken = "averaging.bn_buffers = \"local\"";
  if (e.averaging.server_share > 0) broken = "averaging.server_share above 0";
  return broken ? "\"users\" does not fit " + std::string(broken) + ", allowed: server" : "";
}

std::string min_updates(const ClientSettings& s) {
  const Federation& f = s.experiment.federation;
  return above(f.min_updates, "federation.communicating", f.communicating, 1);
}

std::string groups(const ClientSettings& s) {
  const Experiment& e = s.experiment;
  if (e.averaging.rule == "fedavg" && e.averaging.groups > 1) {
    return std::to_string(e.averaging.groups) + " does not fit averaging.rule = \"fedavg\", allowed: 0, 1";
  }
  return above(e.averaging.groups, "federation.communicating", e.federation.communicating, 0);
}

std::string server_share(const ClientSettings& s) {
  const Experiment& e = s.experiment;
  if (e.averaging.server_share == 0) return "";
  if (e.federation.order != "parallel")
    return "it needs the server in the average, allowed with federation.order = \"alternate\": 0";
  if (e.averaging.rule == "median" || e.averaging.rule == "trimmed-mean")
    return "averaging.rule = \"" + e.averaging.rule + "\" knows no shares, allowed: 0";
  return "";
}

/// For options that work on the labels that a user's images get once a round from the received model.
std::string round_labels(const Training& t, const std::string& value, const std::string& allowed) {
  if (t.labels != "round")
    return value + " needs training.labels = \"round\", here \"" + t.labels + "\", allowed: " + allowed;
  if (t.objective == "supervised")
    return value + " does not fit training.objective = \"supervised\", allowed: " + allowed;
  return "";
}

std::string weights(const ClientSettings& s) {
  const Experiment& e = s.experiment;
  if (e.averaging.weights == "equal") return "";
  if (e.federation.order != "alternate")
    return "\"status\" needs federation.order = \"alternate\", allowed: equal";
  if (e.averaging.rule != "fedavg" && e.averaging.rule != "grouping")
    return "averaging.rule = \"" + e.averaging.rule + "\" knows no weights, allowed: equal";
  return round_labels(e.training, "\"status\"", "equal");
}

std::string schedule_warmup_steps(const ClientSettings& s) {
  const Training& t = s.experiment.training;
  if (t.schedule != "paper" || t.schedule_total_steps == 0) return "";
  return above(t.schedule_warmup_steps, "training.schedule_total_steps", t.schedule_total_steps, 0);
}

std::string trace(const ClientSettings& s) {
  const Devices& d = s.experiment.devices;
  if (d.profile != "trace" || !d.trace.empty()) return "";
  return "empty, allowed with devices.profile = \"trace\": the path of a CSV file";
}

std::string threshold_rule(const ClientSettings& s) {
  const Training& t = s.experiment.training;
  return t.threshold_rule == "adaptive" ? round_labels(t, print(t.threshold_rule), "fixed") : "";
}

std::string mixup(const ClientSettings& s) {
  const Training& t = s.experiment.training;
  return t.mixup > 0 ? round_labels(t, print(t.mixup), "0.0") : "";
}

std::string sharpness(const ClientSettings& s) {
  const Training& t = s.experiment.training;
  if (t.sharpness > 0 && t.mixup > 0 && s.experiment.model.norm == "batch") {
    return print(t.sharpness) +
           " does not fit training.mixup with model.norm = \"batch\": mixed images would "
           "enter the statistics on one side only, allowed: 0.0";
  }
  return t.sharpness > 0 ? round_labels(t, print(t.sharpness), "0.0") : "";
}

/// The backward of quantised layers is not that of their forward, so it has no second derivative.
std::string no_second_derivative(const Experiment& e) {
  return " does not fit fqt.mode = " + print(e.fqt.mode) +
         ", whose layers have no second derivative, allowed: ";
}

/// What measures curvature while it trains differentiates twice.
std::string norm(const ClientSettings& s) {
  const Experiment& e = s.experiment;
  const bool measures = e.training.optimizer == "adahessian" || e.averaging.server_optimizer == "adahessian";
  if (!measures || (e.model.norm != "power" && e.model.norm != "power-published")) return "";
  return print(e.model.norm) +
         " has no second derivative in training, which adahessian needs, allowed: power-v";
}

std::string optimizer(const ClientSettings& s) {
  const Experiment& e = s.experiment;
  if (e.training.optimizer != "adahessian" || e.fqt.mode == "off") return "";
  return "\"adahessian\"" + no_second_derivative(e) + "any other optimizer";
}

/// Weights then are rounded in every forward.
bool rounds_weights(const Fqt& fqt) {
  return fqt.mode == "qat" || fqt.mode == "fqt";
}

std::string curvature_from(const ClientSettings& s) {
  const Experiment& e = s.experiment;
  if (!measures_curvature(e)) return "";
  if (e.curvature.from == "optimizer" && e.training.optimizer != "adahessian") {
    return "\"optimizer\" needs training.optimizer = \"adahessian\", here " + print(e.training.optimizer) +
           ", allowed: server, users";
  }
  return "";
}

/// Without labels the server has no loss to measure.
std::string curvature_at(const ClientSettings& s) {
  const Experiment& e = s.experiment;
  if (!measures_curvature(e) || e.federation.labels_at == "server" || e.curvature.from == "users") return "";
  return print(e.curvature.from) + " does not fit federation.labels_at = \"users\", allowed: users";
}

/// Momentum that moves from one user to the next would have to travel.
std::string optimizer_state(const ClientSettings& s) {
  if (s.experiment.training.optimizer_state != "slot") return "";
  return "\"slot\" works in the simulator only, allowed: reset, user";
}

std::string download_codec(const ClientSettings& s) {
  const Experiment& e = s.experiment;
  // A model of which most weights are 0 is no start for training.
  if (e.download.codec == "topk") return "\"topk\" drops most of a model, allowed: any other codec";
  if (plans_widths(e.download) && rounds_weights(e.fqt))
    return print(e.download.codec) + " does not fit fqt.mode = " + print(e.fqt.mode) +
           ", which has widths of its own for weights, allowed: any other codec, or fqt.mode = "
           "\"activations\"";
  if (e.download.codec == "qbert" && e.curvature.from != "server")
    return "\"qbert\" looks at the server's own samples and does not fit curvature.from = " +
           print(e.curvature.from) + ", allowed: hawq";
  if (e.download.codec == "qbert" && e.download.size_ratio > 0)
    return "\"qbert\" does not fit download.size_ratio above 0, allowed: hawq";
  return "";
}

/// What users send then is no change of a model.
std::string server_optimizer(const ClientSettings& s) {
  const Experiment& e = s.experiment;
  if (e.averaging.server_optimizer == "none") return "";
  const char* broken = nullptr;
  if (e.federation.order == "parallel" && e.federation.labels_at == "server")
    broken = "federation.order = \"parallel\"";
  if (e.averaging.rule != "fedavg") broken = "any averaging.rule but fedavg";
  if (e.averaging.server_momentum > 0) broken = "averaging.server_momentum above 0";
  if (e.averaging.bn_buffers == "local") broken = "averaging.bn_buffers = \"local\"";
  if (e.federation.diversity_every > 0) broken = "federation.diversity_every above 0";
  if (e.federation.period == 0) broken = "federation.period = 0";
  if (e.upload.codec == "topk") broken = "upload.codec = \"topk\"";
  if (e.training.clip_norm > 0) broken = "training.clip_norm above 0";
  if (e.training.proximal > 0) broken = "training.proximal above 0";
  if (e.fqt.mode != "off") broken = "fqt.mode other than off";
  if (broken == nullptr) return "";
  return print(e.averaging.server_optimizer) + " does not fit " + broken + ", allowed: none";
}

/// Weights that are sent as they are have nothing to get used to; those of [fqt] are rounded already.
std::string qat(const ClientSettings& s) {
  const Experiment& e = s.experiment;
  if (!e.download.qat) return "";
  if (e.download.codec == "fp32") return "true does not fit download.codec = \"fp32\", allowed: false";
  if (rounds_weights(e.fqt)) return "true does not fit fqt.mode = " + print(e.fqt.mode) + ", allowed: false";
  return "";
}

std::string quantiser(const ClientSettings& s) {
  const Download& d = s.experiment.download;
  if (d.quantiser != "topk" && d.quantiser != "fp32") return "";
  return print(d.quantiser) + " has no widths to plan, allowed: any other codec";
}

/// What was left out of one user's update is nothing to another.
std::string error_feedback(const ClientSettings& s) {
  const Experiment& e = s.experiment;
  if (!e.upload.error_feedback || e.training.optimizer_state != "slot") return "";
  return "true does not fit training.optimizer_state = \"slot\", whose state moves from user to user, "
         "allowed: "
         "false";
}

/// Statistics that do not travel would be those of no data, under weights that have learnt.
std::string start(const ClientSettings& s) {
  const Experiment& e = s.experiment;
  const bool keeps_statistics = e.model.norm != "group" && e.model.norm != "layer" && e.model.norm != "none";
  if (e.model.start.empty() || e.averaging.bn_buffers != "local" || !keeps_statistics) return "";
  return print(e.model.start) +
         " does not fit averaging.bn_buffers = \"local\" with model.norm = " + print(e.model.norm) +
         ": users would not get its statistics, allowed: \"\", or averaging.bn_buffers = \"mean\"";
}
/// The first Euler step uses the weights as they are sent: how they move would never be learnt.
std::string ode_steps(const ClientSettings& s) {
  const Model& m = s.experiment.model;
  if (m.ode_configuration != 1 || m.ode_method != "euler" || m.ode_steps > 1) return "";
  return "1 leaves no time to move in with model.ode_configuration = 1, allowed: at least 2, "
         "model.ode_method = "
         "\"rk2\" or \"rk4\", or another configuration";
}
std::string width(const ClientSettings& s) {
  const Model& m = s.experiment.model;
  if (m.width % m.heads == 0) return "";
  return std::to_string(m.width) + " does not divide among " + std::to_string(m.heads) +
         " heads, allowed: a multiple of model.heads";
}

bool carries_key(FileKind file, const std::string& key) {
  return std::any_of(schema().begin(), schema().end(),
                     [&](const Field& field) { return field.name() == key && carries(file, field.scope); });
}

}  // namespace

std::vector<Rule> rules_for(FileKind file) {
  std::vector<Rule> rules = {
      {{"model.moments", "model.norm"}, moments},
      {{"federation.communicating", "federation.users"}, communicating},
      {{"federation.warmup_rounds", "federation.rounds"}, warmup_rounds},
      {{"federation.labels_at", "federation.warmup_rounds", "training.objective", "averaging.bn_buffers",
        "averaging.server_share"},
       labels_at},
      {{"federation.min_updates", "federation.communicating"}, min_updates},
      {{"averaging.groups", "averaging.rule", "federation.communicating"}, groups},
      {{"averaging.weights", "averaging.rule", "federation.order", "training.labels", "training.objective"},
       weights},
      {{"averaging.server_share", "averaging.rule", "federation.order"}, server_share},
      {{"training.schedule_warmup_steps", "training.schedule_total_steps"}, schedule_warmup_steps},
      {{"devices.trace", "devices.profile"}, trace},
      {{"training.threshold_rule", "training.labels", "training.objective"}, threshold_rule},
      {{"training.mixup", "training.labels", "training.objective"}, mixup},
      {{"training.sharpness", "training.labels", "training.objective", "training.mixup", "model.norm"},
       sharpness},
      {{"training.optimizer", "fqt.mode"}, optimizer},
      {{"download.codec", "fqt.mode", "curvature.from", "download.size_ratio"}, download_codec},
      {{"averaging.server_optimizer", "averaging.rule", "averaging.bn_buffers", "federation.order",
        "federation.period", "federation.diversity_every", "averaging.server_momentum", "upload.codec",
        "training.clip_norm", "training.proximal", "fqt.mode"},
       server_optimizer},
      {{"download.quantiser"}, quantiser},
      {{"download.qat", "download.codec", "fqt.mode"}, qat},
      {{"curvature.from", "curvature.every", "download.codec", "training.optimizer"}, curvature_from},
      {{"curvature.from", "curvature.every", "download.codec", "federation.labels_at"}, curvature_at},
      {{"upload.error_feedback", "training.optimizer_state"}, error_feedback},
      {{"model.width", "model.heads"}, width},
      {{"model.start", "model.norm", "averaging.bn_buffers"}, start},
      {{"model.ode_steps", "model.ode_configuration", "model.ode_method"}, ode_steps},
      {{"model.norm", "training.optimizer", "averaging.server_optimizer"}, norm},
  };
  if (file == FileKind::kClientSettings) rules.push_back({{"training.optimizer_state"}, optimizer_state});
  const auto foreign = [file](const Rule& rule) {
    return !std::all_of(rule.keys.begin(), rule.keys.end(),
                        [file](const std::string& key) { return carries_key(file, key); });
  };
  rules.erase(std::remove_if(rules.begin(), rules.end(), foreign), rules.end());
  return rules;
}

}  // namespace covey::config
