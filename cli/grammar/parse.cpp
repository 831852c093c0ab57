// argv -> Command, by CLI11. Only what argv names is built: a whole tree would cost 0.7 ms at every call, all the options of
// `start` half of that.
#include "cli/grammar/parse.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>

#include "cli/grammar/foreign_words.hpp"
#include "cli/grammar/help.hpp"
#include "cli/grammar/verb.hpp"
#include "platform/files.hpp"
#include "platform/signals.hpp"
#include "text/glob.hpp"
#include "text/printable.hpp"
#include "text/split.hpp"
#include "text/units.hpp"

namespace forever::cli {
namespace {

std::vector<AnyOption> options_of(const Verb& verb) {
  std::vector<AnyOption> all;
  for (const OptionGroup& group : verb.groups)
    for_each_option(group, [&](const AnyOption& option) { all.push_back(option); });
  return all;
}

// Whether the word after an option with an optional value can be that value.
bool may_be_value(const AnyOption& option, const std::string& word) {
  switch (option.text().kind) {
    case ValueKind::signal: return signal_from_name(word).has_value();
    case ValueKind::time: return parse_duration(word).has_value();
    default: return false;  // it could not be distinguished from the program
  }
}

// The options of `verb` that stand among `words`, in the order of the table, which decides between two that say the same; all of
// them if a word may be several (`-fn 5`) or none.
std::vector<AnyOption> options_in(const Verb& verb, const std::vector<std::string>& words) {
  std::vector<AnyOption> named;
  for (const std::string& word : words) {
    if (word.size() < 2 || !word.starts_with('-')) continue;
    const auto option = find_option(verb, std::string_view{word}.substr(0, word.find('=')));
    if (!option) return options_of(verb);
    named.push_back(*option);
  }
  std::vector<AnyOption> ordered = options_of(verb);
  std::erase_if(ordered,
                [&](const AnyOption& option) { return std::find(named.begin(), named.end(), option) == named.end(); });
  return ordered;
}

// Gives the options of `verb` that `words` need to CLI11. The first fault of a value is kept in `fault`.
void declare(CLI::App& app, const Verb& verb, const std::vector<std::string>& words, Command& command,
             std::string& fault) {
  const auto set = [&command, &fault](const AnyOption& option, const std::string& value) {
    const Fault wrong = option.set(command, value);
    if (!wrong || !fault.empty()) return;
    fault.append(option.name());
    if (!value.empty()) fault.append(" '").append(printable(value)).append("'");
    fault.append(" ").append(*wrong);
  };
  for (const AnyOption& option : options_in(verb, words)) {
    const std::string names{option.text().names};
    if (!option.takes_value() || option.text().value_optional) {
      app.add_flag_callback(names, [option, set] { set(option, {}); });
      continue;
    }
    CLI::Option* added = app.add_option(names, CLI::callback_t{[option, set](const CLI::results_t& values) {
                                          for (const std::string& value : values) set(option, value);
                                          return true;
                                        }});
    // Every time it is given counts, each with one value; which one wins is the setter's affair (mostly the last).
    added->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)->allow_extra_args(false);
    added->expected(1, CLI::detail::expected_max_vector_size);
  }
}

// What another supervisor calls `name`, here; empty if none of those that we know has it.
std::string_view our_name(const Verb& verb, std::string_view name) {
  std::string_view ours;
  for (const OptionGroup& group : verb.groups) {
    for_each_option(group, [&](const AnyOption& option) {
      if (option.setting() == nullptr) return;
      for (const std::string_view peer : split_words(option.setting()->peers, ' ')) {
        if (peer == name) ours = option.name();
      }
    });
  }
  return ours;
}

std::string unknown_option(const Verb& verb, const std::string& word, const std::string& program) {
  const std::string name = word.substr(0, word.find('='));
  std::vector<std::string_view> known{"--help"};
  for (const AnyOption& option : options_of(verb)) known.push_back(option.name());
  std::string message = "unknown option '" + printable(name) + "'";
  const std::string_view ours = our_name(verb, name);
  if (const std::string_view foreign = ours_for_option(name, verb.name); ours.empty() && !foreign.empty())
    return message + (foreign.starts_with("nothing") ? "; in its place there is " : "; its name here is ") +
           std::string{foreign};
  if (!ours.empty()) return message + "; did you mean '" + std::string{ours} + "'?";
  const auto near = name.starts_with("--") ? nearest(name, known) : std::nullopt;
  if (!program.empty()) {
    message.append("; the program's own options go after `--`: forever ").append(verb.name);
    message.append(" ").append(printable(program)).append(" -- ").append(printable(word));
    if (near) message.append(" (or was '").append(*near).append("' meant?)");
  } else if (verb.kind == OperandKind::program && find_option(*find_verb("start"), name)) {
    message.append("; ").append(verb.name).append(
        " keeps one program in the foreground, with its own files and sockets: use `forever start`");
  } else if (near) {
    message.append("; did you mean '").append(*near).append("'?");
  } else {
    message.append("; see `forever ").append(verb.name).append(" --help`");
  }
  return message;
}

// Whether the word behind --watch is what to watch: a directory before the program, anything that is there behind it. A word behind the
// program that is not there is refused: it may be meant for the program as well.
std::variant<bool, UsageError> path_follows(const Verb& verb, const std::vector<std::string>& words, std::size_t option,
                                            const std::string& program, const PathLook& look) {
  if (option + 1 == words.size() || words[option + 1].starts_with('-')) return false;
  const std::string& word = words[option + 1];
  const PathKind kind = look(word);
  if (program.empty()) {
    const bool more = std::any_of(words.begin() + static_cast<std::ptrdiff_t>(option) + 2, words.end(),
                                  [](const std::string& other) { return !other.starts_with('-'); });
    return kind == PathKind::directory && more;
  }
  if (kind != PathKind::missing || is_pattern(word)) return true;
  std::string before = "forever " + std::string{verb.name};
  for (std::size_t i = 0; i <= option; ++i) before += " " + printable(words[i]);
  return UsageError{"there is no '" + printable(word) +
                    "' here to watch; the program's own words go after `--`: " + before + " -- " + printable(word)};
}

// Before CLI11 sees the words: what it would understand in another way than we document.
std::optional<UsageError> prepare(const Verb& verb, std::vector<std::string>& words, const PathLook& look) {
  std::string program;  // the first word that is no option's, where the verb takes a program
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (!words[i].starts_with('-') || words[i].size() < 2) {
      if (program.empty() && verb.kind == OperandKind::program) program = words[i];
      continue;
    }
    const std::size_t equals = words[i].find('=');
    const auto option = find_option(verb, std::string_view{words[i]}.substr(0, equals));
    if (!option || !option->takes_value()) continue;
    const std::string name{option->name()}, value{option->text().value};
    if (option->text().value_optional) {
      // The next word is its value only if it can be one; otherwise it is the program.
      if (equals == words[i].size() - 1)
        return UsageError{name + "= names no [" + value + "]; give one, or omit the ="};
      if (equals == std::string::npos) {
        bool value_follows = i + 1 < words.size() && may_be_value(*option, words[i + 1]);
        if (option->text().kind == ValueKind::file) {
          auto path = path_follows(verb, words, i, program, look);
          if (auto* error = std::get_if<UsageError>(&path)) return std::move(*error);
          value_follows = std::get<bool>(path);
        }
        words[i] = name + "=" + (value_follows ? words[i + 1] : "");
        if (value_follows) words.erase(words.begin() + static_cast<std::ptrdiff_t>(i) + 1);
      }
    } else if (equals == words[i].size() - 1 && words[i].starts_with("--")) {
      // CLI11 would take the next word for the value of `--name=`.
      return UsageError{name + " needs a value (" + value + ")"};
    } else if (equals == std::string::npos) {
      if (i + 1 == words.size()) return UsageError{name + " needs a value (" + value + ")"};
      // Its value, whatever it looks like; CLI11 would take "-1" for an option.
      if (words[i + 1].starts_with('-') && name.starts_with("--")) {
        words[i] = name + "=" + words[i + 1];
        words.erase(words.begin() + static_cast<std::ptrdiff_t>(i) + 1);
      } else {
        ++i;
      }
    }
  }
  return std::nullopt;
}

