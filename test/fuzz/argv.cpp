// Any command line is understood or refused in one clear line; words are separated by a zero byte.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "cli/grammar/parse.hpp"
#include "cli/grammar/verb.hpp"
#include "cli/verbs/start.hpp"
#include "text/printable.hpp"
#include "text/split.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes{reinterpret_cast<const char*>(data), size};
  std::vector<std::string> words;
  // The first byte chooses the verb, so that noise gets past it.
  const auto verbs = forever::cli::verbs();
  if (size > 0 && data[0] != 0) words.emplace_back(verbs[data[0] % verbs.size()]->name);
  for (const std::string_view word : forever::split_words(bytes.substr(size > 0 ? 1 : 0), '\0'))
    words.emplace_back(word);
  const auto result = forever::cli::parse(words, [](const std::string& path) {
    return path.ends_with('d') ? forever::cli::PathKind::directory : forever::cli::PathKind::missing;
  });
  if (const auto* error = std::get_if<forever::cli::UsageError>(&result)) {
    // It contains the typed text unchanged; the code that prints it makes control characters visible.
    const std::string line = forever::printable(error->message);
    if (line.empty() || line.find('\n') != std::string::npos) std::abort();
  }
  if (const auto* command = std::get_if<std::unique_ptr<forever::cli::Command>>(&result)) {
    // What stood after the first `--` has arrived whole.
    const auto* start = dynamic_cast<const forever::cli::Start*>(command->get());
    for (std::size_t i = 1; start != nullptr && i < words.size(); ++i) {
      if (words[i] != "--") continue;
      const std::size_t count = words.size() - i - 1;
      const auto& arguments = start->app.arguments;
      if (arguments.size() + 1 < count) std::abort();
      for (std::size_t k = 0; k < count && k < arguments.size(); ++k) {
        if (arguments[arguments.size() - 1 - k] != words[words.size() - 1 - k]) std::abort();
      }
      break;
    }
  }
  return 0;
}
