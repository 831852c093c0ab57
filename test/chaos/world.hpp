// What the kernel knows of the processes of a chaos run: those that execute the two files which the run has copied for itself.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace forever::chaos {

enum class Kind { command, keeper, supervisor, instance, zombie };

struct Process {
  Kind kind = Kind::command;
  int pid = 0;
  int parent = 0;
  std::string app;      // but for a command
  int slot = -1;        // of an instance's tree
  std::string marker;   // FOREVER_INSTANCE_ID, of an instance's tree
  bool leader = false;  // the instance itself, not what it has forked
  std::string title;    // its command line
};

class World {
 public:
  // `root` holds the copies of the binary and of the program.
  explicit World(std::filesystem::path root) : root_(std::move(root)) {}

  // Reads the process table again.
  [[nodiscard]] std::vector<Process> look() const;
  // Sends it, unless the pid has come to belong to another process meanwhile.
  void signal(int pid, int number) const;

 private:
  [[nodiscard]] bool is_ours(int pid) const;

  std::filesystem::path root_;
};

[[nodiscard]] std::string text_of(const std::vector<Process>& processes);

}  // namespace forever::chaos
