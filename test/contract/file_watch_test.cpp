// Watching files, by the kernel and by polling: every way of saving is reported, and nothing else.
#include "platform/file_watch.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>

#include "test/contract/scratch.hpp"
#include "test/support/catch.hpp"

using namespace forever;
using namespace std::chrono_literals;
using test::Scratch;
using Change = FileChange::Kind;
namespace fs = std::filesystem;

namespace {

void write(const std::string& path, const std::string& text) { std::ofstream(path, std::ios::trunc) << text; }

enum class By { kernel, polling };

// One watch of `root`; what is called "ignored…" is not of interest.
class Watched {
 public:
  Watched(By by, std::vector<std::string> roots) {
    WatchPlan plan{std::move(roots), [this](std::string_view path, bool directory) {
                     if (directory) asked_.insert(std::string{path});
                     return path.substr(path.rfind('/') + 1).substr(0, 7) != "ignored";
                   }};
    if (by == By::polling) {
      watch_ = watch_by_polling(std::move(plan), 5ms);
      return;
    }
    auto made = watch_by_kernel(std::move(plan));
    if (made)
      watch_ = std::move(*made);
    else
      none_ = made.error().code.value() == ENOSYS;
  }
  [[nodiscard]] bool none() const { return none_; }
  FileWatch& operator*() { return *watch_; }
  FileWatch* operator->() { return watch_.get(); }
  [[nodiscard]] const std::set<std::string>& asked() const { return asked_; }

  // The reports until `enough`, or for 10 s.
  std::vector<FileChange> gather(const std::function<bool(const std::vector<FileChange>&)>& enough, Time end) {
    std::vector<FileChange> all;
    for (;;) {
      REQUIRE(watch_->take(steady_now(), all));
      if (enough(all) || steady_now() >= end) return all;
      const Time due = std::min(end, watch_->deadline().value_or(end));
      const auto wait = std::max(std::chrono::ceil<Milliseconds>(due - steady_now()), 0ms);
      pollfd descriptor{watch_->handle(), POLLIN, 0};
      (void)::poll(&descriptor, 1, static_cast<int>(wait.count()));
    }
  }
  // Whether `path` is reported as whole, or as being written.
  bool tells(const std::string& path) {
    const auto has = [&](const std::vector<FileChange>& all) {
      return std::ranges::any_of(all, [&](const FileChange& change) {
        return change.path == path && (change.kind == Change::changed || change.kind == Change::writing);
      });
    };
    return has(gather(has, steady_now() + 10s));
  }
  bool tells_removal() {
    const auto has = [&](const std::vector<FileChange>& all) {
      return std::ranges::any_of(all, [&](const FileChange& change) { return change.kind == Change::removed; });
    };
    return has(gather(has, steady_now() + 10s));
  }
  // All reports until `marker`, a file of this test, has changed as well; without those of the marker.
  std::vector<FileChange> all_before(const std::string& marker) {
    write(marker, std::to_string(++marks_));
    auto all = gather(
        [&](const std::vector<FileChange>& seen) {
          return std::ranges::any_of(seen, [&](const FileChange& change) {
            return change.path == marker && (change.kind == Change::changed || change.kind == Change::closed);
          });
        },
        steady_now() + 10s);
    std::erase_if(all, [&](const FileChange& change) { return change.path == marker; });
    return all;
  }

 private:
  std::unique_ptr<FileWatch> watch_;
  std::set<std::string> asked_;
  bool none_ = false;
  int marks_ = 0;
};

}  // namespace

#define WATCHED(name, ...)                         \
  const By by = GENERATE(By::kernel, By::polling); \
  CAPTURE(static_cast<int>(by));                   \
  Watched name(by, __VA_ARGS__);                   \
  if (name.none()) SKIP_CASE("the kernel has nothing of the kind here")

