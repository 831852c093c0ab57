// A state directory of a test's own, and the binary under test bound to it.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "test/support/run.hpp"

namespace forever::test {

// A path that is also an argument, on every system: Windows' own are of another kind of text.
class Place : public std::filesystem::path {
 public:
  using path::path;
  Place(const path& other) : path(other) {}                  // NOLINT(google-explicit-constructor): it is the same
  operator std::string() const { return generic_string(); }  // NOLINT(google-explicit-constructor): that is its purpose
  friend Place operator/(const Place& left, const path& right) { return static_cast<const path&>(left) / right; }
};

// Everything that was started from it is gone when it is destroyed. The directory goes too, unless the test case has
// failed: then it stays as evidence, and its path is printed.
class TemporaryHome {
 public:
  TemporaryHome();
  TemporaryHome(const TemporaryHome&) = delete;
  TemporaryHome& operator=(const TemporaryHome&) = delete;
  ~TemporaryHome();

  [[nodiscard]] Place state() const;                       // FOREVER_HOME: the state directory; not yet made
  [[nodiscard]] Place scratch() const;                     // an empty directory for the test's own files
  [[nodiscard]] Place app(const std::string& name) const;  // apps/<name>
  [[nodiscard]] Place log(const std::string& name, const char* stream = "out") const;

  // `forever ARGUMENTS` with this FOREVER_HOME, in the scratch directory; to be run, or changed first.
  [[nodiscard]] Command command(const std::vector<std::string>& arguments) const;
  // The same, run to its end. Never on a terminal.
  [[nodiscard]] Result forever(const std::vector<std::string>& arguments) const;

 private:
  std::filesystem::path root_;
};

[[nodiscard]] std::string forever_binary();  // FOREVER_BINARY
// Whether that binary is one with sanitizers, whose runtime needs memory, descriptors, processes and time of its own.
[[nodiscard]] bool sanitized();
[[nodiscard]] std::string child_binary();   // FOREVER_CHILD: the talking child, see test/child/child.cpp
[[nodiscard]] std::string server_binary();  // FOREVER_SERVER: the example server

}  // namespace forever::test
