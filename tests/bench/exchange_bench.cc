// What an exchange costs when nobody trains: real coordinator and client processes against a bare ZeroMQ echo
// of the same bytes with as many peers, in one run. Pairs are interleaved and the median of their ratios
// counts, so that a busy machine slows both sides alike; CPU time is compared as well, which others disturb
// less. The second table is the coordinator's memory with 64 clients over that with 8.
//
// usage: exchange_bench BUILD_DIR [FOLDER [PAIRS [MODEL CLIENTS]]]
//   FOLDER  where coordinator and clients keep their state; default: a folder in memory, because here as many
//           devices as there are clients would flush to one disk
//   MODEL CLIENTS  only these rows; memory 64: only the second table
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "tests/bench/echo.h"
#include "tests/bench/federation.h"

namespace covey::bench {
namespace {

/// Flower 1.4.0, measured on a like machine (two shared cores): fp32, every client every round, no training.
struct Flower {
  double model_mb;
  double per_second;
  double round_ms;
  double server_cpu_ms;
  double server_peak_mib;
  double client_peak_mib;
};

struct Case {
  FederationCase federation;
  Flower flower;
};

const std::vector<Case>& cases() {
  static const std::vector<Case> all = [] {
    std::vector<Case> both;
    for (const std::string codec : {"fp32", "ptq"}) {
      both.push_back({{"mlp", 4, 1, 100, codec}, {0.20, 664, 5.5, 1.2, 269, 254}});
      both.push_back({{"mlp", 16, 1, 30, codec}, {0.20, 634, 25, 1.2, 290, 254}});
      both.push_back({{"emnist", 4, 1, 12, codec}, {6.65, 42, 91, 22, 744, 379}});
      both.push_back({{"emnist", 16, 1, 4, codec}, {6.65, 32, 523, 22, 1425, 379}});
      both.push_back({{"resnet18", 4, 1, 3, codec}, {42.2, 3.6, 1159, 225, 2548, 841}});
      both.push_back({{"resnet18", 16, 1, 2, codec}, {42.2, 3.6, 3831, 225, 6718, 841}});
    }
    return both;
  }();
  return all;
}

constexpr const char* kMemory = "memory";
constexpr const char* kMemoryModel = "emnist";
constexpr double kEchoMegabytes = 200;  ///< each way, in one measurement

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

struct Ratios {
  std::vector<double> plain;
  std::vector<double> curve;
  std::vector<double> curve_cpu;
};

EchoCase echo_of(const FederationCase& f, std::uint64_t bytes, bool curve) {
  const double exchanges = kEchoMegabytes * 1e6 / (static_cast<double>(bytes) * f.clients);
  return {bytes, f.clients, std::clamp(static_cast<int>(exchanges), 1, 1000), curve};
}

Status measure_pair(const Programs& programs, const fs::path& folder, const FederationCase& f,
                    std::vector<FederationCost>& costs, std::vector<EchoCost>& echoes, Ratios& ratios) {
  COVEY_ASSIGN_OR_RETURN(const FederationCost cost, run_federation(programs, folder, f));
  const auto sent = static_cast<std::uint64_t>(static_cast<double>(cost.model_bytes) * cost.wire_ratio);
  COVEY_ASSIGN_OR_RETURN(const EchoCost plain, run_echo(echo_of(f, sent, false)));
  COVEY_ASSIGN_OR_RETURN(const EchoCost curve, run_echo(echo_of(f, sent, true)));
  costs.push_back(cost);
  echoes.push_back(curve);
  ratios.plain.push_back(cost.per_second / plain.per_second);
  ratios.curve.push_back(cost.per_second / curve.per_second);
  ratios.curve_cpu.push_back(curve.cpu_ms / (cost.server_cpu_ms + cost.client_cpu_ms));
  return ok_status();
}

template <typename Row>
double median_of(const std::vector<Row>& rows, double Row::*field) {
  std::vector<double> values;
  for (const Row& row : rows) values.push_back(row.*field);
  return median(std::move(values));
}

Status exchange_row(const Programs& programs, const fs::path& folder, const Case& c, int pairs) {
  std::vector<FederationCost> costs;
  std::vector<EchoCost> echoes;
  Ratios ratios;
  for (int pair = 0; pair < pairs; ++pair)
    COVEY_RETURN_IF_ERROR(measure_pair(programs, folder, c.federation, costs, echoes, ratios));
  const auto cost = [&](double FederationCost::*field) { return median_of(costs, field); };
  std::printf("%-8s %-5s %6.2f %3d | %6.2f %6.2f %6.2f | %8.1f %8.1f %8.1f %8.2f %7.2f %6.0f %6.0f %6.4f\n",
              c.federation.model.c_str(), c.federation.codec.c_str(),
              static_cast<double>(costs[0].model_bytes) / 1e6, c.federation.clients, median(ratios.plain),
              median(ratios.curve), median(ratios.curve_cpu), median_of(echoes, &EchoCost::per_second),
              cost(&FederationCost::per_second), cost(&FederationCost::round_ms),
              cost(&FederationCost::server_cpu_ms), cost(&FederationCost::client_cpu_ms),
              cost(&FederationCost::server_peak_mib), cost(&FederationCost::client_peak_mib),
              cost(&FederationCost::wire_ratio));
  const Flower& f = c.flower;
  std::printf("  Flower fp32  %6.2f %3d | %6s %6s %6s | %8s %8.1f %8.1f %8.2f %7s %6.0f %6.0f %6.4f\n",
              f.model_mb, c.federation.clients, "", "", "", "", f.per_second, f.round_ms, f.server_cpu_ms, "",
              f.server_peak_mib, f.client_peak_mib, 1.005);
  std::fflush(stdout);
  return ok_status();
}

void print_heading(int pairs) {
  std::printf(
      "exchange without training, fp32 or 8 bits both ways, CURVE, every client in every round, one group "
      "(plain averaging, as Flower's); medians of %d pairs\n"
      "ratios over a bare ZeroMQ echo (aim 0.50): plain, with CURVE, and CPU time of all processes with "
      "CURVE\n"
      "Flower: 1.4.0, measured on a like machine (its link is not encrypted, and it keeps no state on "
      "disk)\n\n"
      "%-8s %-5s %6s %3s | %6s %6s %6s | %8s %8s %8s %8s %7s %6s %6s %6s\n",
      pairs, "model", "codec", "MB", "K", "plain", "curve", "CPU", "echo/s", "updat./s", "round ms", "srv ms",
      "cli ms", "srvMiB", "cliMiB", "wire");
}

Status memory_row(const Programs& programs, const fs::path& folder) {
  COVEY_ASSIGN_OR_RETURN(const FederationCost few, run_federation(programs, folder, {kMemoryModel, 8, 2, 2}));
  COVEY_ASSIGN_OR_RETURN(const FederationCost many,
                         run_federation(programs, folder, {kMemoryModel, 64, 2, 2}));
  std::printf(
      "\ncoordinator's peak memory, %s (%.1f MB), 2 groups: %.0f MiB with 8 clients, %.0f MiB with 64: "
      "ratio %.3f (aim at most 1.10)\n",
      kMemoryModel, static_cast<double>(few.model_bytes) / 1e6, few.server_peak_mib, many.server_peak_mib,
      many.server_peak_mib / few.server_peak_mib);
  return ok_status();
}

struct Options {
  fs::path build;
  fs::path folder = fs::exists("/dev/shm") ? "/dev/shm" : fs::temp_directory_path();
  int pairs = 3;
  std::string model;  ///< empty: everything
  int clients = 0;
};

Status run_all(const Options& options) {
  const Programs programs{(options.build / "covey-coordinator").string(),
                          (options.build / "covey-sim").string(),
                          (options.build / "tests/bench/exchange_device").string()};
  print_heading(options.pairs);
  for (const Case& c : cases()) {
    const FederationCase& f = c.federation;
    const bool wanted = options.model.empty() || (f.model == options.model && f.clients == options.clients);
    if (wanted) COVEY_RETURN_IF_ERROR(exchange_row(programs, options.folder, c, options.pairs));
  }
  const bool memory = options.model.empty() || options.model == kMemory;
  return memory ? memory_row(programs, options.folder) : ok_status();
}

}  // namespace
}  // namespace covey::bench

int main(int argc, char** argv) {
  if (argc < 2 || argc > 6 || argc == 5) {
    std::fprintf(stderr, "usage: exchange_bench BUILD_DIR [FOLDER [PAIRS [MODEL CLIENTS]]]\n");
    return 2;
  }
  covey::bench::Options options;
  options.build = argv[1];
  if (argc > 2) options.folder = argv[2];
  if (argc > 3) options.pairs = std::max(1, std::atoi(argv[3]));
  if (argc > 5) {
    options.model = argv[4];
    options.clients = std::atoi(argv[5]);
  }
  const covey::Status status = covey::bench::run_all(options);
  if (status.ok()) return 0;
  std::fprintf(stderr, "exchange_bench: %s\n", status.message().c_str());
  return 1;
}
