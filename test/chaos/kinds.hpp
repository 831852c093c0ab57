// The apps of a chaos run: one of each kind that is kept alive by other means than the rest.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace forever::chaos {

using Words = std::vector<std::string>;

struct App {
  std::string name;
  std::string program;
  std::filesystem::path directory;  // the program's own: slot-N, two, run-*
  Words options;                    // of start, before `--`
  Words arguments;                  // of the program
  int instances = 1;                // to begin with
  int port = 0;                     // that it serves whenever it is online; 0: none
  bool crashes = false;             // it ends by itself, over and over
  bool raw = true;                  // its log has the bytes that it wrote, and nothing else
  std::filesystem::path watched;    // a file whose change restarts it; empty: none

  // Whether two processes in one slot are well for a moment, as at a reload.
  [[nodiscard]] bool overlaps() const;
  // `start PROGRAM --name NAME …`: makes it run, whatever was before.
  [[nodiscard]] Words start_words() const;
};

// All of them, with directories below `scratch`, which exist then. They all run `program`; ports are free ones.
[[nodiscard]] std::vector<App> all_kinds(const std::filesystem::path& scratch, const std::string& program);

}  // namespace forever::chaos