TEST_CASE("WATCH2 every way of saving a file is reported", "[watch]") {
  Scratch scratch;
  const std::string file = scratch / "main.js";
  write(file, "one");
  WATCHED(watch, {scratch.path()});
  SECTION("truncate and write") { write(file, "other"); }
  SECTION("append") { std::ofstream(file, std::ios::app) << "more"; }
  SECTION("write beside and rename") {
    write(scratch / "ignored.tmp", "other");
    fs::rename(scratch / "ignored.tmp", file);
  }
  SECTION("move away and write anew") {
    fs::rename(file, scratch / "ignored~");
    write(file, "other");
    fs::remove(scratch / "ignored~");
  }
  SECTION("a hard link in its place") {
    write(scratch / "ignored", "other");
    fs::remove(file);
    fs::create_hard_link(scratch / "ignored", file);
  }
  SECTION("a link in its place") {
    fs::remove(file);
    fs::create_symlink("ignored", file);
  }
  SECTION("a new time") { REQUIRE(::utimensat(AT_FDCWD, file.c_str(), nullptr, 0) == 0); }
  CHECK(watch.tells(file));
}

TEST_CASE("WATCH2 a time that a program has read and sets is noticed each time", "[watch]") {
  Scratch scratch;
  WATCHED(watch, {scratch.path()});
  const bool whole_seconds = GENERATE(false, true);
  for (int round = 0; round < 12; ++round) {
    const std::string file = scratch / ("file" + std::to_string(round));
    write(file, "x");
    fs::last_write_time(file, fs::file_time_type::clock::now() - 1h);
    (void)watch.all_before(scratch / ("mark" + std::to_string(round)));
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME, &now);
    if (whole_seconds) now.tv_nsec = 0;
    const timespec times[] = {now, now};
    REQUIRE(::utimensat(AT_FDCWD, file.c_str(), times, 0) == 0);
    INFO(round);
    CHECK(watch.tells(file));
  }
}

TEST_CASE("A save is reported as whole when its writer is done", "[watch]") {
  Scratch scratch;
  Watched watch(By::kernel, {scratch.path()});
  if (watch.none()) SKIP_CASE("the kernel has nothing of the kind here");
  write(scratch / "a", "x");
  write(scratch / "ignored", "x");
  fs::rename(scratch / "ignored", scratch / "b");
  fs::rename(scratch / "b", scratch / "ignored");
  std::vector<std::pair<std::string, Change>> told;
  for (const FileChange& change : watch.all_before(scratch / "mark")) {
    if (told.empty() || told.back() != std::pair{change.path, change.kind}) told.emplace_back(change.path, change.kind);
  }
  CHECK(told == std::vector<std::pair<std::string, Change>>{{scratch / "a", Change::writing},
                                                            {scratch / "a", Change::closed},
                                                            {scratch / "b", Change::changed},
                                                            {scratch / "b", Change::removed}});
}

TEST_CASE("What changes nothing in a file is not told", "[watch]") {
  Scratch scratch;
  const std::string file = scratch / "a";
  write(file, "x");
  fs::last_write_time(file, fs::file_time_type::clock::now() - 1h);
  WATCHED(watch, {scratch.path()});
  std::ifstream(file).get();
  (void)watch.all_before(scratch / "mark");
  REQUIRE(::chmod(file.c_str(), 0600) == 0);
  { std::ofstream open(file, std::ios::app); }
  fs::create_directory(scratch / "folder");
  const auto told = watch.all_before(scratch / "mark");
  // Opened for writing and closed again: that its writer is done, but not that it wrote.
  CHECK(std::ranges::all_of(told, [](const FileChange& change) { return change.kind == Change::closed; }));
}

TEST_CASE("A mode that an editor sets behind a save is no second save", "[watch]") {
  Scratch scratch;
  const std::string file = scratch / "a";
  WATCHED(watch, {scratch.path()});
  write(file, "x");
  CHECK(watch.tells(file));
  (void)watch.all_before(scratch / "mark");
  write(file, "y");
  (void)watch.all_before(scratch / "mark");
  REQUIRE(::chmod(file.c_str(), 0640) == 0);
  CHECK(watch.all_before(scratch / "mark").empty());
}

TEST_CASE("WATCH4 new directories are picked up, however deep, and what is in them already", "[watch]") {
  Scratch scratch;
  WATCHED(watch, {scratch.path()});
  fs::create_directories(scratch / "a/b/c");
  write(scratch / "a/b/c/x", "1");
  CHECK(watch.tells(scratch / "a/b/c/x"));
  write(scratch / "a/b/c/x", "22");
  CHECK(watch.tells(scratch / "a/b/c/x"));
}

