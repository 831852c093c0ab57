// How a process becomes a keeper: it executes the binary again, with an argv that names the descriptors it holds.
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

#include "platform/environment.hpp"
#include "platform/keeper.hpp"
#include "platform/posix/descriptors.hpp"
#include "platform/posix/keeper_image.hpp"
#include "platform/posix/sys.hpp"

namespace forever {
namespace {

// argv[1] of a keeper begins with a byte that no user types: "\x01keeper lock=3 out=4", argv[2] is the directory,
// argv[3] the title, the rest are the supervisor's arguments.
constexpr std::string_view kMark = "\x01keeper";
constexpr const char* kOwnImage = "/proc/self/exe";  // whatever has become of the file meanwhile

// Everything exec needs, built before any fork so that the child allocates nothing.
struct KeeperImage {
  std::vector<std::string> words;
  std::vector<char*> argv;
  std::vector<char*> environment;
  std::vector<int> held;
  std::string directory;

  explicit KeeperImage(const KeeperFace& face) : directory(face.directory) {
    std::string descriptors{kMark};
    for (const auto& [name, handle] : face.held) {
      descriptors += ' ' + name + '=' + std::to_string(handle.get());
      held.push_back(handle.get());
    }
    words = {face.title + " (keeper)", descriptors, face.directory, face.title};
    words.insert(words.end(), face.arguments.begin(), face.arguments.end());
    for (auto& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    for (std::string& variable : kept_variables()) environment.push_back(variable.data());
    environment.push_back(nullptr);
  }
};

// Only async-signal-safe calls: it runs between vfork and exec. Returns errno.
int exec_image(const char* program, const KeeperImage& image, int null_device, bool new_session) noexcept {
  if (new_session && FOREVER_SYS(setsid, -1) < 0) return errno;
  for (int fd = 0; fd <= 2 && null_device >= 0; ++fd) {
    if (FOREVER_SYS(dup2, -1, null_device, fd) < 0) return errno;
  }
  close_on_exec_from(3);
  for (const int fd : image.held) {
    if (::fcntl(fd, F_SETFD, 0) < 0) return errno;
  }
  // Who becomes a keeper is where it was, even if that directory has been deleted meanwhile.
  if (new_session && !image.directory.empty() && ::chdir(image.directory.c_str()) != 0) return errno;
  FOREVER_SYS(execve, -1, program, image.argv.data(), image.environment.data());
  const int code = errno;
  for (const int fd : image.held) (void)::fcntl(fd, F_SETFD, FD_CLOEXEC);
  return code;
}

}  // namespace

Result<Pid> launch_keeper(KeeperFace face, KeepersToCome to_come) {
  if (auto forked = fork_keeper(face, to_come)) return std::move(*forked);
  const KeeperImage image{face};
  const Handle null_device{FOREVER_SYS(open, -1, "/dev/null", O_RDWR | O_CLOEXEC)};
  if (!null_device) return last_error("open /dev/null");
  // vfork: the parent waits for the exec anyway, and no page table is copied. The child shares our memory, so it
  // stores the errno of a failure where we can read it.
  volatile int failure = 0;
  if (const int code = fault::next("vfork"); code != 0) return error_from(code, "fork the keeper");
  const pid_t pid = ::vfork();  // not through a wrapper: the child must not return from the frame that called it
  if (pid < 0) return last_error("fork the keeper");
  if (pid == 0) {
    failure = exec_image(kOwnImage, image, null_device.get(), true);
    ::_exit(127);
  }
  if (failure != 0) {
    const int code = failure;
    while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
    }
    return error_from(code, "execute the keeper");
  }
  return Pid{pid};
}

Error become_keeper(const KeeperFace& face, const char* program) {
  const KeeperImage image{face};
  return error_from(exec_image(program, image, -1, false), "execute the keeper");
}

std::optional<KeeperFace> keeper_face(int argc, char** argv) {
  if (argc < 4 || std::strncmp(argv[1], kMark.data(), kMark.size()) != 0) return std::nullopt;
  KeeperFace face;
  face.directory = argv[2];
  face.title = argv[3];
  face.arguments.assign(argv + 4, argv + argc);
  std::string_view rest = std::string_view{argv[1]}.substr(kMark.size());
  while (!rest.empty()) {
    rest.remove_prefix(1);
    const std::string_view entry = rest.substr(0, rest.find(' '));
    rest.remove_prefix(entry.size());
    const auto equals = entry.find('=');
    int fd = -1;
    if (equals == std::string_view::npos ||
        std::from_chars(entry.data() + equals + 1, entry.data() + entry.size(), fd).ec != std::errc{} ||
        ::fcntl(fd, F_GETFD) < 0) {
      continue;
    }
    ::fcntl(fd, F_SETFD, FD_CLOEXEC);
    face.held.insert_or_assign(std::string{entry.substr(0, equals)}, Handle{fd});
  }
  return face;
}

}  // namespace forever
