// Which files count: the rules of gitignore(5), each with what git itself says of it.
#include "supervisor/watch/watch_filter.hpp"

#include "test/support/catch.hpp"

using namespace forever;

namespace {

struct Case {
  const char* rules;
  const char* path;  // ends with '/': a directory
  bool ignored;
};

bool ignored(const Case& one) {
  WatchFilter filter;
  filter.add_rules(one.rules);
  std::string_view path = one.path;
  const bool directory = path.ends_with('/');
  if (directory) path.remove_suffix(1);
  return !filter.counts_below(path, directory);
}

// Each line was asked of `git check-ignore` 2.39, too.
constexpr Case kCases[] = {
    {"", "src/main.js", false},
    {"# main.js", "main.js", false},
    {"\\#x", "#x", true},
    {"!x", "x", false},
    {"\\!x", "!x", true},
    // a name, at any depth
    {"tmp", "tmp", true},
    {"tmp", "tmp/", true},
    {"tmp", "a/b/tmp", true},
    {"tmp", "a/tmp/b", true},
    {"tmp", "tmpx", false},
    {"tmp", "xtmp", false},
    {"*.o", "a/b.o", true},
    {"*.o", ".o", true},
    {"*.o", "b.oo", false},
    {"a*b*c", "axxbyyc", true},
    {"a*b*c", "axxbyy", false},
    {"?", "a/x", true},
    {"?", "ab", false},
    {"*", ".hidden", true},
    {"a**b", "axyb", true},
    {"a**b", "a/b", false},
    // directories only
    {"tmp/", "tmp", false},
    {"tmp/", "tmp/", true},
    {"tmp/", "tmp/x", true},
    {"tmp/", "a/tmp/x", true},
    // from where the rules stand
    {"/tmp", "tmp", true},
    {"/tmp", "a/tmp", false},
    {"a/b", "a/b", true},
    {"a/b", "x/a/b", false},
    {"a/*", "a/b", true},
    {"a/*", "a/b/c", true},  // for a/b is ignored
    {"a/*.c", "a/b/x.c", false},
    {"/a/b/", "a/b", false},
    {"/a/b/", "a/b/c", true},
    // two stars
    {"**/a", "a", true},
    {"**/a", "x/y/a", true},
    {"**/a/b", "x/a/b", true},
    {"**/a/b", "a/b", true},
    {"a/**", "a", false},
    {"a/**", "a/", false},
    {"a/**", "a/b/c", true},
    {"a/**/b", "a/b", true},
    {"a/**/b", "a/x/b", true},
    {"a/**/b", "a/x/y/b", true},
    {"a/**/b", "x/a/b", false},
    {"a/**/b/**/c", "a/b/x/b/c", true},
    {"**", "a", true},
    {"/**", "a/b", true},
    {"**/", "a", false},
    {"**/", "a/b", true},
    {"a/x**y/b", "a/xzy/b", true},
    {"a/x**y/b", "a/x/y/b", false},
    // ranges
    {"[a-c]x", "bx", true},
    {"[a-c]x", "dx", false},
    {"[!a-c]x", "dx", true},
    {"[^a-c]x", "bx", false},
    {"[]x]", "]", true},
    {"[a-]", "-", true},
    {"[[:digit:]]x", "7x", true},
    {"[[:digit:]]x", "ax", false},
    {"[[:nonsense:]]x", "ax", false},
    {"[\\]]", "]", true},
    {"[a", "[a", false},
    {"[a", "a", false},
    {"x\\*", "x*", true},
    {"x\\*", "xy", false},
    {"x\\", "x", false},
    // the last rule that matches
    {"*.js\n!main.js", "main.js", false},
    {"!main.js\n*.js", "main.js", true},
    {"*.js\n!main.js\nsrc/main.js", "src/main.js", true},
    {"a/\n!a/b", "a/b", true},  // what is in an ignored directory stays so
    {"a/*\n!a/b", "a/b", false},
    {"/*\n!/src", "src/x", false},
    // spaces, line ends, the mark that some editors put first
    {"x  ", "x", true},
    {"x\\ ", "x ", true},
    {"x\\ ", "x", false},
    {"  x", "x", false},
    {"x\r\ny\r\n", "y", true},
    {"\xEF\xBB\xBFx", "x", true},
    {"x\\\\", "x\\", true},
};

}  // namespace

