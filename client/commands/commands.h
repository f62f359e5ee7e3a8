#pragma once

#include "common/program/cli.h"

/// One function a command of covey-client; each adds its options and its action.
namespace covey::client {

void add_enroll(program::CommandLine& line);
void add_run(program::CommandLine& line, char** argv);
void add_status(program::CommandLine& line);

}  // namespace covey::client
