#pragma once

/// The parts of LibTorch that Covey uses. <torch/torch.h> would add what it does not (recurrent and
/// transformer modules, data loaders, optimisers, serialisation) to every file that includes it.
#include <torch/cuda.h>
#include <torch/nn/functional/loss.h>
#include <torch/nn/module.h>
#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/linear.h>
#include <torch/nn/modules/normalization.h>
#include <torch/types.h>
#include <torch/utils.h>