TEST_CASE("Ignore rules mean what they mean to git", "[watch]") {
  for (const Case& one : kCases) {
    CAPTURE(one.rules, one.path);
    CHECK(ignored(one) == one.ignored);
  }
}

TEST_CASE("WATCH4 what never is source is ignored from the start, and can be taken back", "[watch]") {
  WatchFilter filter;
  for (const char* path :
       {".git/index", "a/.git/HEAD", "node_modules/x/index.js", "a/node_modules/x.js", "a/.main.js.swp", ".x.swpx",
        "4913", "a/4913", "main.js~", ".#main.js", "#main.js#", "main.js___jb_tmp___", "main.js___jb_old___",
        "logs/app.log", "__pycache__/x.pyc", ".hg/store", ".goutputstream-ABC", "a/.nfs000000000123456700000001"}) {
    CAPTURE(path);
    CHECK_FALSE(filter.counts_below(path, false));
  }
  for (const char* path :
       {"main.js", "src/.env", "4914", "gitignore", ".gitignore", "a/git/x", "swp", "x.swp", "log"}) {
    CAPTURE(path);
    CHECK(filter.counts_below(path, false));
  }
  filter.add_rules("!node_modules\n!*.log");
  CHECK(filter.counts_below("node_modules/x/index.js", false));
  CHECK(filter.counts_below("app.log", false));
}

TEST_CASE("Extensions and wanted patterns narrow files, not directories", "[watch]") {
  WatchFilter filter;
  filter.set_extensions({"js", "d.ts"});
  CHECK(filter.counts("a/x.js", false));
  CHECK(filter.counts("x.d.ts", false));
  CHECK_FALSE(filter.counts("x.ts", false));
  CHECK_FALSE(filter.counts("js", false));
  CHECK(filter.counts(".js", false));
  CHECK(filter.counts("folder", true));
  filter.add_wanted("src/**/*.js");
  CHECK(filter.counts("src/x.js", false));
  CHECK(filter.counts("src/a/b/x.js", false));
  CHECK_FALSE(filter.counts("lib/x.js", false));
  CHECK(filter.counts("lib", true));
}

TEST_CASE("WATCH4 our own logs and state never count", "[watch]") {
  OwnFiles own;
  own.add_folder("/home/x/.forever");
  own.add_log("/srv/app/out");
  CHECK(own.has("/home/x/.forever"));
  CHECK(own.has("/home/x/.forever/apps/web/status.json~"));
  CHECK_FALSE(own.has("/home/x/.foreverignore"));
  CHECK(own.has("/srv/app/out"));
  CHECK(own.has("/srv/app/out.1"));
  CHECK(own.has("/srv/app/out.12"));
  CHECK_FALSE(own.has("/srv/app/out."));
  CHECK_FALSE(own.has("/srv/app/out.js"));
  CHECK_FALSE(own.has("/srv/app/out/x"));
}

TEST_CASE("A pattern with many stars takes no time worth mentioning", "[watch]") {
  std::string pattern, name(2000, 'a');
  for (int i = 0; i < 200; ++i) pattern += "a*";
  CHECK_FALSE(name_matches(pattern + "b", name));
  std::string path = "a";
  for (int i = 0; i < 500; ++i) path += "/a";
  std::string deep;
  for (int i = 0; i < 100; ++i) deep += "**/a/";
  CHECK_FALSE(PathPattern(deep + "b").matches(path));
}
