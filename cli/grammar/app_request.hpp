// What was asked for of one app, on a command line or in an apps file: laid over a spec by cli/new_spec.hpp.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/settings/setting.hpp"

namespace forever::cli {

struct AppRequest {
  std::string program;                             // a program, or the name of a stopped app
  bool has_program = false;                        // one was given, if only an empty word
  std::vector<std::string> arguments;              // the program's own
  bool has_arguments = false;                      // something followed the program, if only `--`
  std::optional<std::string> name;                 // --name
  std::vector<std::string> environment;            // --env K=V, in order
  std::vector<std::string> environment_files;      // --env-file
  std::string bare_environment;                    // --env without an assignment, until it is known what is started
  std::vector<std::string> interpreter_arguments;  // of an apps file: they follow the interpreter
  GivenSettings settings;                          // what is not given stays as the spec has it
  friend bool operator==(const AppRequest&, const AppRequest&) = default;
};

}  // namespace forever::cli
