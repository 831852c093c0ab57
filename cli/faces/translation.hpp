// What the command line of another tool comes to.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace forever::cli {

// A command line of that tool as commands of ours, in their order.
struct Translation {
  std::vector<std::vector<std::string>> commands{};
  std::vector<std::string> remarks{};  // what has no meaning here, each a line for standard error
  std::string answer{};                // for standard output, where the tool's answer is no command's of ours
  enum class Query : std::uint8_t { none, list_json, list_pretty, ids } query = Query::none;  // see pm2_answers.hpp
  std::string selector{};                                                                     // of `ids`
};

}  // namespace forever::cli
