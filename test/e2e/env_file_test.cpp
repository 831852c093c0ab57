// REAL9: an environment file means the same to forever as to Node.
#include "test/e2e/apps.hpp"

using namespace forever::test;

TEST_CASE("REAL9 an environment file is read as Node reads it", "[REAL9]") {
  if (run({"sh", "-c", "node --env-file=/dev/null -e 0"}).exit_code != 0)
    SKIP_CASE("there is no node that knows --env-file");
  const TemporaryHome home;
  const auto file = home.scratch() / "x.env";
  write_file(file,
             "# the forms that both know\n"
             "RA=1\r\n"
             "export RB=two words  # and a comment\n"
             "RC=\"several\nlines # here\n\"\n"
             "RD='single\n\"quoted\"'\n"
             "RE=`back's\nquoted`\n"
             "RF=\n"
             "  RG  =  spaced  \n"
             "RH=\"a\\nb\"\n"
             "RI='a\\nb'\n"
             "RJ=a=b=c\n"
             "RK=${HOME} $RA\n"
             "RL='#'\n");
  write_file(home.scratch() / "print.js",
             "for (const c of 'ABCDEFGHIJKL') console.log(JSON.stringify(process.env['R' + c]));\n"
             "console.log('end'); setInterval(() => {}, 1e6);\n");
  const Result node = run({"node", "--env-file=" + file.string(), "-e",
                           "for (const c of 'ABCDEFGHIJKL') console.log(JSON.stringify(process.env['R' + c]));"});
  REQUIRE(node.exit_code == 0);
  done(home, {"start", (home.scratch() / "print.js").string(), "--name", "app", "--env-file", file.string()});
  REQUIRE(wait_for_log(home, "app", "end\n"));
  CHECK(log_of(home, "app") == node.out + "end\n");
}
