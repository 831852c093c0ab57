// Which face of the binary was called? Hand over.
#include "cli/cli.hpp"
#include "platform/console.hpp"
#include "platform/keeper.hpp"
#include "platform/spawn.hpp"
#include "supervisor/supervisor.hpp"

int main(int argc, char** argv) {
  forever::fill_standard_streams();
  if (auto face = forever::keeper_face(argc, argv))
    return forever::run_keeper(std::move(*face), argv, forever::supervise);
  forever::keep_files_usable();
  return forever::cli::run_command_line(argc, argv);
}
