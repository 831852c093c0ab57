// Files, locks and processes while the machine is in trouble.
#include "platform/files.hpp"

#include <fstream>

#include "platform/lock.hpp"
#include "platform/process.hpp"
#include "test/contract/scratch.hpp"
#include "test/fault/sweep.hpp"
#include "test/support/catch.hpp"

namespace forever {
namespace {

namespace fs = std::filesystem;
using fault::Where;
using test::fail_each_call;
using test::Scratch;

std::string plain_content(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST_CASE("DISK2 a write that is stopped at any call leaves the old file or the new one") {
  Scratch scratch;
  const auto durability = GENERATE(Durability::rename_only, Durability::synced);
  const std::string path = scratch / "file";
  int round = 0;
  std::string old_text, new_text;
  std::ofstream(path) << old_text;
  fail_each_call(
      Where::parent,
      [&] {
        ++round;
        old_text = plain_content(path);
        new_text = "text of round " + std::to_string(round) + std::string(static_cast<std::size_t>(round % 7), '.');
        const Status written = write_atomically(path, new_text, durability);
        if (written) CHECK(plain_content(path) == new_text);
      },
      [&] {
        const std::string now = plain_content(path);
        CHECK((now == old_text || now == new_text));
        if (durability == Durability::rename_only) return;
        for (const std::string& name : list_directory(scratch.path())) {
          // A temporary file stays only where it could not even be removed.
          if (name != "file") fs::remove(scratch / name);
        }
      });
}

TEST_CASE("DISK1 a full disk keeps the old file, and the next write works") {
  Scratch scratch;
  const auto durability = GENERATE(Durability::rename_only, Durability::synced);
  const std::string path = scratch / "file";
  REQUIRE(write_atomically(path, "old", durability));
  REQUIRE(write_atomically(path, "older", durability));
  fault::set({.call = "pwrite", .nth = 1, .code = ENOSPC});
  const Status written = write_atomically(path, "new", durability);
  fault::clear();
  REQUIRE_FALSE(written);
  CHECK(written.error().message() == "cannot write " + path + ": no space left on device");
  CHECK(plain_content(path) == "older");
  REQUIRE(write_atomically(path, "new", durability));
  CHECK(plain_content(path) == "new");
}

TEST_CASE("where names cannot be exchanged, files are renamed") {
  Scratch scratch;
  for (const int code : {ENOSYS, EINVAL}) {
    fault::set({.call = "renameat2", .nth = 1, .code = code, .times = 99});
    for (const char* text : {"one", "longer", "x"}) {
      REQUIRE(write_atomically(scratch / "file", text, Durability::rename_only));
      CHECK(plain_content(scratch / "file") == text);
    }
    fault::clear();
  }
}

TEST_CASE("the other operations on files leave nothing over when a call fails") {
  Scratch scratch;
  const std::string file = scratch / "file";
  std::ofstream(file) << "content";
  SECTION("read") {
    fail_each_call(Where::parent, [&] {
      if (const auto text = read_file(file)) CHECK(*text == "content");
    });
  }
  SECTION("directories") {
    fail_each_call(Where::parent, [&] {
      const Status made = make_private_directory(scratch / "a/b");
      if (made) CHECK(fs::is_directory(scratch / "a/b"));
      fs::remove_all(scratch / "a");
    });
  }
  SECTION("trees") {
    fail_each_call(Where::parent, [&] {
      fs::create_directories(scratch / "tree/deep");
      std::ofstream(scratch / "tree/deep/file");
      (void)remove_tree(scratch / "tree");
      CHECK(fs::exists(file));
    });
  }
  SECTION("listing, sync, facts, opening") {
    fail_each_call(Where::parent, [&] {
      (void)list_directory(scratch.path());
      (void)sync_file(file);
      (void)facts_of(file);
      (void)open_log_file(file);
      (void)current_directory();
    });
  }
}

TEST_CASE("the lock is held, or it is not, when a call fails") {
  Scratch scratch;
  const std::string path = scratch / "lock";
  fail_each_call(Where::parent, [&] {
    const auto lock = try_lock(path);
    (void)probe_lock(path);
    if (lock && *lock) (void)lock_is_at(lock->get(), path);
  });
  CHECK(*probe_lock(path) == LockState::free);
}

TEST_CASE("looking at processes leaves nothing over when a call fails") {
  const std::vector<Pid> roots{current_pid()};
  const auto self = identify(current_pid());
  REQUIRE(self);
  fail_each_call(Where::parent, [&] {
    (void)identify(current_pid());
    (void)presence(*self);
    (void)usage_of_trees(roots);
    (void)send_signal(*self, 0);
    (void)host_id();
    (void)environment_of(current_pid(), "PATH");
  });
}

}  // namespace
}  // namespace forever
