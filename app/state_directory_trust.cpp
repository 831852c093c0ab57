// Whether a state directory may be believed: what is on record there is run with our rights.
#include <cerrno>
#include <cstdio>

#include "app/state_directory.hpp"
#include "platform/files.hpp"
#include "platform/path_trust.hpp"
#include "platform/placing.hpp"
#include "platform/users.hpp"

namespace forever {
namespace {

constexpr std::uint32_t kRoot = 0;
constexpr unsigned kWriteOfOthers = 022;  // permission bits

std::string mode_text(unsigned mode) {
  char text[16];
  std::snprintf(text, sizeof text, "%04o", mode);
  return text;
}

// As `--as` takes it: a user without an entry needs a group.
std::string as_user(const Weakness& weakness) {
  const std::string number = std::to_string(weakness.owner), name = user_name(weakness.owner);
  return name == number ? number + ":" + std::to_string(weakness.group) : name;
}

// Why root does not act on a directory that another user controls.
Error refusal(const std::string& directory, const Weakness& weakness) {
  std::string text = "root does not use the state directory " + directory + ": ";
  if (weakness.kind == Weakness::Kind::writable) {
    text += "others can write to " + weakness.place + " (mode " + mode_text(weakness.mode) + "); `chmod go-w " +
            weakness.place + "` after checking its contents, or act on a user's apps with --as USER";
  } else {
    const bool link = weakness.kind == Weakness::Kind::link;
    text += (weakness.place == directory ? "it" : weakness.place) +
            (link ? " is a link that belongs to " : " belongs to ") + user_name(weakness.owner) + "; use --as " +
            as_user(weakness) + " to act on that user's apps, or set FOREVER_HOME to a directory of root";
  }
  return Error{std::move(text), {}};
}

}  // namespace

std::span<const char* const> StateDirectory::parts() noexcept {
  static constexpr const char* kParts[] = {"", "/apps", "/locks", "/pids", "/logs"};
  return kParts;
}

Status StateDirectory::check() const {
  if (effective_uid() == kRoot) {
    for (const char* part : parts()) {
      if (const auto weakness = weakness_of(path_ + part)) return refusal(path_, *weakness);
    }
  }
  const Result<FileFacts> facts = facts_of(path_);
  if (!facts && facts.error().code.value() == ENOENT) return Done{};
  if (!facts) return facts.error();
  if (!facts->directory) return Error{"the state directory " + path_ + " is not a directory", {}};
  if (facts->owner != effective_uid()) {
    return Error{"the state directory " + path_ + " belongs to " + user_name(facts->owner) +
                     "; set FOREVER_HOME to a directory of your own",
                 {}};
  }
  return Done{};
}

Result<std::optional<unsigned>> StateDirectory::make_private() const {
  std::optional<unsigned> worst;
  if (effective_uid() == kRoot) return worst;
  for (const char* part : parts()) {
    const Result<FileFacts> facts = facts_of(path_ + part);
    if (facts && (facts->mode & kWriteOfOthers) != 0 && !worst) worst = facts->mode;
  }
  if (!worst) return worst;
  const auto refuse_foreign = [&]() -> Status {
    const auto foreign = foreign_entry_below(path_);
    if (!foreign) return Done{};
    return Error{"other users could write to the state directory " + path_ + " (mode " + mode_text(*worst) + "), and " +
                     *foreign + " is not yours; remove what is not yours, or the directory",
                 {}};
  };
  if (Status clean = refuse_foreign(); !clean) return clean.error();
  for (const char* part : parts()) {
    if (!exists(path_ + part)) continue;
    if (Status set = set_mode(path_ + part, 0700); !set) return set.error();
  }
  // Another user may have created a file before the write permission was removed: the next command must find it as well.
  if (Status clean = refuse_foreign(); !clean) {
    (void)set_mode(path_, *worst).ok();
    return clean.error();
  }
  return worst;
}

}  // namespace forever
