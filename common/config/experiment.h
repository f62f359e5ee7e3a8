#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace covey::config {

/// Where the images come from. Only the coordinator and the simulator read this section; it is never sent to
/// a client.
struct Data {
  std::string name = "glyphs";        ///< which reader
  std::string path;                   ///< folder of the data set; glyphs needs none
  std::string partition = "classes";  ///< classes (by R) | iid | dirichlet | shards | natural
  double dirichlet_alpha = 0.5;       ///< partition = dirichlet: concentration, > 0; small is uneven
  std::int64_t shards_per_user = 2;   ///< partition = shards: class-sorted pieces that a user gets
  std::int64_t train_limit = 0;       ///< training samples used, a class-balanced subset by the seed; 0 = all
  std::int64_t test_limit = 0;        ///< the same for the test set
  std::int64_t tokens = 32;           ///< texts: words that count, from the first
  std::int64_t vocabulary = 4096;  ///< texts: most frequent words of the training texts with an id, in 40 KiB
  std::int64_t glyph_classes = 10;  ///< glyphs: 10..47
  std::int64_t glyph_train = 6000;  ///< glyphs: generated training images
  std::int64_t glyph_test = 1000;   ///< glyphs: generated test images
  // grounding-folder: what counts of an image and its captions
  std::int64_t regions = 100;  ///< the largest ones of an image
  std::int64_t phrases = 32;   ///< of a caption, from the first; of a phrase, data.tokens words
  // grounding: generated regions and captions (readers/grounding.cc)
  std::int64_t grounding_classes = 20;   ///< things that there are
  std::int64_t grounding_features = 64;  ///< values of a region, as many as classes or more
  std::int64_t grounding_regions = 4;    ///< of an image, each of another class
  std::int64_t grounding_phrases = 2;    ///< of a caption, each about one of these
  std::int64_t grounding_fillers = 0;    ///< words in a phrase that mean nothing, besides the one that does
  double grounding_noise = 0.5;          ///< length of what is added to a region's features of length 1
  double grounding_names = 0.0;          ///< chance that a region's name is right; 0 = regions have no names
  std::int64_t grounding_owners = 10;    ///< natural users
  double grounding_alpha = 0.0;          ///< Dirichlet concentration of an owner's classes; 0 = all alike
  bool grounding_shuffled = false;       ///< training captions have nothing to do with their images
  std::int64_t grounding_train = 4000;   ///< generated training images, with a caption each
  std::int64_t grounding_test = 1000;    ///< generated test images
};

struct Model {
  std::string name = "cnn";
  std::string norm = "group";  ///< images: group | batch | none; texts: layer | batch | power | power-v |
                               ///< power-published | none
  std::string start;           ///< model file to begin with; empty: random weights
  bool moments = false;        ///< norm = group: keep what calibration without data needs, as batch norm does
  // transformer
  std::int64_t width = 64;    ///< values of a word
  std::int64_t depth = 2;     ///< layers
  std::int64_t heads = 4;     ///< attention heads of a layer
  std::int64_t hidden = 128;  ///< values inside a layer's feed-forward network
  double dropout = 0.1;       ///< share of values that training leaves out
  // anode-*
  std::int64_t ode_configuration =
      1;                             ///< 0: weights of blocks stand still | 1: move along | 2: move, then act
  std::int64_t ode_steps = 2;        ///< of a block, in configurations 0 and 1
  std::string ode_method = "euler";  ///< euler | rk2 | rk4
  bool ode_checkpoint = true;        ///< compute blocks again in the backward instead of keeping them
};

struct Federation {
  std::int64_t users = 10;           ///< K
  std::int64_t communicating = 10;   ///< C_k, 1..K
  std::int64_t period = 16;          ///< T, local steps per round; 0 measures the exchange alone
  std::int64_t labelled = 1000;      ///< N_s, labelled samples on the server; all only where it trains alone
  std::string labels_at = "server";  ///< server | users: dealt to the users, the server does not train
  double noniid = 0.4;               ///< R, 0..1 (partition = classes)
  std::int64_t rounds = 200;         ///< committed rounds, warm-up included
  std::int64_t warmup_rounds = 0;    ///< first rounds in which only the server trains
  /// parallel: the server is averaged with the users | alternate: users are averaged, then the server
  /// fine-tunes
  std::string order = "alternate";
  std::string selection = "fixed";  ///< fixed: draw from all K | available: draw from the connected users
  std::int64_t min_updates = 1;     ///< fewer present members at the deadline void the round
  double over_select = 0.0;         ///< extra share of users that get a task; the round closes at C_k updates
  double deadline_s = 600;          ///< seconds after which a round closes
  std::int64_t evaluate_every = 1;  ///< rounds between evaluations; the last round is always evaluated
  std::int64_t keep_rounds = 2;     ///< committed rounds whose models stay on disk
  std::int64_t diversity_every = 0;  ///< rounds between measurements of the gradient diversity; 0 = never
};

