// Which face of the binary was called? Hand over.
#include "cli/cli.hpp"
#include "platform/keeper.hpp"
#include "supervisor/supervisor.hpp"

int main(int argc, char** argv) {
  if (auto face = forever::keeper_face(argc, argv)) return forever::run_keeper(std::move(*face), argv, forever::supervise);
  return forever::cli::run_command_line(argc, argv);
}