TEST_CASE(
    "WATCH4 a directory that is moved in is picked up, one that is moved keeps its new name, one moved out is silent",
    "[watch]") {
  Scratch scratch, outside;
  fs::create_directories(outside / "from/deep");
  write(outside / "from/deep/x", "1");
  WATCHED(watch, {scratch.path()});
  fs::rename(outside / "from", scratch / "in");
  CHECK(watch.tells(scratch / "in/deep/x"));
  fs::rename(scratch / "in", scratch / "other");
  CHECK(watch.tells(scratch / "other/deep/x"));
  write(scratch / "other/deep/x", "22");
  CHECK(watch.tells(scratch / "other/deep/x"));
  fs::rename(scratch / "other", outside / "out");
  CHECK(watch.tells_removal());
  (void)watch.all_before(scratch / "mark");
  write(outside / "out/deep/x", "333");
  CHECK(watch.all_before(scratch / "mark").empty());
}

TEST_CASE("WATCH4 ignored directories are neither watched nor read, ignored files not told", "[watch]") {
  Scratch scratch;
  fs::create_directories(scratch / "ignored/deep");
  write(scratch / "ignored/deep/x", "1");
  WATCHED(watch, {scratch.path()});
  const std::size_t before = watch->size();
  write(scratch / "ignored/deep/x", "22");
  write(scratch / "ignored.log", "1");
  fs::create_directories(scratch / "ignored2/deep");
  write(scratch / "ignored2/deep/x", "1");
  fs::remove_all(scratch / "ignored");
  CHECK(watch.all_before(scratch / "mark").empty());
  CHECK(watch->size() <= before + 1);  // polling counts the mark
  CHECK_FALSE(watch.asked().contains(scratch / "ignored/deep"));
  CHECK_FALSE(watch.asked().contains(scratch / "ignored2/deep"));
}

TEST_CASE("A removed file is reported", "[watch]") {
  Scratch scratch;
  write(scratch / "a", "x");
  WATCHED(watch, {scratch.path()});
  fs::remove(scratch / "a");
  CHECK(watch.tells_removal());
}

TEST_CASE("WATCH4 a root that is deleted, moved away or not there yet is watched again when it comes back", "[watch]") {
  Scratch scratch;
  const std::string root = scratch / "root";
  const int how = GENERATE(0, 1, 2);
  CAPTURE(how);
  if (how != 2) {
    fs::create_directories(root + "/sub");
    write(root + "/sub/a", "1");
  }
  WATCHED(watch, {root});
  if (how == 0) fs::remove_all(root);
  if (how == 1) fs::rename(root, scratch / "away");
  if (how != 2) {
    std::vector<FileChange> told;
    REQUIRE(watch->take(steady_now(), told));
  }
  fs::create_directories(root + "/sub");
  write(root + "/sub/b", "1");
  CHECK(watch.tells(root + "/sub/b"));
  write(root + "/sub/b", "22");
  CHECK(watch.tells(root + "/sub/b"));
  if (how == 1 && by == By::kernel) {
    write(scratch / "away/sub/a", "22");
    CHECK(watch.all_before(root + "/mark").empty());
  }
}

TEST_CASE("WATCH4 a link as root is followed, and noticed when it leads elsewhere; links below are not followed",
          "[watch]") {
  Scratch scratch;
  fs::create_directories(scratch / "one/sub");
  fs::create_directories(scratch / "two/sub");
  fs::create_directories(scratch / "else");
  write(scratch / "one/sub/a", "1");
  write(scratch / "two/sub/a", "2");
  fs::create_directory_symlink("one", scratch / "current");
  fs::create_directory_symlink(scratch / "one", scratch / "one/sub/loop");
  fs::create_directory_symlink(scratch / "else", scratch / "one/out");
  WATCHED(watch, {scratch / "current/sub"});
  write(scratch / "one/sub/a", "11");
  CHECK(watch.tells(scratch / "current/sub/a"));
  fs::create_directory_symlink("two", scratch / "next");
  fs::rename(scratch / "next", scratch / "current");
  const auto told = watch.gather([](const auto& all) { return !all.empty(); }, steady_now() + 10s);
  CHECK_FALSE(told.empty());
  write(scratch / "two/sub/a", "22222");
  CHECK(watch.tells(scratch / "current/sub/a"));
  write(scratch / "else/x", "1");
  CHECK(watch.all_before(scratch / "current/sub/mark").empty());
}

