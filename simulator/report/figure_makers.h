#pragma once

#include <string>
#include <vector>

#include "simulator/report/figure.h"
#include "simulator/report/results.h"
#include "simulator/report/run_groups.h"

/// The parts of make_figures(), one file each. Every function appends to `figures`.
namespace covey::simulator {

/// Accuracy per round, per megabyte and per simulated hour (accuracy_figures.cc).
void add_accuracy_figures(const Results& results, std::vector<Figure>& figures);

/// Mask rate and class balance of the pseudo-labels per round (label_figures.cc).
void add_label_figures(const Results& results, std::vector<Figure>& figures);

/// How differently members changed, per round (diversity_figures.cc).
void add_diversity_figures(const Results& results, std::vector<Figure>& figures);

/// Traces of the Hessian per round (curvature_figures.cc).
void add_curvature_figures(const Results& results, std::vector<Figure>& figures);

/// How eigenvalues of the Hessian are spread (density_figures.cc).
void add_density_figures(const Results& results, std::vector<Figure>& figures);

/// What a run ended with, against every swept key (parameter_figures.cc).
void add_parameter_figures(const Results& results, std::vector<Figure>& figures);

/// Mean final accuracy for every pair of swept keys (pair_figures.cc).
void add_pair_figures(const Results& results, std::vector<Figure>& figures);

/// Megabytes by direction (exchange_figures.cc).
void add_exchange_figures(const Results& results, std::vector<Figure>& figures);

/// Who holds what (partition_figures.cc).
void add_partition_figures(const Results& results, std::vector<Figure>& figures);

// ---- shared by them

inline constexpr const char* kParameterSection = "Final accuracy";
inline constexpr const char* kAccuracySection = "Accuracy over the run";
inline constexpr const char* kCostSection = "Cost";
inline constexpr const char* kLabelSection = "Pseudo-labels";
inline constexpr const char* kDiversitySection = "Gradient diversity";
inline constexpr const char* kCurvatureSection = "Curvature";
inline constexpr const char* kPartitionSection = "Partition";

/// Bytes in the megabyte of every figure.
inline constexpr double kMegabyte = 1e6;
inline constexpr double kSecondsPerHour = 3600;

/// "accuracy-per-round" at "bits 8" is "accuracy-per-round-bits-8": small letters, digits, dots,
/// underscores and dashes only.
std::string figure_id(const std::string& what, const std::string& where);

/// "Accuracy per round, bits 8"
std::string figure_title(const std::string& what, const std::string& where);

/// Both sentences with a blank between; either may be empty.
std::string join_sentences(const std::string& first, const std::string& second);

/// Appends the figures of one quantity that have points, with equal axes.
void append_panels(std::vector<Figure> panels, std::vector<Figure>& figures);

/// Hours on the devices of the experiment over all rounds; 0 where it describes none.
double simulated_hours(const RunResult& run);

bool any_simulated_time(const Results& results);

}  // namespace covey::simulator
