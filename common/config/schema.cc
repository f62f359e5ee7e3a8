#include "common/config/schema.h"

#include <limits>
#include <utility>

namespace covey::config {

namespace {

Value to_value(bool flag) {
  return flag;
}
Value to_value(int number) {
  return std::int64_t{number};
}
Value to_value(std::int64_t number) {
  return number;
}
Value to_value(std::uint64_t number) {
  COVEY_CHECK(number <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()), number);
  return static_cast<std::int64_t>(number);
}
Value to_value(double number) {
  return number;
}
Value to_value(const std::string& text) {
  return text;
}
Value to_value(const std::vector<float>& numbers) {
  return std::vector<double>(numbers.begin(), numbers.end());
}
Value to_value(const std::vector<int>& numbers) {
  return std::vector<std::int64_t>(numbers.begin(), numbers.end());
}
Value to_value(const std::vector<std::string>& texts) {
  return texts;
}

void from_value(const Value& value, bool& flag) {
  flag = std::get<bool>(value);
}
void from_value(const Value& value, int& number) {
  number = static_cast<int>(std::get<std::int64_t>(value));
}
void from_value(const Value& value, std::int64_t& number) {
  number = std::get<std::int64_t>(value);
}
void from_value(const Value& value, std::uint64_t& number) {
  number = static_cast<std::uint64_t>(std::get<std::int64_t>(value));
}
void from_value(const Value& value, double& number) {
  number = std::get<double>(value);
}
void from_value(const Value& value, std::string& text) {
  text = std::get<std::string>(value);
}
void from_value(const Value& value, std::vector<float>& numbers) {
  numbers.clear();
  for (const double number : std::get<std::vector<double>>(value)) {
    numbers.push_back(static_cast<float>(number));
  }
}
void from_value(const Value& value, std::vector<int>& numbers) {
  numbers.clear();
  for (const std::int64_t number : std::get<std::vector<std::int64_t>>(value))
    numbers.push_back(static_cast<int>(number));
}
void from_value(const Value& value, std::vector<std::string>& texts) {
  texts = std::get<std::vector<std::string>>(value);
}

/// Adds the fields of one section. `Find` maps the settings to the section's struct.
template <typename Find>
class Section {
 public:
  Section(std::vector<Field>& fields, std::string name, Find find)
      : fields_(fields), name_(std::move(name)), find_(find) {}

  template <typename Struct, typename T>
  void add(const char* key, T Struct::*member, Allowed allowed, Scope scope, const char* help) {
    const Find find = find_;
    Field field{name_, key, std::move(allowed), scope, help, {}, {}};
    field.get = [find, member](const ClientSettings& s) { return to_value(find(s).*member); };
    field.set = [find, member](ClientSettings& s, const Value& v) { from_value(v, find(s).*member); };
    fields_.push_back(std::move(field));
  }

