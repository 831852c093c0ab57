// Watching files while the machine is in trouble.
#include "platform/file_watch.hpp"

#include <cerrno>
#include <fstream>

#include "test/contract/scratch.hpp"
#include "test/fault/sweep.hpp"
#include "test/support/catch.hpp"

namespace forever {
namespace {

namespace fs = std::filesystem;
using fault::Where;
using test::fail_each_call;
using test::Scratch;

WatchPlan plan_of(const std::string& root) {
  return {{root}, [](std::string_view, bool) { return true; }};
}

TEST_CASE("WATCH5 a limit that is reached is named, with the sysctl that raises it", "[watch]") {
  Scratch scratch;
  struct Limit {
    const char* call;
    int code;
    const char* words;
  };
  for (const Limit& limit : {Limit{"inotify_add_watch", ENOSPC, "fs.inotify.max_user_watches"},
                             Limit{"inotify_init1", EMFILE, "fs.inotify.max_user_instances"}}) {
    fault::set({.call = limit.call, .nth = 1, .code = limit.code});
    const auto watch = watch_by_kernel(plan_of(scratch.path()));
    fault::clear();
    REQUIRE_FALSE(watch);
    CHECK_THAT(watch.error().message(), test::contains(limit.words));
    CHECK_THAT(watch.error().message(), test::contains("sysctl"));
  }
}

TEST_CASE("WATCH5 a limit that is reached by a new directory ends the watch with an error", "[watch]") {
  Scratch scratch;
  auto watch = watch_by_kernel(plan_of(scratch.path()));
  if (!watch) SKIP_CASE("the kernel has nothing of the kind here");
  fs::create_directory(scratch / "new");
  fault::set({.call = "inotify_add_watch", .nth = 1, .code = ENOSPC});
  std::vector<FileChange> told;
  const Status taken = (*watch)->take(steady_now(), told);
  fault::clear();
  REQUIRE_FALSE(taken);
  CHECK_THAT(taken.error().message(), test::contains("fs.inotify.max_user_watches"));
}

TEST_CASE("A watch whose calls fail leaks nothing, by the kernel and by polling", "[watch]") {
  Scratch scratch;
  fs::create_directories(scratch / "root/a/b");
  std::ofstream(scratch / "root/a/x") << "1";
  fs::create_directory_symlink("root", scratch / "link");
  const bool kernel = GENERATE(true, false);
  int round = 0;
  fail_each_call(Where::parent, [&] {
    ++round;
    std::unique_ptr<FileWatch> watch;
    if (kernel) {
      auto made = watch_by_kernel(plan_of(scratch / "link"));
      if (!made) return;
      watch = std::move(*made);
    } else {
      watch = watch_by_polling(plan_of(scratch / "link"), Milliseconds{0});
    }
    std::vector<FileChange> told;
    const std::string folder = scratch / "root/n" + std::to_string(round);
    fs::create_directories(folder + "/deep");
    std::ofstream(folder + "/deep/x") << "1";
    fs::rename(folder, folder + "m");
    fs::remove(scratch / "link");
    fs::create_directory_symlink("root", scratch / "link");
    (void)watch->take(steady_now() + Milliseconds{10000}, told).ok();
    fs::remove_all(folder + "m");
    (void)watch->take(steady_now() + Milliseconds{20000}, told).ok();
  });
}

}  // namespace
}  // namespace forever
