// Chaos that can be repeated: apps of every kind, and everything that can happen to them, by a seed.
//
//   chaos [option ...]
//     --seed N         which actions; the default is 1
//     --minutes M      how long; the default is 1
//     --rounds N       at most so many rounds
//     --from N         begins with round N, on a state directory of its own
//     --binary FILE    which forever; the default is build/forever
//     --evidence DIR   what is kept of a violation; the default is build/test/chaos
//     --duty PERCENT   how much of the time is spent in rounds; the default is 100
//     --apps A,B       these kinds alone
//     --leave-out A,B  no step whose text has one of these words
//     --keep-going     after a violation it goes on, with a state directory of its own
//     --dry-run        prints the actions, and does nothing
//
// Exit code 0: nothing was violated.
#include <sched.h>
#include <sys/mount.h>

#include <cstdlib>
#include <iostream>
#include <memory>
#include <sstream>
#include <thread>

#include "test/chaos/session.hpp"

// What the harness asks of the rings that Catch2 runs.
namespace forever::test {
bool case_has_failed();
bool case_has_failed() { return false; }
}  // namespace forever::test

namespace {

using namespace forever;
using namespace forever::chaos;
using test::Clock;

struct Options {
  Settings settings;
  double minutes = 1;
  int rounds = 1'000'000;
  int from = 1;
  int duty = 100;
  bool keep_going = false;
  bool dry_run = false;
};

std::vector<std::string> at_commas(const std::string& text) {
  std::vector<std::string> words;
  std::istringstream in(text);
  for (std::string word; std::getline(in, word, ',');) words.push_back(word);
  return words;
}

bool read_options(int argc, char** argv, Options& options) {
  options.settings.binary = "build/forever";
  options.settings.evidence = "build/test/chaos-evidence";
  for (int i = 1; i < argc; ++i) {
    const std::string option = argv[i];
    if (option == "--keep-going") {
      options.keep_going = true;
      continue;
    }
    if (option == "--dry-run") {
      options.dry_run = true;
      continue;
    }
    if (i + 1 >= argc) return false;
    const std::string value = argv[++i];
    if (option == "--seed") {
      options.settings.seed = std::strtoull(value.c_str(), nullptr, 10);
    } else if (option == "--minutes") {
      options.minutes = std::atof(value.c_str());
    } else if (option == "--rounds") {
      options.rounds = std::atoi(value.c_str());
    } else if (option == "--from") {
      options.from = std::atoi(value.c_str());
    } else if (option == "--binary") {
      options.settings.binary = value;
    } else if (option == "--evidence") {
      options.settings.evidence = value;
    } else if (option == "--duty") {
      options.duty = std::max(1, std::atoi(value.c_str()));
    } else if (option == "--apps") {
      options.settings.apps = at_commas(value);
    } else if (option == "--leave-out") {
      options.settings.left_out = at_commas(value);
    } else {
      return false;
    }
  }
  return true;
}

int print_plans(const Options& options) {
  const test::TemporaryHome home;
  const std::vector<App> apps = all_kinds(home.scratch(), "chaos-program");
  for (int round = options.from; round < options.from + std::min(options.rounds, 100); ++round) {
    std::cout << "round " << round << '\n';
    for (const Step& step : plan_round(options.settings.seed, round, apps).steps)
      std::cout << "  " << text_of(step, apps) << '\n';
  }
  return 0;
}

int play(const Options& options) {
  const auto end =
      Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(options.minutes * 60));
  Counts all;
  int violated = 0;
  int round = options.from;
  const auto add = [&](const Counts& counts) {
    all.rounds += counts.rounds;
    all.commands += counts.commands;
    all.steps += counts.steps;
  };
  const auto over = [&] { return Clock::now() >= end || round >= options.from + options.rounds; };
  std::string lacking;
  while (!over()) {
    Session session(options.settings);
    lacking = session.lacking();
    bool well = true;
    while (well && !over()) {
      const auto begin = Clock::now();
      well = session.play(round++);
      std::this_thread::sleep_for((Clock::now() - begin) * (100 - std::min(options.duty, 100)) / options.duty);
    }
    add(session.counts());
    if (well) continue;
    ++violated;
    if (!options.keep_going) break;
  }
  if (!lacking.empty()) std::cout << lacking << '\n';
  std::cout << "seed " << options.settings.seed << ": " << all.rounds << " rounds, " << all.steps << " actions, "
            << all.commands << " commands, " << violated << " rounds with a violation" << std::endl;
  return violated == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  if (!read_options(argc, argv, options)) {
    std::cerr << "chaos: see the head of test/chaos/main.cpp for its options\n";
    return 2;
  }
  setenv("FOREVER_BINARY", options.settings.binary.c_str(), 1);
  if (options.dry_run) return print_plans(options);
  // So that no mount of ours is seen by others, or left.
  if (unshare(CLONE_NEWNS) == 0) mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr);
  return play(options);
}
