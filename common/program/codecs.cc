#include "common/program/codecs.h"

#include <algorithm>

#include "common/quant/codecs/zstd.h"
#include "common/quant/registry.h"

namespace covey::program {

namespace {

const std::string kPlanned = "hawq";

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
  names.insert(std::upper_bound(names.begin(), names.end(), kPlanned), kPlanned);
  return names;
}

bool is_planned(const config::Download& download) {
  return download.codec == kPlanned;
}

Result<std::unique_ptr<const quant::Codec>> download_codec(const config::Experiment& experiment,
                                                           const plan::BitPlan& plan, const Layout& layout) {
  const config::Download& download = experiment.download;
  if (is_planned(download)) return packed(download, plan::codec_of(plan, layout));
  return packed(download, quant::make_codec(download.codec, codec_options(download)));
}

Result<std::unique_ptr<const quant::Codec>> upload_codec(const config::Experiment& experiment) {
  const config::Upload& upload = experiment.upload;
  return packed(upload, quant::make_codec(upload.codec, codec_options(upload)));
}

Result<std::unique_ptr<const quant::Codec>> codec_of_download(const config::Experiment& experiment,
                                                              const quant::ContainerView& received) {
  const config::Download& download = experiment.download;
  if (is_planned(download)) return plan::codec_like(received, download.quantiser);
  return quant::make_codec(download.codec, codec_options(download));
}

}  // namespace covey::program