 private:
  std::vector<Field>& fields_;
  std::string name_;
  Find find_;
};

constexpr Scope kHere = Scope::kExperiment;
constexpr Scope kShared = Scope::kShared;
constexpr Scope kClient = Scope::kClient;
constexpr std::int64_t kMillion = 1000000;
constexpr std::size_t kVocabularyBytesMax = std::size_t{44} << 10;  // fits the settings of a welcome

// One line a field reads best here, whatever its length.
// clang-format off
void add_top(std::vector<Field>& fields) {
  using E = Experiment;
  Section top(fields, "", [](auto& s) -> auto& { return s.experiment; });
  top.add("seed", &E::seed, Whole{0, std::numeric_limits<std::int64_t>::max()}, kShared, "key of all random numbers");
  top.add("numerics", &E::numerics, Choices{{"native", "avx2"}}, kShared, "avx2 pins the instruction set of all numeric libraries, for equal bits across unequal CPUs");
}

void add_data(std::vector<Field>& fields) {
  using D = Data;
  Section data(fields, "data", [](auto& s) -> auto& { return s.experiment.data; });
  data.add("name", &D::name, Named{}, kHere, "which data set");
  data.add("path", &D::path, Text{}, kHere, "its folder; glyphs needs none");
  data.add("partition", &D::partition, Named{}, kHere, "how the images are dealt to the users; classes: by federation.noniid");
  data.add("dirichlet_alpha", &D::dirichlet_alpha, Real{0, 1e6, true}, kHere, "partition = dirichlet: concentration; small is uneven");
  data.add("shards_per_user", &D::shards_per_user, Whole{1, 10000}, kHere, "partition = shards: class-sorted pieces that a user gets");
  data.add("train_limit", &D::train_limit, Whole{0, 100 * kMillion}, kHere, "training images used, a class-balanced subset by the seed; 0 = all");
  data.add("test_limit", &D::test_limit, Whole{0, 100 * kMillion}, kHere, "test images used; 0 = all");
  data.add("tokens", &D::tokens, Whole{2, 1024}, kHere, "texts: words that count, from the first");
  data.add("vocabulary", &D::vocabulary, Whole{1, 20000}, kHere, "texts: most frequent words of the training texts that have an id; as many as 40 KiB hold");
  data.add("glyph_classes", &D::glyph_classes, Whole{10, 47}, kHere, "glyphs: classes");
  data.add("glyph_train", &D::glyph_train, Whole{10, kMillion}, kHere, "glyphs: generated training images");
  data.add("glyph_test", &D::glyph_test, Whole{10, kMillion}, kHere, "glyphs: generated test images");
  data.add("regions", &D::regions, Whole{2, 1024}, kHere, "grounding-folder: regions of an image that count, the largest");
  data.add("phrases", &D::phrases, Whole{1, 1024}, kHere, "grounding-folder: phrases of a caption that count, from the first; of a phrase, tokens words");
  data.add("grounding_classes", &D::grounding_classes, Whole{2, 1000}, kHere, "grounding: things that there are");
  data.add("grounding_features", &D::grounding_features, Whole{2, 4096}, kHere, "grounding: values of a region, as many as classes or more");
  data.add("grounding_regions", &D::grounding_regions, Whole{2, 100}, kHere, "grounding: regions of an image, fewer than classes");
  data.add("grounding_phrases", &D::grounding_phrases, Whole{1, 100}, kHere, "grounding: phrases of a caption, at most as many as regions");
  data.add("grounding_fillers", &D::grounding_fillers, Whole{0, 20}, kHere, "grounding: words of a phrase that mean nothing");
  data.add("grounding_noise", &D::grounding_noise, Real{0, 100}, kHere, "grounding: length of the noise on a region's features, whose own length is 1");
  data.add("grounding_names", &D::grounding_names, Real{0, 1}, kHere, "grounding: chance that the name of a region is right; 0 = they have none");
  data.add("grounding_owners", &D::grounding_owners, Whole{1, kMillion}, kHere, "grounding: users of partition = natural");
  data.add("grounding_alpha", &D::grounding_alpha, Real{0, 1e6}, kHere, "grounding: Dirichlet concentration of an owner's classes; small is uneven, 0 = all alike");
  data.add("grounding_shuffled", &D::grounding_shuffled, Flag{}, kHere, "grounding: training captions have nothing to do with their images, so that nothing can be learnt");
  data.add("grounding_train", &D::grounding_train, Whole{10, kMillion}, kHere, "grounding: generated training images, with a caption each");
  data.add("grounding_test", &D::grounding_test, Whole{10, kMillion}, kHere, "grounding: generated test images");
}

void add_model(std::vector<Field>& fields) {
  Section model(fields, "model", [](auto& s) -> auto& { return s.experiment.model; });
  model.add("name", &Model::name, Named{}, kShared, "which network");
  model.add("norm", &Model::norm, Choices{{"group", "batch", "layer", "power", "power-v", "power-published", "none"}}, kShared, "normalisation layers; images: group, batch, none; texts: all but group");
  model.add("width", &Model::width, Whole{2, 4096}, kShared, "transformer: values of a word, a multiple of heads");
  model.add("depth", &Model::depth, Whole{1, 64}, kShared, "transformer: layers");
  model.add("heads", &Model::heads, Whole{1, 64}, kShared, "transformer: attention heads of a layer");
  model.add("hidden", &Model::hidden, Whole{1, 16384}, kShared, "transformer: values between the two halves of a layer's feed-forward network");
  model.add("dropout", &Model::dropout, Real{0, 0.9}, kShared, "transformer: share of values that training leaves out");
  model.add("ode_configuration", &Model::ode_configuration, Whole{0, 2}, kShared, "anode-*: weights of a block 0: stand still, 1: move along with its activations, 2: move first");
  model.add("ode_steps", &Model::ode_steps, Whole{1, 64}, kShared, "anode-*: time steps of a block in configurations 0 and 1");
  model.add("ode_method", &Model::ode_method, Choices{{"euler", "rk2", "rk4"}}, kShared, "anode-*: how a block is solved in configurations 0 and 1");
  model.add("ode_checkpoint", &Model::ode_checkpoint, Flag{}, kShared, "anode-*: compute blocks again in the backward instead of keeping what they computed");
  model.add("start", &Model::start, Text{}, kHere, "model file (safetensors) to begin with, such as one that covey-coordinator export or compress wrote; empty: random weights");
  model.add("moments", &Model::moments, Flag{}, kShared, "norm = group: keep running moments of every norm layer, for covey-sim compress --method zeroq");
}

void add_federation(std::vector<Field>& fields) {
  using F = Federation;
  Section federation(fields, "federation", [](auto& s) -> auto& { return s.experiment.federation; });
  federation.add("users", &F::users, Whole{1, kMillion}, kHere, "K, private data sets");
  federation.add("communicating", &F::communicating, Whole{1, 100000}, kShared, "C_k, users of a round; at most users");
  federation.add("period", &F::period, Whole{0, kMillion}, kShared, "T, local steps of a round; 0 measures the exchange alone");
  federation.add("labelled", &F::labelled, Whole{1, 100 * kMillion}, kHere, "N_s, labelled images on the server; all there are only where every round is a warm-up round");
  federation.add("labels_at", &F::labels_at, Choices{{"server", "users"}}, kHere, "users (simulator only): each gets a share, of class pairs if noniid > 0; the server does not train");
  federation.add("noniid", &F::noniid, Real{0, 1}, kHere, "R, partition = classes: distance between the users' class mixes; 0 = alike, 1 = disjoint");
  federation.add("rounds", &F::rounds, Whole{1, kMillion}, kShared, "committed rounds, warm-up included");
  federation.add("warmup_rounds", &F::warmup_rounds, Whole{0, kMillion}, kShared, "first rounds, in which only the server trains");
  federation.add("order", &F::order, Choices{{"parallel", "alternate"}}, kShared, "parallel: the server is averaged with the users; alternate: users are averaged, then the server fine-tunes");
  federation.add("selection", &F::selection, Choices{{"fixed", "available"}}, kHere, "fixed: draw from all users; available: from those connected");
  federation.add("min_updates", &F::min_updates, Whole{1, 100000}, kHere, "fewer present members at the deadline void the round");
  federation.add("over_select", &F::over_select, Real{0, 10}, kHere, "extra share of users that get a task; the round closes at communicating updates");
  federation.add("deadline_s", &F::deadline_s, Real{0, 604800, true}, kHere, "seconds after which a round closes");
  federation.add("evaluate_every", &F::evaluate_every, Whole{1, kMillion}, kHere, "rounds between evaluations; the last is always evaluated");
  federation.add("keep_rounds", &F::keep_rounds, Whole{1, kMillion}, kHere, "committed rounds whose models stay on disk");
  federation.add("diversity_every", &F::diversity_every, Whole{0, kMillion}, kHere, "rounds between measurements of the gradient diversity; 0 = never");
}

void add_training(std::vector<Field>& fields) {
  using T = Training;
  Section training(fields, "training", [](auto& s) -> auto& { return s.experiment.training; });
  training.add("objective", &T::objective, Named{}, kShared, "what users minimise");
  training.add("threshold", &T::threshold, Real{0, 1}, kShared, "tau, confidence from which a pseudo-label counts");
  training.add("threshold_rule", &T::threshold_rule, Choices{{"fixed", "adaptive"}}, kShared, "fixed: threshold; adaptive: labels = round, by the user's mean confidence and class shares");
  training.add("labels", &T::labels, Choices{{"moving", "round"}}, kShared, "pseudo-labels: moving: at every step; round: once, from the received model");
  training.add("alignment", &T::alignment, Real{0, 1}, kShared, "power of the pseudo-label distribution alignment; 0 = off");
  training.add("mixup", &T::mixup, Real{0, 100}, kShared, "labels = round: alpha of the mixup with any of the user's images; 0 = off");
  training.add("sharpness", &T::sharpness, Real{0, 10}, kShared, "labels = round: rho of the sharpness-aware consistency of what reaches threshold; 0 = off");
  training.add("cutout", &T::cutout, Real{0, 1}, kShared, "side of the Cutout square as a share of the image side, texts: share of the words that are masked; 0 = off");
  training.add("cutout_fill", &T::cutout_fill, Choices{{"paper", "mean", "zero"}}, kShared, "paper: 127 in colour, half of the brightest pixel in grey; mean: the data set's mean pixel; zero: black");
  training.add("flip", &T::flip, Flag{}, kShared, "horizontal flips; always off for characters and digits");
  training.add("crop", &T::crop, Real{0, 0.5}, kShared, "images: furthest shift of a view as a share of the image's sides, rounded down to whole pixels; 0 = off");
  training.add("batch", &T::batch, Whole{1, 65536}, kShared, "images of a step; a consistency step sends two views of each through the model");
  training.add("optimizer", &T::optimizer, Named{}, kShared, "what takes the local steps");
  training.add("lr", &T::lr, Real{0, 100}, kShared, "base learning rate; 0 = parallel: 0.03 * (C_k + 1) * batch / 128, alternate: 0.03 * batch / 32 but at most 0.06");
  training.add("momentum", &T::momentum, Real{0, 1}, kShared, "sgd: share of the last step that is kept");
  training.add("nesterov", &T::nesterov, Flag{}, kShared, "sgd: look ahead along the momentum");
  training.add("beta1", &T::beta1, Real{0, 0.9999999}, kShared, "adam, adamw, adahessian: share of the gradient's running mean that a step keeps");
  training.add("beta2", &T::beta2, Real{0, 0.9999999}, kShared, "adam, adamw, adahessian: the same of the running mean square");
  training.add("epsilon", &T::epsilon, Real{0, 1}, kShared, "adam, adamw, adahessian: added to the root of the mean square; 0 = 1e-8, adahessian 1e-4");
  training.add("hessian_average", &T::hessian_average, Choices{{"none", "kernel", "row", "block"}}, kShared, "adahessian: curvature is a mean over: none: nothing; kernel: each kernel; row: also each matrix row; block: hessian_block values");
  training.add("hessian_block", &T::hessian_block, Whole{1, 1000 * kMillion}, kShared, "hessian_average = block: values of a block");
  training.add("hessian_sign", &T::hessian_sign, Choices{{"absolute", "signed"}}, kShared, "adahessian: mean over a block of the absolute values, or of the signed ones");
  training.add("hessian_power", &T::hessian_power, Real{0, 1}, kShared, "adahessian: 1 = divide by the root of the mean square; 0 = plain momentum");
  training.add("hessian_period", &T::hessian_period, Whole{1, kMillion}, kShared, "adahessian: steps between two measurements of curvature");
  training.add("weight_decay", &T::weight_decay, Real{0, 1}, kShared, "L2 penalty on the weights");
  training.add("clip_norm", &T::clip_norm, Real{0, 1e6}, kShared, "largest L2 norm of a step's gradient, of users and server; 0 = off");
  training.add("proximal", &T::proximal, Real{0, 1000}, kShared, "mu of FedProx: pulls a user's weights to those that it received; 0 = off");
  training.add("schedule", &T::schedule, Named{}, kShared, "how the learning rate falls; cosine: 7/16 of a cosine over the run; paper: the form of the authors' code");
  training.add("schedule_warmup_steps", &T::schedule_warmup_steps, Whole{0, 1000 * kMillion}, kShared, "schedule = paper: steps of the linear warm-up");
  training.add("schedule_total_steps", &T::schedule_total_steps, Whole{0, 1000 * kMillion}, kShared, "schedule = paper: Ttot; 0 = rounds * period");
  training.add("schedule_cycles", &T::schedule_cycles, Real{0, 1000}, kShared, "schedule = paper: c in cos(pi * c * x)");
  training.add("schedule_floor", &T::schedule_floor, Real{0, 1}, kShared, "smallest factor of the base rate");
  training.add("optimizer_state", &T::optimizer_state, Choices{{"reset", "user", "slot"}}, kShared, "reset: zero at every round; user: kept on the device; slot: moves from user to user (simulator only)");
}

void add_averaging(std::vector<Field>& fields) {
  using A = Averaging;
  Section averaging(fields, "averaging", [](auto& s) -> auto& { return s.experiment.averaging; });
  averaging.add("rule", &A::rule, Named{}, kHere, "fedavg is one group; median and trimmed-mean distrust single members and keep all updates of a round in memory");
  averaging.add("groups", &A::groups, Whole{0, 100000}, kHere, "S; 0 = C_k / g rounded up, with g = 5 up to C_k = 10, else 10");
  averaging.add("bn_buffers", &A::bn_buffers, Choices{{"mean", "local"}}, kShared, "mean: averaged with the weights; local: never leave the device");
  averaging.add("weights", &A::weights, Choices{{"equal", "status"}}, kHere, "of the users; status: 1 - the mean confidence of the received model on their images ((FL)^2)");
  averaging.add("server_share", &A::server_share, Real{0, 1}, kHere, "order = parallel: the server's share of a group's mean; 0 = it is one member");
  averaging.add("trim", &A::trim, Real{0, 0.49}, kHere, "rule = trimmed-mean: share of the members left out at each end");
  averaging.add("server_momentum", &A::server_momentum, Real{0, 0.999}, kHere, "share of the last averaged change that is added to the next; 0 = off");
  averaging.add("server_optimizer", &A::server_optimizer, Choices{{"none", "adahessian"}}, kShared, "adahessian: users send the mean gradient of period batches and its curvature, both at the received model; the server takes the step");
}

void add_upload(std::vector<Field>& fields) {
  using U = Upload;
  Section upload(fields, "upload", [](auto& s) -> auto& { return s.experiment.upload; });
  upload.add("keep", &U::keep, Real{0, 1, true}, kShared, "codec = topk: share of the values that are sent");
  upload.add("error_feedback", &U::error_feedback, Flag{}, kShared, "what the codec left out of a user's update is added to its next one; kept on the device");
  upload.add("feedback_age", &U::feedback_age, Whole{1, kMillion}, kShared, "error_feedback: rounds after which that is dropped");
}

void add_download(std::vector<Field>& fields) {
  using D = Download;
  Section download(fields, "download", [](auto& s) -> auto& { return s.experiment.download; });
  download.add("quantiser", &D::quantiser, Named{}, kShared, "codec = hawq, qbert: what rounds the layers at the planned widths; also of covey-coordinator export --bits; group, the paper's choice for qbert, has 128 groups");
  download.add("mean_bits", &D::mean_bits, Real{2, 8}, kShared, "codec = hawq: bits of a planned layer's value, on average, at most; qbert: of a block's");
  download.add("size_ratio", &D::size_ratio, Real{0, 1}, kShared, "codec = hawq: bytes of a download over those in fp32, at most, in place of mean_bits; 0 = off");
  download.add("plan_every", &D::plan_every, Whole{1, kMillion}, kShared, "codec = hawq, qbert: rounds that a plan is in force");
  download.add("qat", &D::qat, Flag{}, kShared, "users and server train on weights rounded as the download rounds them");
}

void add_curvature(std::vector<Field>& fields) {
  using C = Curvature;
  Section curvature(fields, "curvature", [](auto& s) -> auto& { return s.experiment.curvature; });
  curvature.add("from", &C::from, Choices{{"server", "users", "optimizer"}}, kShared, "who measures the traces of the layers' Hessians: the server or the users on their images, or adahessian at the server, for free (from ten measured steps on)");
  curvature.add("every", &C::every, Whole{0, kMillion}, kShared, "rounds between measurements besides those that plans of download.codec = hawq need; 0 = none");
  curvature.add("probes", &C::probes, Whole{1, 1000}, kShared, "random vectors of a measurement; more are more exact");
  curvature.add("samples", &C::samples, Whole{0, 100 * kMillion}, kShared, "from = server, users; and eigenvalues of qbert: samples that each measures on, the first so many that have a label; 0 = all");
}

template <typename Find>
void add_exchange(std::vector<Field>& fields, const char* name, Find find) {
  Section exchange(fields, name, find);
  exchange.add("codec", &Exchange::codec, Named{}, kShared, "how tensors become bytes; fp32 ignores bits");
  exchange.add("bits", &Exchange::bits, Whole{2, 8}, kShared, "per value");
  exchange.add("compress", &Exchange::compress, Choices{{"none", "zstd"}}, kShared, "what the codec wrote, without loss: zstd saves a quarter of 8-bit ptq, nothing of psq");
  exchange.add("groups", &Exchange::groups, Whole{1, kMillion}, kShared, "codec = group: groups of rows per tensor; more than rows count as the rows");
}

void add_fqt(std::vector<Field>& fields) {
  Section fqt(fields, "fqt", [](auto& s) -> auto& { return s.experiment.fqt; });
  fqt.add("mode", &Fqt::mode, Choices{{"off", "activations", "qat", "fqt"}}, kShared, "training on quantised values, of users and server: activations: inputs of layers alone, as beside download.qat; qat: weights, too; fqt: gradients, too");
  fqt.add("activation_bits", &Fqt::activation_bits, Whole{2, 8}, kShared, "of the inputs of convolutions and linear layers");
  fqt.add("weight_bits", &Fqt::weight_bits, Whole{2, 8}, kShared, "of their weights");
  fqt.add("weight_gradient_bits", &Fqt::weight_gradient_bits, Whole{2, 8}, kShared, "mode = fqt: of the gradient of their outputs, on its way to the weights");
  fqt.add("gradient_bits", &Fqt::gradient_bits, Whole{2, 8}, kShared, "mode = fqt: of the same gradient, on its way to the layer before");
  fqt.add("gradient_quantiser", &Fqt::gradient_quantiser, Named{}, kShared, "of gradient_bits: ptq: a grid per batch; psq: per image; bhq: per image, large ones spread over small ones");
  fqt.add("exempt", &Fqt::exempt, Names{100}, kShared, "names of layers that stay in fp32");
}

void add_devices(std::vector<Field>& fields) {
  using D = Devices;
  Section devices(fields, "devices", [](auto& s) -> auto& { return s.experiment.devices; });
  devices.add("profile", &D::profile, Choices{{"none", "lognormal", "trace"}}, kHere, "what devices are like, which gives simulated rounds a duration; none: no simulated time");
  devices.add("images_per_second", &D::images_per_second, Real{0, 1e9, true}, kHere, "of local training; lognormal: the median");
  devices.add("speed_spread", &D::speed_spread, Real{0, 10}, kHere, "standard deviation of its logarithm");
  devices.add("down_mbit", &D::down_mbit, Real{0, 1e9, true}, kHere, "10^6 bits a second to the device; lognormal: the median");
  devices.add("up_mbit", &D::up_mbit, Real{0, 1e9, true}, kHere, "10^6 bits a second from the device; lognormal: the median");
  devices.add("link_spread", &D::link_spread, Real{0, 10}, kHere, "standard deviation of the logarithm of both");
  devices.add("latency_ms", &D::latency_ms, Real{0, 1e6}, kHere, "one way");
  devices.add("availability", &D::availability, Real{0, 1, true}, kHere, "chance that a drawn device takes its task");
  devices.add("dropout", &D::dropout, Real{0, 1}, kHere, "chance that it is lost before its update has arrived");
  devices.add("server_images_per_second", &D::server_images_per_second, Real{0, 1e9, true}, kHere, "of the server's training");
  devices.add("trace", &D::trace, Text{}, kHere, "profile = trace: CSV file, one device a row");
}

void add_samples(std::vector<Field>& fields) {
  using C = ClientSettings;
  const auto find = [](auto& s) -> auto& { return s; };
  Section samples(fields, "samples", find);
  samples.add("kind", &C::kind, Named{}, kClient, "of every sample");
  samples.add("sizes", &C::sizes, Wholes{{0, 65536}, 16}, kClient, "of a sample: an image's channels, height and width, and so on");
  samples.add("task", &C::task, Named{}, kClient, "what the model is asked for");
  samples.add("classes", &C::classes, Whole{2, 100000}, kClient, "that the model tells apart");
  samples.add("mean", &C::mean, Reals{{-1000, 1000}, 16}, kClient, "of images: per channel, of pixel / 255");
  samples.add("stddev", &C::stddev, Reals{{0, 1000, true}, 16}, kClient, "of images: per channel, of pixel / 255");
  samples.add("characters", &C::characters, Flag{}, kClient, "letters or digits: no flips");
  samples.add("vocabulary", &C::vocabulary, Text{kVocabularyBytesMax}, kClient, "the words, by their ids, with spaces between them");
}
// clang-format on

}  // namespace

bool carries(FileKind file, Scope scope) {
  if (scope == Scope::kShared) return true;
  return (file == FileKind::kExperiment) == (scope == Scope::kExperiment);
}

const std::vector<Field>& schema() {
  static const std::vector<Field> fields = [] {
    std::vector<Field> all;
    add_top(all);
    add_data(all);
    add_model(all);
    add_federation(all);
    add_training(all);
    add_averaging(all);
    add_exchange(
        all, "download", [](auto& s) -> auto& { return s.experiment.download; });
    add_download(all);
    add_exchange(
        all, "upload", [](auto& s) -> auto& { return s.experiment.upload; });
    add_upload(all);
    add_curvature(all);
    add_fqt(all);
    add_devices(all);
    add_samples(all);
    return all;
  }();
  return fields;
}

}  // namespace covey::config