ParseResult parse_verb(const Verb& verb, std::vector<std::string> words, Operands operands, const PathLook& look) {
  if (auto error = prepare(verb, words, look)) return *error;
  std::unique_ptr<Command> command = verb.begin();
  std::string fault;
  CLI::App app;
  app.set_help_flag();
  app.allow_extras();
  app.allow_windows_style_options(false);
  declare(app, verb, words, *command, fault);
  std::vector<std::string> optional_values;  // `--wait=` and its like are taken here: CLI11 has no empty value
  std::erase_if(words, [&](const std::string& word) {
    const std::size_t equals = word.find('=');
    if (equals == std::string::npos) return false;
    const auto option = find_option(verb, std::string_view{word}.substr(0, equals));
    if (!option || !option->text().value_optional) return false;
    if (const Fault wrong = option->set(*command, word.substr(equals + 1)); wrong && fault.empty()) {
      fault = word.substr(0, equals) + " '" + printable(word.substr(equals + 1)) + "' " + *wrong;
    }
    return true;
  });
  std::reverse(words.begin(), words.end());
  try {
    app.parse(std::move(words));
  } catch (const CLI::ParseError& error) {
    return UsageError{printable(error.what()) + "; see `forever " + std::string{verb.name} + " --help`"};
  }
  operands.words = app.remaining();
  for (auto word = operands.words.begin(); word != operands.words.end(); ++word) {
    if (word->size() < 2 || !word->starts_with('-')) continue;
    const bool after_program = verb.kind == OperandKind::program && word != operands.words.begin();
    return UsageError{unknown_option(verb, *word, after_program ? operands.words.front() : std::string{})};
  }
  if (!fault.empty()) return UsageError{std::move(fault)};
  if (auto error = command->take(operands)) return *error;
  return command;
}

