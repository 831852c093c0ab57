// Completion scripts for bash, zsh and fish, made from the tables of verbs and options.
//
// They complete verbs, the options of the verb, and names of apps, which `forever list --quiet` prints.
#include "cli/verbs/completion.hpp"

#include "cli/grammar/verb.hpp"

#include <set>

#include "cli/terminal/print.hpp"
#include "text/shell.hpp"
#include "text/split.hpp"

namespace forever::cli {
namespace {

// All ways to write a verb.
std::string words_of(const Verb& verb, char separator) {
  std::string words{verb.name};
  for (const std::string_view alias : split_words(verb.aliases, ' ')) (words += separator) += alias;
  return words;
}

std::string all_verbs() {
  std::string words;
  for (const Verb* const verb : verbs()) words += (words.empty() ? "" : " ") + words_of(*verb, ' ');
  return words;
}

std::string options_of(const Verb& verb) {
  std::string words = "--help --as";
  for (const OptionGroup& group : verb.groups) {
    for_each_option(group, [&](const AnyOption& option) {
      for (const std::string_view name : split_words(option.text().names, ',')) (words += ' ') += name;
    });
  }
  return words;
}

std::string joined(std::span<const std::string_view> words) {
  std::string text;
  for (const std::string_view word : words) text.append(text.empty() ? "" : " ").append(word);
  return text;
}

// What compgen completes the value with; empty where nothing is known of it.
std::string bash_action(const AnyOption& option) {
  switch (option.text().kind) {
    case ValueKind::directory: return "-d -- \"$word\"";
    case ValueKind::file:
    case ValueKind::log:
    case ValueKind::words: return "-f -- \"$word\"";
    case ValueKind::user: return "-u -- \"$word\"";
    case ValueKind::group: return "-g -- \"$word\"";
    case ValueKind::signal: return "-A signal -- \"SIG${word#SIG}\"";
    case ValueKind::word: return "-W '" + joined(option.words()) + "' -- \"$word\"";
    case ValueKind::none:
    case ValueKind::text:
    case ValueKind::name:
    case ValueKind::command:
    case ValueKind::list:
    case ValueKind::time:
    case ValueKind::size:
    case ValueKind::count:
    case ValueKind::number:
    case ValueKind::percent:
    case ValueKind::mode:
    case ValueKind::schedule:
    case ValueKind::address: break;
  }
  return {};
}

// A line of a case for each option that takes what can be completed. One that two verbs have takes the same with both, or is a switch
// with one of them.
std::string bash_values() {
  std::set<std::string_view> done;
  std::string out;
  for (const Verb* const each : verbs()) {
    const Verb& verb = *each;
    for (const OptionGroup& group : verb.groups) {
      for_each_option(group, [&](const AnyOption& option) {
        const std::string action = option.text().value_optional ? std::string{} : bash_action(option);
        if (action.empty() || !done.insert(option.name()).second) return;
        out.append("    ")
            .append(option.name())
            .append(") COMPREPLY=($(compgen ")
            .append(action)
            .append(")); return ;;\n");
      });
    }
  }
  return out;
}

std::string bash_script() {
  std::string out =
      "# bash completion for forever(1)\n# shellcheck disable=SC2207\n"
      "_forever() {\n"
      "  local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} options='' operands=''\n"
      "  COMPREPLY=()\n"
      "  if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
      "    COMPREPLY=($(compgen -W '" +
      all_verbs() +
      " --help --version --as' -- \"$word\"))\n"
      "    return\n"
      "  fi\n"
      "  case ${COMP_WORDS[1]} in\n";
  for (const Verb* const each : verbs()) {
    const Verb& verb = *each;
    out += "    " + words_of(verb, '|') + ") options=" + shell_quoted(options_of(verb));
    switch (verb.kind) {
      case OperandKind::app:
      case OperandKind::app_then_count:
      case OperandKind::signal_then_app: out += "; operands='app'"; break;
      case OperandKind::program: out += "; operands='file'"; break;
      case OperandKind::file: out += "; operands='path'"; break;
      case OperandKind::form_then_app: out += "; operands='form'"; break;
      case OperandKind::shell: out += "; operands='bash zsh fish'"; break;
      case OperandKind::verb: out += "; operands=" + shell_quoted(all_verbs()); break;
      case OperandKind::none: break;
    }
    out += " ;;\n";
  }
  out +=
      "  esac\n"
      "  case \" ${COMP_WORDS[*]:1:COMP_CWORD-1} \" in\n"
      "    *' -- '*) COMPREPLY=($(compgen -f -- \"$word\")); compopt -o filenames 2>/dev/null; return ;;\n"
      "  esac\n"
      "  [ \"${COMP_WORDS[1]}\" = logs ] && previous=''\n"
      "  case $previous in\n"
      "    --as) COMPREPLY=($(compgen -u -- \"$word\")); return ;;\n"
      "    signal) COMPREPLY=($(compgen -A signal -- \"SIG${word#SIG}\")); return ;;\n" +
      bash_values() +
      "  esac\n"
      "  case $word in\n"
      "    -*) COMPREPLY=($(compgen -W \"$options\" -- \"$word\")); return ;;\n"
      "  esac\n"
      "  case $operands in\n"
      "    app) COMPREPLY=($(compgen -W \"$(forever list --quiet 2>/dev/null) all\" -- \"$word\")) ;;\n"
      "    file) COMPREPLY=($(compgen -f -- \"$word\") $(compgen -W \"$(forever list --quiet 2>/dev/null)\" -- "
      "\"$word\"))\n"
      "          [ \"$COMP_CWORD\" -eq 2 ] && COMPREPLY+=($(compgen -c -- \"$word\"))\n"
      "          compopt -o filenames 2>/dev/null ;;\n"
      "    form) if [ \"$COMP_CWORD\" -eq 2 ]; then COMPREPLY=($(compgen -W 'systemd compose kubernetes nomad' -- "
      "\"$word\"))\n"
      "          else COMPREPLY=($(compgen -f -- \"$word\") $(compgen -W \"$(forever list --quiet 2>/dev/null)\" -- "
      "\"$word\")); fi ;;\n"
      "    path) COMPREPLY=($(compgen -f -- \"$word\")); compopt -o filenames 2>/dev/null ;;\n"
      "    *) COMPREPLY=($(compgen -W \"$operands\" -- \"$word\")) ;;\n"
      "  esac\n"
      "}\n"
      "complete -F _forever forever\n";
  return out;
}

// In a zsh specification a ']' or ':' would end the explanation.
std::string zsh_text(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '[' || c == ']' || c == ':' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

std::string zsh_action(const AnyOption& option) {
  switch (option.text().kind) {
    case ValueKind::directory: return "_files -/";
    case ValueKind::file:
    case ValueKind::log: return "_files";
    case ValueKind::user: return "_users";
    case ValueKind::group: return "_groups";
    case ValueKind::signal: return "_signals";
    case ValueKind::word: return "(" + joined(option.words()) + ")";
    default: return " ";
  }
}

// The first sentence is what fits beside a word.
std::string_view first_sentence(std::string_view text) { return text.substr(0, text.find(". ")); }

std::string zsh_options(const Verb& verb) {
  std::string out =
      "        '(- *)'{-h,--help}'[help for this verb]' \\\n        '--as[for root: act as another user]:USER:_users'";
  for (const OptionGroup& group : verb.groups) {
    for_each_option(group, [&](const AnyOption& option) {
      const OptionText& text = option.text();
      std::string value;
      if (option.takes_value() && !text.value_optional) value = ":" + zsh_text(text.value) + ":" + zsh_action(option);
      for (const std::string_view name : split_words(text.names, ','))
        out += " \\\n        " +
               shell_quoted("*" + std::string{name} + "[" + zsh_text(first_sentence(text.help)) + "]" + value);
    });
  }
  return out;
}

std::string zsh_script() {
  std::string out =
      "#compdef forever\n"
      "# zsh completion for forever(1)\n"
      "_forever_apps() {\n"
      "  local -a apps\n"
      "  apps=(${(f)\"$(forever list --quiet 2>/dev/null)\"} all)\n"
      "  compadd -a apps\n"
      "}\n"
      "_forever() {\n"
      "  local -a verbs\n"
      "  verbs=(\n";
  for (const Verb* const verb : verbs())
    out += "    " + shell_quoted(std::string{verb->name} + ":" + zsh_text(verb->summary)) + "\n";
  out +=
      "  )\n"
      "  if (( CURRENT == 2 )); then\n"
      "    _describe verb verbs\n"
      "    return\n"
      "  fi\n"
      "  local verb=$words[2]\n"
      "  shift words\n"
      "  (( CURRENT-- ))\n"
      "  case $verb in\n";
  for (const Verb* const each : verbs()) {
    const Verb& verb = *each;
    out += "    " + words_of(verb, '|') + ")\n      _arguments -s \\\n" + zsh_options(verb);
    switch (verb.kind) {
      case OperandKind::app: out += " \\\n        '*:app:_forever_apps'"; break;
      case OperandKind::app_then_count: out += " \\\n        '1:app:_forever_apps' '2:number:'"; break;
      case OperandKind::signal_then_app: out += " \\\n        '1:signal:_signals' '*:app:_forever_apps'"; break;
      case OperandKind::program:
        out += " \\\n        '1:program:{ _command_names -e; _files; _forever_apps }' '*:argument:_files'";
        break;
      case OperandKind::file: out += " \\\n        '1:file:_files'"; break;
      case OperandKind::form_then_app:
        out += " \\\n        '1:form:(systemd compose kubernetes nomad)' '*:app:{ _files; _forever_apps }'";
        break;
      case OperandKind::shell: out += " \\\n        '1:shell:(bash zsh fish)'"; break;
      case OperandKind::verb: out += " \\\n        '1:verb:(" + all_verbs() + ")'"; break;
      case OperandKind::none: break;
    }
    out += " ;;\n";
  }
  out +=
      "  esac\n"
      "}\n"
      "if [ \"$funcstack[1]\" = _forever ]; then _forever \"$@\"; else compdef _forever forever; fi\n";
  return out;
}

std::string fish_option(const Verb& verb, const AnyOption& option) {
  std::string out = "complete -c forever -n '__fish_seen_subcommand_from " + words_of(verb, ' ') + "'";
  for (const std::string_view name : split_words(option.text().names, ',')) {
    out += name.starts_with("--") ? " -l " + std::string{name.substr(2)} : " -s " + std::string{name.substr(1)};
  }
  if (option.takes_value() && !option.text().value_optional) {
    out += " -r";
    if (!option.words().empty()) out += " -fa '" + joined(option.words()) + "'";
    if (option.text().kind == ValueKind::directory) out += " -fa '(__fish_complete_directories)'";
  }
  std::string text;
  for (const char c : first_sentence(option.text().help)) {
    if (c == '\'' || c == '\\') text += '\\';
    text += c;
  }
  return out + " -d '" + text + "'\n";
}

std::string fish_script() {
  std::string out =
      "# fish completion for forever(1)\n"
      "function __forever_apps\n"
      "  forever list --quiet 2>/dev/null\n"
      "  echo all\n"
      "end\n"
      "complete -c forever -f\n"
      "complete -c forever -s h -l help -d 'help; after a verb: help for it'\n"
      "complete -c forever -l as -r -fa '(__fish_complete_users)' -d 'for root: act as another user'\n"
      "complete -c forever -n __fish_use_subcommand -l version -d 'the version'\n";
  for (const Verb* const each : verbs()) {
    const Verb& verb = *each;
    out += "complete -c forever -n __fish_use_subcommand -a '" + words_of(verb, ' ') + "' -d " +
           shell_quoted(verb.summary) + "\n";
    const std::string seen = "complete -c forever -n '__fish_seen_subcommand_from " + words_of(verb, ' ') + "'";
    switch (verb.kind) {
      case OperandKind::app:
      case OperandKind::app_then_count:
      case OperandKind::signal_then_app: out += seen + " -a '(__forever_apps)'\n"; break;
      case OperandKind::program: out += seen + " -F -a '(__forever_apps)'\n"; break;
      case OperandKind::file: out += seen + " -F\n"; break;
      case OperandKind::form_then_app:
        out += seen + " -F -a 'systemd compose kubernetes nomad (__forever_apps)'\n";
        break;
      case OperandKind::shell: out += seen + " -a 'bash zsh fish'\n"; break;
      case OperandKind::verb: out += seen + " -a '" + all_verbs() + "'\n"; break;
      case OperandKind::none: break;
    }
    for (const OptionGroup& group : verb.groups) {
      for_each_option(group, [&](const AnyOption& option) { out += fish_option(verb, option); });
    }
  }
  return out;
}

}  // namespace

constinit const Verb kCompletionVerb{
    .name = "completion",
    .family = family::kMore,
    .operands = "bash|zsh|fish",
    .summary = "print a completion script for a shell",
    .text = "Prints a script that completes verbs, options and the names of apps.",
    .examples =
        "eval \"$(forever completion bash)\"\tin ~/.bashrc\n"
        "forever completion fish > ~/.config/fish/completions/forever.fish",
    .kind = OperandKind::shell,
    .begin = begin<Completion>,
};

std::optional<UsageError> Completion::take(Operands& operands) {
  join(operands);
  if (operands.words.size() != 1) return missing("completion", "one shell: bash, zsh or fish");
  const auto meant = from_word<Shell>(operands.words.front());
  if (!meant) return UsageError{"no completion for '" + operands.words.front() + "'; there is bash, zsh and fish"};
  shell = *meant;
  return std::nullopt;
}

int Completion::carry_out() const {
  switch (shell) {
    case Shell::bash: return print(bash_script());
    case Shell::zsh: return print(zsh_script());
    case Shell::fish: break;
  }
  return print(fish_script());
}

}  // namespace forever::cli
