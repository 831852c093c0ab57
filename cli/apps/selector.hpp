// One resolver for all verbs: what a person types to say which apps or instances are meant. Pure over a list of views.
//
// A plain word is tried as name, namespace, id, pid (of an instance, its supervisor or keeper) and `all`; `name:` `id:` `pid:` `ns:`
// `port:` are exact. A word with * ? or [ is a pattern of names (glob(7)), after `ns:` of namespaces. A word that is none of these
// but looks like a file (a dot or a slash) means the app that runs this script: the one in the caller's directory first.
// More than one reading that means different things is refused, both named; so is none.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <variant>
#include <vector>

#include "client/view.hpp"

namespace forever::cli {

struct Target {
  std::string name;                   // the app
  std::optional<std::uint32_t> slot;  // one instance alone (by pid, in an app of several)
  std::string matched;                // which key matched: "name web", "pid 4711", "id 0", "namespace prod", "all"
};

struct SelectionError {
  std::string message;  // "no app is called 'wbe'; did you mean 'web'?"
};

// For every process that holds a port: itself and its ancestors, parents behind children.
using PortHolders = std::function<std::vector<std::vector<Pid>>(std::uint16_t port)>;

// What the words are read against; each is asked only where a word needs it.
struct SelectorPlace {
  PortHolders holders;
  // One spelling for each file: `path` as it is meant in `directory` (empty: the caller's), links resolved.
  std::function<std::string(const std::string& directory, const std::string& path)> file;
  std::function<bool(const std::string& path)> exists;  // in the caller's directory
};

// Each app once, in the order of the views. `all` on an empty list is empty, not an error.
[[nodiscard]] std::variant<std::vector<Target>, SelectionError> select(const std::vector<AppView>& views,
                                                                       const std::vector<std::string>& selectors,
                                                                       const SelectorPlace& place);

}  // namespace forever::cli
