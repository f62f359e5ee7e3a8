#pragma once

#include <string_view>

/// Files that the build puts into the program, so that the installed program needs none. cmake/embed.cmake
/// writes the definitions.
namespace covey::simulator::embedded {

extern const std::string_view kPageHtml;  ///< simulator/report/page.html
extern const std::string_view kPageCss;
extern const std::string_view kPageJs;
extern const std::string_view kChartJs;  ///< Chart.js 3, minified, MIT licence

}  // namespace covey::simulator::embedded