struct Training {
  std::string objective = "consistency";  ///< what users minimise
  double threshold = 0.95;                ///< tau: confidence from which a pseudo-label counts
  /// fixed: tau for all | adaptive: labels = round, by the user's own predictions, per class
  std::string threshold_rule = "fixed";
  std::string labels =
      "round";             ///< moving: pseudo-labels at every step | round: once, from the received model
  double alignment = 0.0;  ///< power of the pseudo-label distribution alignment; 0 = off
  double mixup = 0.0;      ///< labels = round: alpha of Beta(alpha, alpha); 0 = off, 0.75 in SemiFL
  /// labels = round: rho of the sharpness-aware consistency; 0 = off, 0.1 in (FL)^2
  double sharpness = 0.0;
  double cutout = 0.5;  ///< side of the Cutout square over the image's, or share of a text's words; 0 = off
  /// paper: 127 in colour, half of the brightest pixel in grey | mean: the data set's mean pixel | zero
  std::string cutout_fill = "paper";
  bool flip = true;         ///< horizontal flips in both views; always off for characters and digits
  double crop = 0.125;      ///< furthest shift of both views over the image's sides, in whole pixels; 0 = off
  std::int64_t batch = 64;  ///< images per step; a consistency step sends two views of each through the model
  std::string optimizer = "sgd";
  /// 0 = by the order: parallel 0.03 * (C_k + 1) * batch / 128; alternate 0.03 * batch / 32, at most 0.06.
  double lr = 0.0;
  double momentum = 0.9;
  bool nesterov = true;
  double beta1 = 0.9;    ///< adam, adamw, adahessian: share of the gradient's mean that a step keeps
  double beta2 = 0.999;  ///< the same of the mean square
  double epsilon = 0.0;  ///< added to its root; 0 = 1e-8, adahessian 1e-4
  /// adahessian: none | kernel: means over a kernel | row: also over a matrix's row | block: over
  /// hessian_block
  std::string hessian_average = "kernel";
  std::int64_t hessian_block = 32;        ///< hessian_average = block: values of a block
  std::string hessian_sign = "absolute";  ///< mean over a block of the absolute or the signed values
  double hessian_power = 1.0;             ///< k: 1 = the root of the mean square, 0 = plain momentum
  std::int64_t hessian_period = 1;        ///< curvature is measured in every that many steps
  double weight_decay = 1e-4;
  double clip_norm = 0.0;  ///< largest L2 norm of a step's gradient, of users and server; 0 = off
  double proximal = 0.0;   ///< mu of FedProx, of users; 0 = off
  /// cosine: 7/16 of a cosine over the run | paper: the form of the authors' code | constant
  std::string schedule = "cosine";
  std::int64_t schedule_warmup_steps = 0;  ///< schedule = paper: linear warm-up, in steps
  std::int64_t schedule_total_steps = 0;   ///< schedule = paper: Ttot; 0 = rounds * period
  double schedule_cycles = 2.286;          ///< schedule = paper: c in cos(pi * c * x)
  double schedule_floor = 1e-5;            ///< smallest factor of the base rate
  std::string optimizer_state = "reset";   ///< reset | user | slot (simulator only)
};

struct Averaging {
  std::string rule = "grouping";    ///< fedavg = one group | grouping | median | trimmed-mean
  std::int64_t groups = 0;          ///< S; 0 = ceil(C_k / g) with g = 5 up to C_k = 10, else 10
  std::string bn_buffers = "mean";  ///< mean: averaged with the weights | local: never leave the device
  std::string weights = "equal";    ///< of the users: equal | status: more for those whose model was unsure
  double server_share = 0.0;     ///< order = parallel: the server's share of a group's mean; 0 = one member
  double trim = 0.1;             ///< rule = trimmed-mean: share left out at each end
  double server_momentum = 0.0;  ///< of the averaged change from round to round; 0 = off
  /// none | adahessian: users send a gradient and its curvature at the received model, and the server steps
  std::string server_optimizer = "none";
};

