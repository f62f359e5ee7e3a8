#pragma once

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <functional>
#include <string>
#include <vector>

#include "common/base/layout.h"

namespace covey::bench {

using Work = std::function<void()>;

inline double seconds_of(const Work& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

inline double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

/// Runs pairs (baseline, work), so that both see the same machine. The counter `name` is the median of
/// seconds of the baseline over seconds of the work.
///   values  that both handle, counted as fp32
inline void measure_pairs(benchmark::State& state, const char* name, std::size_t values, const Work& baseline,
                          const Work& work) {
  std::vector<double> ratios;
  for (auto _ : state) {
    const double baseline_seconds = seconds_of(baseline);
    const double work_seconds = seconds_of(work);
    ratios.push_back(baseline_seconds / work_seconds);
    state.SetIterationTime(work_seconds);
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * values * sizeof(float)));
  state.counters[name] = median(ratios);
}

/// The same with a copy of the values as the baseline: a ratio of bandwidths.
inline void measure_against_memcpy(benchmark::State& state, const Values& values, const Work& work) {
  Values copy(values.size());
  const auto copying = [&] {
    std::memcpy(copy.data(), values.data(), values.size() * sizeof(float));
    benchmark::ClobberMemory();
  };
  measure_pairs(state, "of_memcpy", values.size(), copying, work);
}

}  // namespace covey::bench
