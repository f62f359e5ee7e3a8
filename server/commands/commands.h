#pragma once

#include "common/program/cli.h"

/// One function a command of covey-coordinator; each adds its options and its action.
namespace covey::server {

void add_init(program::CommandLine& line);
void add_token(program::CommandLine& line);
void add_run(program::CommandLine& line, char** argv);
void add_status(program::CommandLine& line);
void add_clients(program::CommandLine& line);
void add_export(program::CommandLine& line);

}  // namespace covey::server
