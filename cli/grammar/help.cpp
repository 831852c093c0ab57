// The help texts: 80 columns, options in groups, examples at the end.
#include "cli/grammar/help.hpp"

#include "cli/grammar/foreign_words.hpp"
#include "cli/terminal/print.hpp"
#include "cli/terminal/table.hpp"
#include "text/printable.hpp"
#include "text/split.hpp"

#ifndef FOREVER_VERSION
#define FOREVER_VERSION "unknown"
#endif

namespace forever::cli {
namespace {

constexpr std::size_t kWidth = 79;
constexpr std::size_t kHelpColumn = 27;  // where the explanation of an option begins

constexpr OptionText kAsOption{.names = "--as",
                               .kind = ValueKind::user,
                               .value = "USER",
                               .help =
                                   "For root: becomes USER, or USER:GROUP, before anything else, and acts on "
                                   "the apps in that user's state "
                                   "directory."};

void option_line(std::string& out, const OptionText& option) {
  std::string left = "  ";
  const auto names = split_words(option.names, ',');
  if (names.front().size() > 2) left += "    ";  // no short name: long ones are aligned
  for (const std::string_view name : names) {
    if (name != names.front()) left += ", ";
    left += name;
  }
  if (!option.value.empty()) left.append(option.value_optional ? " [" : " ").append(option.value);
  if (option.value_optional) left += ']';
  out += left;
  if (left.size() + 2 > kHelpColumn) {
    out.append("\n").append(kHelpColumn, ' ');
  } else {
    out.append(kHelpColumn - left.size(), ' ');
  }
  wrap(out, option.help, {kHelpColumn, kHelpColumn, kWidth});
}

void examples(std::string& out, std::string_view lines) {
  constexpr std::size_t kNoteColumn = 40;
  for (const std::string_view line : split_words(lines, '\n')) {
    const std::size_t tab = line.find('\t');
    const std::string_view command = line.substr(0, tab);
    out.append("  ").append(command);
    if (tab != std::string_view::npos) {
      if (command.size() + 4 > kNoteColumn) {
        out.append("\n").append(kNoteColumn, ' ');
      } else {
        out.append(kNoteColumn - 2 - command.size(), ' ');
      }
      out.append("# ").append(line.substr(tab + 1));
    }
    out.push_back('\n');
  }
}

void verb_line(std::string& out, const Verb& verb) {
  constexpr std::size_t kSummaryColumn = 14;
  out.append("  ").append(verb.name).append(kSummaryColumn - 2 - verb.name.size(), ' ').append(verb.summary);
  if (!verb.aliases.empty()) {
    out.append(" (also ");
    const auto aliases = split_words(verb.aliases, ' ');
    for (const std::string_view alias : aliases) {
      if (alias != aliases.front()) out.append(", ");
      out.append(alias);
    }
    out.push_back(')');
  }
  out.push_back('\n');
}

}  // namespace

std::string version_text() { return "forever " FOREVER_VERSION "\n"; }

std::string short_help() {
  return "forever keeps any program alive.\n"
         "\n"
         "  forever start server.js     start it, and restart it whenever it ends\n"
         "  forever list                show apps and their state\n"
         "  forever logs server -f      follow its output\n"
         "  forever restart server      stop it and start it again\n"
         "  forever stop server         stop it and all of its processes\n"
         "\n"
         "`forever help` lists all verbs, `forever VERB --help` explains one.\n";
}

std::string help_for_all() {
  std::string out =
      "Usage: forever VERB [OPTION]... [OPERAND]...\n"
      "\n"
      "Keeps any program alive: frees the terminal, restarts programs that end, keeps\n"
      "their output, and stops all of their processes on request.\n";
  std::string_view family;
  for (const Verb* const each : verbs()) {
    const Verb& verb = *each;
    if (verb.family != family) {
      family = verb.family;
      out.append("\n").append(family).append(":\n");
    }
    verb_line(out, verb);
  }
  out +=
      "\n"
      "Options:\n"
      "  -h, --help    this text; after a verb: help for that verb\n"
      "  --version     the version\n"
      "  --as USER     for root, before or after any verb: act on USER's apps, as USER\n"
      "\n"
      "Examples:\n"
      "  forever start server.js               # the simplest case\n"
      "  forever start ./server -- --port 81   # the program's options go after --\n"
      "  forever stop server                   # by name, id or pid\n"
      "\n"
      "State and logs are kept in $FOREVER_HOME, by default ~/.forever.\n"
      "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 no such app, 126 and 127 the\n"
      "program could not be run or was not found. More in forever(1).\n";
  return out;
}

std::string help_for(const Verb& verb) {
  std::string out = "Usage: forever ";
  out.append(verb.name).append(" ").append(verb.operands).append("\n");
  for (const std::string_view paragraph : split_words(verb.text, '\n')) {
    out.push_back('\n');
    wrap(out, paragraph, {0, 0, kWidth});
  }
  for (const OptionGroup& group : verb.groups) {
    out.append("\n").append(group.title()).append(":\n");
    for_each_option(group, [&](const AnyOption& option) { option_line(out, option.text()); });
  }
  if (verb.name != "help") {
    out.append("\nWith every verb:\n");
    option_line(out, kAsOption);
  }
  if (!verb.examples.empty()) {
    out.append("\nExamples:\n");
    examples(out, verb.examples);
  }
  if (!verb.aliases.empty()) {
    out.append("\nAlso:");
    for (const std::string_view alias : split_words(verb.aliases, ' '))
      out.append(" forever ").append(alias).append(",");
    out.back() = '\n';
  }
  return out;
}

UsageError unknown_verb(const std::string& word) {
  std::vector<std::string_view> known;
  for (const Verb* const each : verbs()) {
    const Verb& verb = *each;
    known.push_back(verb.name);
    for (const std::string_view alias : split_words(verb.aliases, ' ')) known.push_back(alias);
  }
  std::string message = "unknown verb '" + printable(word) + "'; ";
  if (const std::string_view ours = ours_for_verb(word); !ours.empty()) {
    message.append("its name here is ").append(ours);
  } else if (const auto near = nearest(word, known)) {
    message.append("did you mean '").append(*near).append("'?");
  } else if (word.find_first_of("./") != std::string::npos) {
    // As with the forever of npm, where a script alone is enough.
    message.append("to keep a program alive: forever start ").append(printable(word));
  } else {
    message.append("`forever help` lists all verbs");
  }
  return UsageError{std::move(message)};
}

std::optional<UsageError> Show::take(Operands&) { return std::nullopt; }

int Show::carry_out() const { return print(text); }

namespace {

struct Help final : Show {
  [[nodiscard]] std::optional<UsageError> take(Operands& operands) override;
};

}  // namespace

constinit const Verb kHelpVerb{
    .name = "help",
    .family = family::kMore,
    .operands = "[VERB]",
    .summary = "this text, or help for one verb",
    .kind = OperandKind::verb,
    .begin = begin<Help>,
};

std::optional<UsageError> Help::take(Operands& operands) {
  join(operands);
  if (operands.words.empty()) {
    text = help_for_all();
    return std::nullopt;
  }
  const Verb* const verb = find_verb(operands.words.front());
  if (verb == nullptr) return unknown_verb(operands.words.front());
  text = help_for(*verb);
  return std::nullopt;
}

}  // namespace forever::cli
