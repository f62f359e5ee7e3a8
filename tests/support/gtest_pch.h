#pragma once

// What tests without LibTorch all include: precompiled once, it saves each of them a second.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>
