#include "simulator/report/read_densities.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <sstream>

namespace covey::simulator {

namespace {

constexpr std::size_t kPointsMax = 800;  // more than a plot has pixels for

bool parse_number(std::string_view text, double& number) {
  const auto end = std::from_chars(text.data(), text.data() + text.size(), number);
  return end.ec == std::errc() && end.ptr == text.data() + text.size() && std::isfinite(number);
}

std::string name_of(const fs::path& file) {
  const std::string stem = file.stem().string().substr(std::string("density").size());
  const std::size_t first = stem.find_first_not_of("-_ ");
  return first == std::string::npos ? "density" : stem.substr(first);
}

/// The highest point of every stretch.
void thin_out(SpectralDensity& density) {
  const std::size_t count = density.values.size();
  if (count <= kPointsMax) return;
  SpectralDensity kept{density.name, {}, {}};
  for (std::size_t piece = 0; piece < kPointsMax; ++piece) {
    const auto begin = density.density.begin();
    const auto first = begin + static_cast<std::ptrdiff_t>(piece * count / kPointsMax);
    const auto last = begin + static_cast<std::ptrdiff_t>((piece + 1) * count / kPointsMax);
    const auto highest = static_cast<std::size_t>(std::max_element(first, last) - begin);
    kept.values.push_back(density.values[highest]);
    kept.density.push_back(density.density[highest]);
  }
  density = std::move(kept);
}

Result<SpectralDensity> read_density(const fs::path& file) {
  COVEY_ASSIGN_OR_RETURN(const std::string text, read_text_file(file));
  SpectralDensity density{name_of(file), {}, {}};
  std::istringstream lines(text);
  std::string line;
  std::getline(lines, line);  // the names of the columns
  for (std::size_t number = 2; std::getline(lines, line); ++number) {
    const std::size_t comma = line.find(',');
    double value = 0;
    double height = 0;
    const bool fits = comma != std::string::npos &&
                      parse_number(std::string_view(line).substr(0, comma), value) &&
                      parse_number(std::string_view(line).substr(comma + 1), height) && height >= 0;
    if (!fits) {
      return invalid_argument(
          file.string() + ":" + std::to_string(number) +
          ": not an eigenvalue and its density, as covey-sim hessian --density writes them");
    }
    density.values.push_back(value);
    density.density.push_back(height);
  }
  thin_out(density);
  return density;
}

}  // namespace

Result<std::vector<SpectralDensity>> read_densities(const fs::path& dir) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(dir)) {
    const std::string name = entry.path().filename().string();
    if (name.rfind("density", 0) == 0 && entry.path().extension() == ".csv") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  std::vector<SpectralDensity> densities;
  for (const fs::path& file : files) {
    COVEY_ASSIGN_OR_RETURN(SpectralDensity density, read_density(file));
    densities.push_back(std::move(density));
  }
  return densities;
}

}  // namespace covey::simulator
