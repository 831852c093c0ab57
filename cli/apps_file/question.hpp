// What is asked of an apps file, and what its words are meant from.
#pragma once

#include <string>
#include <vector>

namespace forever::cli {

struct AppsQuestion {
  std::string what;               // the file as it was typed, for messages
  std::string directory;          // absolute; relative paths in the file are meant from here
  std::string home;               // what "~/" stands for
  std::string environment;        // --env-name: env_NAME lies over env
  std::vector<std::string> only;  // --only: these apps alone, by name or namespace; empty: all
};

}  // namespace forever::cli
