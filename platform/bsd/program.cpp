// macOS and the BSDs: what the process table says; the arguments of others are not shown.
#include "platform/program.hpp"

#include "platform/bsd/process_table.hpp"

namespace forever {
namespace {

ProgramFacts facts_from(const table::Row& row) {
  ProgramFacts facts;
  facts.id = {row.pid, row.start_time};
  facts.parent = row.parent;
  facts.user = row.user;
  facts.image = row.name;
  table::add_use(row.pid, facts.use);
  return facts;
}

}  // namespace

std::optional<ProgramFacts> program_of(Pid pid) {
  table::Row row;
  if (pid <= 0 || !table::read_row(pid, row) || row.zombie) return std::nullopt;
  return facts_from(row);
}

std::vector<ProgramFacts> programs_called(std::string_view name) {
  std::vector<ProgramFacts> found;
  for (const table::Row& row : table::read_all()) {
    if (!row.zombie && row.name == name) found.push_back(facts_from(row));
  }
  return found;
}

bool same_program(Pid, Pid) { return true; }
bool runs_file(Pid, const std::string&) { return true; }

}  // namespace forever