TEST_CASE("Roots that overlap tell a file by one of its names", "[watch]") {
  Scratch scratch;
  fs::create_directories(scratch / "a/b");
  WATCHED(watch, {scratch.path(), scratch / "a", scratch / "a"});
  write(scratch / "a/b/x", "1");
  CHECK(watch.tells(scratch / "a/b/x"));
  fs::create_directories(scratch / "a/c");
  write(scratch / "a/c/x", "1");
  CHECK(watch.tells(scratch / "a/c/x"));
}

TEST_CASE("A root inside another that is created again is reported once", "[watch]") {
  Scratch scratch;
  fs::create_directories(scratch / "a");
  Watched watch(By::kernel, {scratch / "a", scratch.path()});
  if (watch.none()) SKIP_CASE("the kernel has nothing of the kind here");
  fs::remove_all(scratch / "a");
  (void)watch.all_before(scratch / "mark");
  fs::create_directories(scratch / "a/b");
  write(scratch / "a/b/x", "1");
  CHECK(watch.tells(scratch / "a/b/x"));
  (void)watch.gather([](const auto&) { return false; }, watch->deadline().value_or(steady_now()) + 1ms);
  CHECK_FALSE(watch->deadline());  // the root is found again
  CHECK(watch.all_before(scratch / "mark").empty());
  CHECK(watch->size() == 3);
}

TEST_CASE("WATCH3 more events than the kernel keeps lead to one look at the whole tree", "[watch]") {
  Scratch scratch;
  fs::create_directories(scratch / "old/deep");
  Watched watch(By::kernel, {scratch.path()});
  if (watch.none()) SKIP_CASE("the kernel has nothing of the kind here");
  for (int i = 0; i < 20'000; ++i) write(scratch / ("f" + std::to_string(i % 2)), "x");
  fs::remove_all(scratch / "old");
  fs::create_directories(scratch / "new/deep");
  write(scratch / "new/deep/x", "1");
  const auto told = watch.gather(
      [&](const auto& all) {
        return std::ranges::any_of(all, [&](const FileChange& change) { return change.path == scratch.path(); });
      },
      steady_now() + 10s);
  CHECK(std::ranges::count_if(told, [&](const FileChange& change) { return change.path == scratch.path(); }) == 1);
  CHECK(watch->size() == 3);
  write(scratch / "new/deep/x", "22");
  CHECK(watch.tells(scratch / "new/deep/x"));
  CHECK(watch.all_before(scratch / "mark").size() < 5);
}

TEST_CASE("An unreadable directory is left out, the rest is watched", "[watch]") {
  if (::geteuid() == 0) SKIP_CASE("root may read everything");
  Scratch scratch;
  fs::create_directories(scratch / "closed");
  fs::create_directories(scratch / "open");
  REQUIRE(::chmod((scratch / "closed").c_str(), 0) == 0);
  WATCHED(watch, {scratch.path()});
  write(scratch / "open/x", "1");
  CHECK(watch.tells(scratch / "open/x"));
  REQUIRE(::chmod((scratch / "closed").c_str(), 0700) == 0);
}

TEST_CASE("All files of interest are named", "[watch]") {
  Scratch scratch;
  fs::create_directories(scratch / "a/ignored");
  for (const char* name : {"x", "a/y", "a/ignored/z", "ignored"}) write(scratch / name, "1");
  std::set<std::string> named;
  const WatchPlan plan{{scratch.path()}, [](std::string_view path, bool) { return !path.ends_with("/ignored"); }};
  for_each_watched_file(plan, [&](const std::string& path) { named.insert(path); });
  CHECK(named == std::set<std::string>{scratch / "x", scratch / "a/y"});
}
