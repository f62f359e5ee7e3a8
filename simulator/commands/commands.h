#pragma once

#include "common/program/cli.h"

/// One function a command of covey-sim; each adds its options and its action.
namespace covey::simulator {

void add_run(program::CommandLine& line, char** argv);
void add_evaluate(program::CommandLine& line, char** argv);
void add_partition(program::CommandLine& line);
void add_sweep(program::CommandLine& line);
void add_report(program::CommandLine& line);
void add_codec(program::CommandLine& line);
void add_compress(program::CommandLine& line, char** argv);
void add_hessian(program::CommandLine& line, char** argv);
void add_norms(program::CommandLine& line, char** argv);

}  // namespace covey::simulator
