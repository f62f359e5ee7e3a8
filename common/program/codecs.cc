#include "common/program/codecs.h"

#include <algorithm>

#include "common/quant/codecs/zstd.h"
#include "common/quant/registry.h"

namespace covey::program {

namespace {

const char* const kPlanned[] = {"hawq", "qbert"};

quant::CodecOptions codec_options(const config::Exchange& exchange) {
  quant::CodecOptions options;
  options.bits = static_cast<int>(exchange.bits);
  options.groups = static_cast<int>(exchange.groups);
  return options;
}

quant::CodecOptions codec_options(const config::Upload& upload) {
  quant::CodecOptions options = codec_options(static_cast<const config::Exchange&>(upload));
  options.keep = upload.keep;
  return options;
}

Result<std::unique_ptr<const quant::Codec>> packed(const config::Exchange& exchange,
                                                   Result<std::unique_ptr<const quant::Codec>> codec) {
  if (!codec.ok() || exchange.compress != "zstd") return codec;
  return quant::compressed(*std::move(codec));
}

}  // namespace

std::vector<std::string> download_codec_names() {
  std::vector<std::string> names = quant::codec_registry().names();
  names.insert(names.end(), std::begin(kPlanned), std::end(kPlanned));
  std::sort(names.begin(), names.end());
  return names;
}

Result<std::unique_ptr<const quant::Codec>> download_codec(const config::Experiment& experiment,
                                                           const plan::BitPlan& plan, const Layout& layout) {
  const config::Download& download = experiment.download;
  if (config::plans_widths(download)) return packed(download, plan::codec_of(plan, layout));
  return packed(download, quant::make_codec(download.codec, codec_options(download)));
}

Result<std::unique_ptr<const quant::Codec>> upload_codec(const config::Experiment& experiment) {
  const config::Upload& upload = experiment.upload;
  return packed(upload, quant::make_codec(upload.codec, codec_options(upload)));
}

Result<std::unique_ptr<const quant::Codec>> codec_of_download(const config::Experiment& experiment,
                                                              const quant::ContainerView& received) {
  const config::Download& download = experiment.download;
  if (config::plans_widths(download)) return plan::codec_like(received, download.quantiser);
  return quant::make_codec(download.codec, codec_options(download));
}

}  // namespace covey::program
