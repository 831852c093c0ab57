// columns: which columns `list` shows, kept in columns.json of the state directory.
#include "cli/list/columns.hpp"

#include "cli/grammar/verb.hpp"

#include <algorithm>

#include "cli/list/list_table.hpp"
#include "cli/terminal/print.hpp"
#include "platform/files.hpp"
#include "text/json_fields.hpp"

namespace forever::cli {
namespace {

constexpr int kColumnsVersion = 1;
constexpr const char* kRemedy = "`forever columns reset` removes it";

std::string path_of_columns(const StateDirectory& state) { return state.path() + "/columns.json"; }

Status keep(const StateDirectory& state, const std::vector<std::string>& columns) {
  Json json;
  json["version"] = kColumnsVersion;
  json["columns"] = json_of_list(columns);
  return write_atomically(path_of_columns(state), dump(json) + "\n", Durability::synced);
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

std::string shown_text(const std::vector<std::string>& shown) {
  std::vector<std::string> others;
  for (const std::string_view name : all_columns()) {
    if (std::find(shown.begin(), shown.end(), name) == shown.end()) others.emplace_back(name);
  }
  return "shown: " + joined(shown) + "\n" + (others.empty() ? "" : "others: " + joined(others) + "\n");
}

}  // namespace

Result<std::vector<std::string>> chosen_columns(const StateDirectory& state) {
  std::vector<std::string> columns;
  const std::string path = path_of_columns(state);
  const auto text = read_file(path);
  if (!text) {
    const bool missing = text.error().code == std::errc::no_such_file_or_directory;
    return missing ? Result<std::vector<std::string>>{columns} : text.error();
  }
  const auto json = parse_object(*text, path, kRemedy);
  if (!json) return json.error();
  std::string fault;
  JsonFields fields(*json, fault);
  if (auto error = fault_in_version(fields.version(), kColumnsVersion, path)) return *error;
  fields.texts("columns", columns);
  for (const std::string& name : columns) {
    if (fault.empty() && !column_named(name)) fault = unknown_column(name);
  }
  if (!fault.empty()) return Error{path + " is damaged: " + fault + "; " + kRemedy, {}};
  return columns;
}

constinit const Verb kColumnsVerb{
    .name = "columns",
    .family = family::kLooking,
    .operands = "[add|rm|set COLUMN...] | [reset]",
    .summary = "choose the columns of list",
    .text =
        "Without operands: prints the chosen and the available columns. The choice is stored in "
        "columns.json in the state directory.",
    .examples =
        "forever columns add command\n"
        "forever columns set id name status uptime memory",
    .begin = begin<Columns>,
};

std::optional<UsageError> Columns::take(Operands& operands) {
  join(operands);
  auto& words = operands.words;
  if (words.empty()) return std::nullopt;
  if (words.front() == "reset" && words.size() == 1) {
    change = Change::reset;
    return std::nullopt;
  }
  const std::string what = words.front();
  change = what == "add"                      ? Change::add
           : what == "rm" || what == "remove" ? Change::remove
           : what == "set"                    ? Change::set
                                              : Change::show;
  words.erase(words.begin());
  if (change == Change::show || words.empty())
    return UsageError{"columns takes add, rm or set with names of columns, or reset: forever columns add command"};
  for (const std::string& word : words) {
    const auto column = column_named(word);
    if (!column) return UsageError{unknown_column(word)};
    columns.emplace_back(*column);
  }
  return std::nullopt;
}

int Columns::carry_out() const {
  auto opened = open_state(change != Change::show);
  if (const auto* failure = std::get_if<Failure>(&opened)) return fail(*failure, false);
  const StateDirectory& state = std::get<StateDirectory>(opened);
  if (change == Change::reset) {
    if (const Status removed = remove_tree(path_of_columns(state)); !removed)
      return fail({ExitCode::failed, removed.error().message()}, false);
  }
  const auto chosen = chosen_columns(state);
  // A choice that is replaced need not be read.
  if (!chosen && change != Change::set) return fail({ExitCode::failed, chosen.error().message()}, false);
  std::vector<std::string> shown = chosen ? *chosen : std::vector<std::string>{};
  if (shown.empty()) {
    const auto usual = usual_columns();
    shown.assign(usual.begin(), usual.end());
  }
  if (change == Change::set) shown.clear();
  for (const std::string& name : columns) {
    std::erase(shown, name);
    if (change != Change::remove) shown.push_back(name);
  }
  if (shown.empty()) return fail({ExitCode::usage, "list must show at least one column; nothing was changed"}, false);
  if (!columns.empty()) {
    if (const Status kept = keep(state, shown); !kept) return fail({ExitCode::failed, kept.error().message()}, false);
  }
  return print(shown_text(shown));
}

}  // namespace forever::cli
