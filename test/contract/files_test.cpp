// Files: replaced whole, private, never mangled.
#include "platform/files.hpp"

#include <atomic>
#include <cstdlib>
#include <fstream>
#include <set>
#include <thread>

#include "test/contract/scratch.hpp"
#include "test/support/catch.hpp"
#include "test/support/permissions.hpp"

namespace forever {
namespace {

namespace fs = std::filesystem;
using test::Scratch;

std::string content_of(const std::string& path) {
  auto read = read_file(path);
  REQUIRE(read);
  return *read;
}

TEST_CASE("a file is written whole and read back, by either durability") {
  Scratch scratch;
  const auto durability = GENERATE(Durability::rename_only, Durability::synced);
  const std::string path = scratch / "file";
  for (const std::string& text : {std::string("first"), std::string(100'000, 'x'), std::string("shorter"),
                                  std::string(), std::string("nul\0inside", 10)}) {
    REQUIRE(write_atomically(path, text, durability));
    CHECK(content_of(path) == text);
  }
  CHECK(test::owner_only(path));
  // Nothing else stays but the spare that rename_only exchanges with.
  for (const std::string& name : list_directory(scratch.path())) CHECK((name == "file" || name == "file~"));
}

TEST_CASE("a reader sees the old file or the new one, never a part") {
  Scratch scratch;
  const std::string path = scratch / "file";
  const auto durability = GENERATE(Durability::rename_only, Durability::synced);
  const auto text = [](int n) { return std::string(1000, static_cast<char>('a' + n % 26)); };
  REQUIRE(write_atomically(path, text(0), durability));
  std::atomic<bool> stop = false;
  std::atomic<int> torn = 0, missing = 0;
  std::thread reader([&] {
    while (!stop) {
      auto read = read_file(path);
      if (!read) {
        ++missing;
        continue;
      }
      // By exchange a reader that two writes overtake may see parts of both (no lock holds off a write while a read copies):
      // then its first byte and its last, the marks of this file, differ.
      const bool marked_alike = read->size() == 1000 && read->front() == read->back();
      if (durability == Durability::rename_only && !marked_alike) continue;
      if (!marked_alike || read->find_first_not_of(read->front()) != std::string::npos) ++torn;
    }
  });
  const int rounds = durability == Durability::synced ? 30 : 3000;
  for (int n = 1; n <= rounds; ++n) CHECK(write_atomically(path, text(n), durability));
  stop = true;
  reader.join();
  CHECK(missing == 0);
  CHECK(torn == 0);
}

TEST_CASE("REQ3 whatever has the spare file's name makes way for a write") {
  Scratch scratch;
  std::ofstream(scratch / "file") << "old";
  fs::create_directory(scratch / "file~");
  REQUIRE(write_atomically(scratch / "file", "new", Durability::rename_only));
  CHECK(content_of(scratch / "file") == "new");
}

TEST_CASE("a write that cannot be done leaves what is there as it was") {
  Scratch scratch;
  fs::create_directory(scratch / "folder");
  CHECK_FALSE(write_atomically(scratch / "folder", "text", Durability::synced));
  CHECK(fs::is_directory(scratch / "folder"));
  CHECK_FALSE(write_atomically(scratch / "no/where", "text", Durability::rename_only));
  CHECK_FALSE(write_atomically(scratch / "no/where", "text", Durability::synced));
}

TEST_CASE("reading tells what is wrong") {
  Scratch scratch;
  CHECK(read_file(scratch / "none").error().code.value() == ENOENT);
  CHECK_FALSE(read_file(scratch.path()));
  std::ofstream(scratch / "ten") << "0123456789";
  CHECK(read_file(scratch / "ten", 9).error().code.value() == EFBIG);
  CHECK(content_of(scratch / "ten").size() == 10);
  CHECK(*read_file(scratch / "ten", 10) == "0123456789");
  std::ofstream(scratch / "page") << std::string(4096, 'p');
  CHECK(read_file(scratch / "page", 4095).error().code.value() == EFBIG);
  CHECK(read_file(scratch / "page", 4096)->size() == 4096);
}

TEST_CASE("PERM1 a private directory is made with its parents, and no other user can enter") {
  Scratch scratch;
  const std::string path = scratch / "a/b/c";
  REQUIRE(make_private_directory(path));
  CHECK(test::owner_only(path));
  CHECK(test::owner_only(scratch / "a"));
  REQUIRE(make_private_directory(path));
  REQUIRE(make_private_directory(path + "/"));
  std::ofstream(scratch / "file");
  CHECK(make_private_directory(scratch / "file").error().code.value() == ENOTDIR);
  CHECK_FALSE(make_private_directory(scratch / "file/below"));
}

TEST_CASE("PERM2 a path of 300 characters works") {
  Scratch scratch;
  const std::string path =
      scratch / (std::string(100, 'a') + "/" + std::string(100, 'b') + "/" + std::string(100, 'c'));
  REQUIRE(make_private_directory(path));
  REQUIRE(write_atomically(path + "/file", "text", Durability::rename_only));
  CHECK(content_of(path + "/file") == "text");
}

TEST_CASE("directories are listed and trees removed without following links") {
  Scratch scratch;
  fs::create_directories(scratch / "tree/deep/deeper");
  std::ofstream(scratch / "tree/deep/file");
  std::ofstream(scratch / "outside");
  fs::create_directory(scratch / "kept");
  std::ofstream(scratch / "kept/file");
  std::set<std::string> expected{"deep"};
  std::error_code no_links;  // Windows lets administrators make them
  fs::create_directory_symlink(scratch / "kept", scratch / "tree/link", no_links);
  if (!no_links) expected.insert("link");
  const auto names = list_directory(scratch / "tree");
  CHECK(std::set<std::string>(names.begin(), names.end()) == expected);
  REQUIRE(remove_tree(scratch / "tree"));
  CHECK_FALSE(exists(scratch / "tree"));
  CHECK(exists(scratch / "kept/file"));
  REQUIRE(remove_tree(scratch / "outside"));
  REQUIRE(remove_tree(scratch / "never was"));
  CHECK(list_directory(scratch / "never was").empty());
}

TEST_CASE("paths are made absolute as typed") {
  const std::string here = current_directory();
  const std::string drive = here.substr(0, here.find('/'));  // Windows'; nothing elsewhere
  CHECK(absolute_path("/a/./b//c/") == drive + "/a/b/c");
  CHECK(absolute_path("/") == drive + "/");
  CHECK(absolute_path("/link/../x") == drive + "/link/../x");
  CHECK(is_absolute(here));
  CHECK(is_absolute(drive + "/x"));
  CHECK_FALSE(is_absolute("x/y"));
  CHECK_FALSE(is_absolute(""));
  CHECK(absolute_path("x") == here + "/x");
  CHECK(absolute_path("./x") == here + "/x");
  CHECK(absolute_path(".") == here);
}

TEST_CASE("files know their size, kind and identity") {
  Scratch scratch;
  std::ofstream(scratch / "file") << "12345";
  const auto facts = facts_of(scratch / "file");
  REQUIRE(facts);
  CHECK(facts->size == 5);
  CHECK_FALSE(facts->directory);
  CHECK_FALSE(facts->fifo);
  CHECK(facts->modified_ms > 1'600'000'000'000);
  CHECK(facts_of(scratch.path())->directory);
  CHECK_FALSE(facts_of(scratch / "none"));
  auto opened = open_for_reading(scratch / "file");
  REQUIRE(opened);
  REQUIRE(rename_file(scratch / "file", scratch / "moved"));
  CHECK(facts_of(opened->get())->inode == facts->inode);
  CHECK(facts_of(scratch / "moved")->inode == facts->inode);
}

TEST_CASE("bytes are written and read at offsets") {
  Scratch scratch;
  auto log = open_log_file(scratch / "log");
  REQUIRE(log);
  CHECK(test::owner_only(scratch / "log"));
  CHECK(*write_at(log->get(), 3, "abc") == 3);
  char buffer[16] = {};
  CHECK(*read_at(log->get(), 0, buffer, sizeof buffer) == 6);
  CHECK(std::string(buffer, 6) == std::string("\0\0\0abc", 6));
  CHECK(*read_at(log->get(), 99, buffer, sizeof buffer) == 0);
  REQUIRE(truncate_file(log->get(), 4));
  CHECK(facts_of(log->get())->size == 4);
  // An existing log is opened as it is.
  auto again = open_log_file(scratch / "log");
  REQUIRE(again);
  CHECK(facts_of(again->get())->size == 4);
  REQUIRE(sync_file(scratch / "log"));
}

}  // namespace
}  // namespace forever