/// One direction of the exchange.
struct Exchange {
  std::string codec =
      "ptq";              ///< any of quant/registry.h; topk for uploads, hawq and qbert for downloads only
  std::int64_t bits = 8;  ///< 2..8
  std::int64_t groups = 128;      ///< codec = group: groups of rows per tensor
  std::string compress = "none";  ///< none | zstd: what the codec wrote, without loss
};

struct Download : Exchange {
  // codec = hawq: a width for every layer, planned from its curvature (HAWQ-V2, arXiv 1911.03852).
  // codec = qbert: two widths for the blocks of a transformer, 8 bits for the rest (arXiv 1909.05840).
  std::string quantiser = "sym";  ///< of the planned layers
  double mean_bits = 4.0;         ///< of a planned layer's (qbert: block's) values, on average, at most
  double size_ratio = 0.0;        ///< of the whole model's bytes in fp32, at most; 0 = by mean_bits
  std::int64_t plan_every = 10;   ///< rounds that a plan is in force
  bool qat = false;               ///< everybody trains on weights rounded as the download rounds them
};

struct Upload : Exchange {
  double keep = 0.01;              ///< codec = topk: share of the values that are sent
  bool error_feedback = false;     ///< what the codec left out of a user's update is added to its next one
  std::int64_t feedback_age = 10;  ///< rounds after which that is dropped
};

/// The traces of the layers' Hessians, measured during the run: what plans of download.codec = hawq are made
/// from.
struct Curvature {
  /// server: on its labelled images | users: on theirs, one number a layer and probe | optimizer: what
  /// adahessian measures at the server anyway
  std::string from = "server";
  std::int64_t every = 0;    ///< rounds between measurements besides those that plans need; 0 = none
  std::int64_t probes = 10;  ///< random vectors of a measurement; more are more exact
  std::int64_t samples = 0;  ///< that a member measures on, the first so many with a label; 0 = all
};

/// Training on quantised values, of users and server alike (arXiv 2010.14298).
struct Fqt {
  /// off | activations: inputs of layers, rounded to nearest; weights as download.qat has them | qat:
  /// weights, too | fqt: output gradients, too, at random
  std::string mode = "off";
  std::int64_t activation_bits = 8;        ///< 2..8
  std::int64_t weight_bits = 8;            ///< 2..8
  std::int64_t weight_gradient_bits = 8;   ///< of the output gradient on its way to the weights, 2..8
  std::int64_t gradient_bits = 8;          ///< on its way to the layer's input, 2..8
  std::string gradient_quantiser = "bhq";  ///< on that way: ptq | psq | bhq
  std::vector<std::string> exempt;         ///< layers that stay in fp32, by name
};

/// What the devices are like: gives simulated rounds a duration. Only the simulator reads this section.
struct Devices {
  std::string profile =
      "none";  ///< none: no simulated time | lognormal: a median and a spread | trace: a file
  double images_per_second = 200;  ///< of local training; lognormal: the median
  double speed_spread = 0.5;       ///< standard deviation of its logarithm, from device to device
  double down_mbit = 20;           ///< 10^6 bits a second
  double up_mbit = 5;
  double link_spread = 0.5;  ///< of both directions together
  double latency_ms = 50;    ///< one way
  double availability = 1;   ///< chance that a drawn device takes its task
  double dropout = 0;        ///< chance that it is lost before its update has arrived
  double server_images_per_second = 2000;
  std::string trace;  ///< CSV file, one device a row; users beyond its end start again at the first
};

/// One experiment file: the only configuration that the three programs share. The defaults stand here and
/// nowhere else.
struct Experiment {
  std::uint64_t seed = 1;
  std::string numerics = "native";  ///< native | avx2: pins the instruction set of all numeric libraries
  Data data;
  Model model;
  Federation federation;
  Training training;
  Averaging averaging;
  Download download;
  Upload upload;
  Curvature curvature;
  Fqt fqt;
  Devices devices;
};

/// Whether the widths of downloads are planned during the run.
inline bool plans_widths(const Download& download) {
  return download.codec == "hawq" || download.codec == "qbert";
}

/// Whether the run measures curvature, for its own sake or for plans of its downloads.
inline bool measures_curvature(const Experiment& experiment) {
  return experiment.curvature.every > 0 || plans_widths(experiment.download);
}

}  // namespace covey::config
