// Creates and removes the tests' state directories.
#include "test/support/home.hpp"

#include <atomic>
#include <cstdlib>
#include <iostream>
#include <random>
#include <stdexcept>

#include "test/support/catch.hpp"
#include "test/support/sweep.hpp"

namespace forever::test {
namespace {

namespace fs = std::filesystem;

std::string required(const char* variable) {
  if (const char* value = std::getenv(variable)) return value;
  throw std::runtime_error(std::string(variable) + " is not set: run the tests by make");
}

fs::path make_directory() {
  std::random_device random;
  for (int attempt = 0; attempt < 100; ++attempt) {
    const fs::path path = fs::temp_directory_path() / ("forever-test-" + std::to_string(random()));
    if (fs::create_directory(path)) return path;
  }
  throw std::runtime_error("cannot make a temporary directory");
}

}  // namespace

TemporaryHome::TemporaryHome() : root_(fs::canonical(make_directory())) { fs::create_directory(scratch()); }

TemporaryHome::~TemporaryHome() {
  sweep(root_);
  if (case_has_failed()) {
    std::cerr << "state directory kept: " << root_.string() << '\n';
    return;
  }
  std::error_code error;
  fs::permissions(state(), fs::perms::owner_all, fs::perm_options::add, error);
  fs::remove_all(root_, error);
}

Place TemporaryHome::state() const { return root_ / "home"; }

Place TemporaryHome::scratch() const { return root_ / "scratch"; }

Place TemporaryHome::app(const std::string& name) const { return state() / "apps" / name; }

Place TemporaryHome::log(const std::string& name, const char* stream) const {
  return state() / "logs" / (name + "." + stream + ".log");
}

Command TemporaryHome::command(const std::vector<std::string>& arguments) const {
  Command command;
  command.argv = {forever_binary()};
  command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
  command.environment = {{"FOREVER_HOME", state().string()}, {"FOREVER_ROOT", std::nullopt}};
  command.directory = scratch();
  return command;
}

Result TemporaryHome::forever(const std::vector<std::string>& arguments) const { return run(command(arguments)); }

std::string forever_binary() { return required("FOREVER_BINARY"); }

bool sanitized() { return std::getenv("ASAN_OPTIONS") != nullptr; }

std::string child_binary() { return required("FOREVER_CHILD"); }

std::string server_binary() { return required("FOREVER_SERVER"); }

}  // namespace forever::test
