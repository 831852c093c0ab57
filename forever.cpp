// Which face of the binary was called? Hand over.
#include "cli/cli.hpp"
#include "platform/console.hpp"
#include "platform/keeper.hpp"
#include "platform/spawn.hpp"
#include "supervisor/supervisor.hpp"

int main(int argc, char** argv) {
  forever::fill_standard_streams();
  auto keeper = forever::keeper_face(argc, argv);
  if (!keeper && forever::cli::starts_apps(argc, argv)) keeper = forever::set_keepers_aside(argv);
  if (keeper) return forever::run_keeper(std::move(*keeper), argv, forever::supervise, forever::respawn());
  forever::keep_files_usable();
  return forever::cli::run_command_line(argc, argv);
}