ParseResult show(std::string text) { return std::make_unique<Show>(std::move(text)); }

}  // namespace

ParseResult parse(const std::vector<std::string>& arguments, const PathLook& look) {
  if (arguments.empty()) return show(short_help());
  const std::string& first = arguments.front();
  if (first == "--help" || first == "-h" || first == "-?") return show(help_for_all());
  if (first == "--version" || first == "-V" || first == "-v" || first == "version") return show(version_text());
  if (first.starts_with('-'))
    return UsageError{"the verb comes first, then its options; `forever help` lists the verbs"};
  const Verb* verb = find_verb(first);
  if (verb == nullptr) return unknown_verb(first);

  const auto dashes = std::find(arguments.begin() + 1, arguments.end(), "--");
  std::vector<std::string> words(arguments.begin() + 1, dashes);
  Operands operands;
  operands.dashes = dashes != arguments.end();
  if (operands.dashes) operands.after_dashes.assign(dashes + 1, arguments.end());
  // `scale web -1`: a number, no option.
  if (verb->kind == OperandKind::app_then_count && !operands.dashes && !words.empty() && scale_count(words.back())) {
    operands.after_dashes.push_back(std::move(words.back()));
    words.pop_back();
  }
  for (const std::string& word : words) {
    if (word == "--help" || word == "-h") return show(help_for(*verb));
  }
  return parse_verb(*verb, std::move(words), std::move(operands), look);
}

PathKind look_at_path(const std::string& path) {
  const auto facts = facts_of(path);
  if (!facts) return PathKind::missing;
  return facts->directory ? PathKind::directory : PathKind::file;
}

}  // namespace forever::cli
