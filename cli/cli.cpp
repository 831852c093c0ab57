// The command line as a whole: parse, hand over to the verb, report errors.
#include "cli/cli.hpp"

#include <algorithm>
#include <array>
#include <exception>
#include <string_view>

#include "cli/as_user.hpp"
#include "cli/faces/face.hpp"
#include "cli/grammar/global_options.hpp"
#include "cli/grammar/help.hpp"
#include "cli/grammar/parse.hpp"
#include "cli/terminal/print.hpp"
#include "platform/arguments.hpp"

namespace forever::cli {
namespace {

// Whether the answer is to be JSON, asked of a command line that could not be understood.
bool wants_json(const std::vector<std::string>& words) {
  const auto end = std::find(words.begin(), words.end(), "--");
  return std::find(words.begin(), end, "--json") != end;
}

}  // namespace

bool starts_apps(int argc, char** argv) noexcept {
  constexpr std::array<std::string_view, 3> kVerbs{"start", "apply", "resurrect"};
  if (argc < 2 || std::find(kVerbs.begin(), kVerbs.end(), argv[1]) == kVerbs.end()) return false;
  return !may_name_user(argc, argv);  // what was set aside would be root's
}

int run_command_line(int argc, char** argv) {
  std::vector<std::string> words = program_arguments(argc, argv);
  try {
    if (const Face face = take_face(argc > 0 ? argv[0] : "", words); face != Face::forever)
      return run_face(face, words);
    const auto global = take_global_options(words);
    if (const auto* error = std::get_if<UsageError>(&global))
      return fail({ExitCode::usage, error->message}, wants_json(words));
    const auto parsed = parse(words);
    if (const auto* error = std::get_if<UsageError>(&parsed))
      return fail({ExitCode::usage, error->message}, wants_json(words));
    const Command& command = *std::get<std::unique_ptr<Command>>(parsed);
    const std::string& user = std::get<GlobalOptions>(global).as_user;
    if (!user.empty() && dynamic_cast<const Show*>(&command) == nullptr) {
      if (const auto failure = act_as(user)) return fail(*failure, wants_json(words));
    }
    return command.carry_out();
  } catch (const std::exception& trouble) {
    // Out of memory, mostly. Any exception is reported in one line.
    return fail({ExitCode::failed, trouble.what()}, wants_json(words));
  }
}

}  // namespace forever::cli
