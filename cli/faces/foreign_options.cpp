#include "cli/faces/foreign_options.hpp"

#include <algorithm>

#include "text/number.hpp"
#include "text/printable.hpp"
#include "text/split.hpp"

namespace forever::cli {
namespace {

bool takes_value(Put put) {
  switch (put) {
    case Put::value:
    case Put::milliseconds:
    case Put::seconds:
    case Put::each:
    case Put::mark_value:
    case Put::nothing_value:
    case Put::missing_value: return true;
    default: return false;
  }
}

const ForeignOption* find(std::span<const ForeignOption> table, std::string_view name) {
  for (const ForeignOption& option : table) {
    const auto names = split_words(option.names, ' ');
    if (std::find(names.begin(), names.end(), name) != names.end()) return &option;
  }
  return nullptr;
}

std::string long_name(const ForeignOption& option) {
  return std::string{option.names.substr(option.names.rfind(' ') + 1)};
}

UsageError unknown(std::span<const ForeignOption> table, const std::string& name) {
  std::vector<std::string_view> known;
  for (const ForeignOption& option : table) {
    for (const std::string_view one : split_words(option.names, ' ')) known.push_back(one);
  }
  std::string message = "unknown option '" + printable(name) + "'";
  if (const auto near = nearest(name, known)) message += "; did you mean '" + std::string{*near} + "'?";
  return {message};
}

void put_value(const ForeignOption& option, const std::string& name, const std::string& value, ReadOptions& into) {
  const std::string ours = std::string{option.ours};
  const auto add = [&](const std::string& text) { into.ours.push_back(ours + "=" + text); };
  switch (option.put) {
    case Put::milliseconds: return add(only_digits(value) ? value + "ms" : value);
    case Put::seconds: return add(only_digits(value) ? value + "s" : value);
    case Put::each:
      for (const std::string_view word : split_words(value, ' ')) {
        if (!word.empty()) add(std::string{word});
      }
      return;
    case Put::mark_value: into.marks.emplace_back(long_name(option), value); return;
    case Put::nothing_value: return;
    case Put::missing_value: into.remarks.push_back(name + " is passed over: " + ours); return;
    default: return add(value);
  }
}

}  // namespace

bool ReadOptions::marked(std::string_view name) const {
  return std::any_of(marks.begin(), marks.end(), [&](const auto& mark) { return mark.first == name; });
}

std::string ReadOptions::mark(std::string_view name) const {
  const auto found = std::find_if(marks.rbegin(), marks.rend(), [&](const auto& mark) { return mark.first == name; });
  return found == marks.rend() ? std::string{} : found->second;
}

bool ReadOptions::has(std::string_view option) const {
  return std::any_of(ours.begin(), ours.end(), [&](const std::string& word) {
    return word == option || (word.starts_with(option) && word.size() > option.size() && word[option.size()] == '=');
  });
}

std::variant<ReadOptions, UsageError> read_foreign(std::span<const ForeignOption> table,
                                                   const std::vector<std::string>& words,
                                                   const std::function<bool(const std::string&)>& is_there) {
  ReadOptions read;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (word == "--") {
      read.dashes = true;
      read.after_dashes.assign(words.begin() + static_cast<std::ptrdiff_t>(i) + 1, words.end());
      break;
    }
    if (word.size() < 2 || word[0] != '-' || only_digits(word.substr(1))) {  // `scale web -1`
      read.words.push_back(word);
      continue;
    }
    const std::size_t equals = word.starts_with("--") ? word.find('=') : std::string::npos;
    const std::string name = word.substr(0, equals);
    const ForeignOption* option = find(table, name);
    if (option == nullptr) return unknown(table, name);
    const std::string ours{option->ours};
    if (takes_value(option->put)) {
      if (equals == std::string::npos && i + 1 == words.size()) return UsageError{name + " needs a value"};
      put_value(*option, name, equals == std::string::npos ? words[++i] : word.substr(equals + 1), read);
      continue;
    }
    switch (option->put) {
      case Put::flag: read.ours.push_back(ours); break;
      case Put::mark: read.marks.emplace_back(long_name(*option), ""); break;
      case Put::missing: read.remarks.push_back(name + " is passed over: " + ours); break;
      case Put::path_if_there: {
        const bool beside = equals == std::string::npos && i + 1 < words.size() && !words[i + 1].starts_with('-') &&
                            !read.words.empty() && is_there(words[i + 1]);
        std::string path = equals == std::string::npos ? "" : word.substr(equals + 1);
        if (beside) path = words[++i];
        read.ours.push_back(path.empty() || path == "true" ? ours : ours + "=" + path);
        break;
      }
      case Put::all: {
        std::string joined = equals == std::string::npos ? "" : word.substr(equals + 1);
        while (i + 1 < words.size() && !words[i + 1].starts_with('-') && only_digits(words[i + 1]))
          joined += (joined.empty() ? "" : ",") + words[++i];
        if (joined.empty()) return UsageError{name + " needs a value"};
        read.ours.push_back(ours + "=" + joined);
        break;
      }
      default: break;
    }
  }
  return read;
}

}  // namespace forever::cli
