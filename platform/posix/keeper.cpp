// The keeper's loop: hold, reap, forward, and fork a new supervisor when one dies.
#include "platform/keeper.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <deque>
#include <utility>

#include "platform/event_loop.hpp"
#include "platform/files.hpp"
#include "platform/pipe.hpp"
#include "platform/posix/keeper_link.hpp"
#include "platform/posix/sys.hpp"

namespace forever {
namespace {

using SupervisorBody = std::function<int(Inheritance&&, const KeeperFace&)>;

constexpr std::array<int, 4> kSignals = {SIGTERM, SIGINT, SIGHUP, SIGQUIT};
constexpr std::uint64_t kLinkToken = 1;
constexpr Milliseconds kRecordsRetry{100};
constexpr std::string_view kRecords = "records";  // held: the read end of a pipe
constexpr std::size_t kMostRecordsCarried = 512;  // fewer than a pipe takes at once
constexpr Milliseconds kRecordsPatience{1000};
constexpr std::size_t kRecordsUnderWay = 64;  // sent and not yet acknowledged; bounds the socket's queue

// Many apps that are started in a row must not wait for one another's place on the disk; a power cut within this time
// loses what the file system would hold back for longer.
constexpr Milliseconds kSyncDelay{500};

class Keeper {
 public:
  Keeper(KeeperFace&& face, char** argv, const SupervisorBody& body, const Respawn& respawn)
      : face_(std::move(face)), argv_(argv), body_(body), respawn_(respawn) {}

  int run() {
    ::umask(077);
    become_subreaper();
    take_records();
    set_process_title(argv_, face_.title + " (keeper)");
    for (;;) {
      if (!loop_ && !open_loop()) {
        (void)fork_later();
        if (ended_) return 1;
        rest();
        continue;
      }
      if (supervisor_.pid == 0 && !fork_due_) {
        if (!program_.empty()) go_on_in(std::exchange(program_, {}));
        if (fork_supervisor() == Side::supervisor) return body_(std::move(*inheritance_), face_);
      }
      for (const LoopEvent& event : loop_->wait(next_deadline())) handle(event);
      if (records_due_ && steady_now() >= *records_due_) send_records();
      if (sync_due_ && (ended_ || steady_now() >= *sync_due_)) sync();
      if (ended_) return 0;
      if (fork_due_ && steady_now() >= *fork_due_) fork_due_.reset();
    }
  }

 private:
  enum class Side : unsigned char { keeper, supervisor };
  struct Kept {
    ExitRecord record;
    bool sent = false;
  };

  [[nodiscard]] std::optional<Time> next_deadline() const {
    std::optional<Time> soonest;
    for (const auto& due : {fork_due_, sync_due_, records_due_}) {
      if (due && (!soonest || *due < *soonest)) soonest = due;
    }
    return soonest;
  }

  // Without a loop there is nothing to wait with but the clock. Who took a dead keeper's place blocks its signals by now.
  void rest() {
    const auto left = std::chrono::ceil<Milliseconds>(*fork_due_ - steady_now());
    (void)sys::poll(nullptr, nfds_t{0}, static_cast<int>(std::max(left, Milliseconds{0}).count()));
    fork_due_.reset();
  }

  bool open_loop() {
    auto made = EventLoop::create(kSignals);
    if (!made) return false;
    loop_.emplace(std::move(*made));
    // Children that ended before this image began (a supervisor that took a dead keeper's place) raise no signal any more.
    std::vector<LoopEvent> ended;
    loop_->collect_children(ended);
    for (const LoopEvent& event : ended) handle(event);
    return true;
  }

  Side fork_supervisor() {
    std::array<int, 2> ends{};
    if (FOREVER_SYS(socketpair, -1, AF_UNIX, kKeeperSocketType, 0, ends.data()) != 0) return fork_later();
    Handle ours{ends[0]};
    Handle theirs{ends[1]};
    for (const int end : ends) ::fcntl(end, F_SETFD, FD_CLOEXEC);
    if (!loop_->watch_readable(ours.get(), kLinkToken)) return fork_later();
    const Pid keeper = current_pid();
    const pid_t pid = FOREVER_SYS(fork, -1);
    if (pid < 0) {
      loop_->unwatch(ours.get());
      return fork_later();
    }
    if (pid == 0) {
      loop_.reset();
      ours.reset();
      set_process_title(argv_, face_.title);
      Inheritance inheritance{KeeperLink{std::move(theirs), keeper}, std::move(face_.held), generation_};
      inheritance_.emplace(std::move(inheritance));
      return Side::supervisor;
    }
    ++generation_;
    supervisor_ = identify(pid).value_or(ProcessId{pid, 0});
    born_ = steady_now();
    link_ = std::move(ours);
    for (Kept& kept : records_) kept.sent = false;
    send_records();
    if (pending_signal_ != 0) pass_on(std::exchange(pending_signal_, 0));
    return Side::keeper;
  }

  Side fork_later() {
    const Milliseconds delay = respawn_.delay(++failures_);
    // No supervisor was ever started, and a command waits for the start report: the end of this process is its failure.
    if (generation_ == 0 && delay > Milliseconds{0} && face_.held.contains("report")) ended_ = true;
    fork_due_ = steady_now() + std::max(delay, Milliseconds{1});
    return Side::keeper;
  }

  void handle(const LoopEvent& event) {
    switch (event.kind) {
      case LoopEvent::Kind::readable: read_link(); break;
      case LoopEvent::Kind::signal: pass_on(event.signal); break;
      case LoopEvent::Kind::child_exited:
        if (event.child.pid == supervisor_.pid) {
          supervisor_ended();
        } else {
          keep(ExitRecord{event.child, event.status});
        }
        break;
      case LoopEvent::Kind::writable:
      case LoopEvent::Kind::child_stopped:
      case LoopEvent::Kind::process_gone: break;
    }
  }

  void read_link() {
    if (!link_) return;
    KeeperMessage message;
    for (;;) {
      switch (receive_keeper_message(link_.get(), message)) {
        case KeeperMessageState::nothing: return;
        case KeeperMessageState::closed:
          // The wait status reports the supervisor's death; the link carries no further information.
          loop_->unwatch(link_.get());
          link_.reset();
          return;
        case KeeperMessageState::message: obey(message); break;
      }
    }
  }

  void obey(KeeperMessage& message) {
    switch (message.verb) {
      case KeeperVerb::hold:
        if (message.attached) face_.held.insert_or_assign(message.body, std::move(message.attached));
        break;
      case KeeperVerb::drop:
        if (const auto found = face_.held.find(message.body); found != face_.held.end()) face_.held.erase(found);
        break;
      case KeeperVerb::finish:
        finishing_ = true;
        (void)send_keeper_message(link_.get(), KeeperVerb::finish, {}).ok();
        break;
      case KeeperVerb::sync:
        sync_path_ = message.body;
        sync_due_ = steady_now() + kSyncDelay;
        break;
      case KeeperVerb::acknowledge:
        for (const ExitRecord& record : decode_records(message.body)) {
          std::erase_if(records_, [&](const Kept& kept) { return kept.record.id == record.id; });
          send_records();
        }
        break;
      case KeeperVerb::go_on_in: program_ = message.body; break;
      case KeeperVerb::record:
      case KeeperVerb::launch:
      case KeeperVerb::become:
      case KeeperVerb::launched: break;
    }
  }

  // The same keeper in another binary: it keeps its descriptors and its children; unacknowledged records go through a pipe.
  // Returns if this fails.
  void go_on_in(const std::string& program) {
    if (sync_due_) sync();
    auto pipe = make_pipe();
    if (!pipe || records_.size() > kMostRecordsCarried) return;
    std::string text;
    for (const Kept& kept : records_) text += encode_record(kept.record);
    write_message(pipe->write.get(), text);
    pipe->write.reset();
    face_.held.insert_or_assign(std::string{kRecords}, std::move(pipe->read));
    (void)become_keeper(face_, program.c_str());
    face_.held.erase(face_.held.find(kRecords));
  }

  // What this keeper was before it went on in this binary; it had a supervisor already.
  void take_records() {
    const auto node = face_.held.extract(std::string{kRecords});
    if (node.empty()) return;
    generation_ = 1;
    for (const ExitRecord& record : decode_records(read_to_end(node.mapped().get(), kRecordsPatience)))
      records_.push_back({record});
  }

  void sync() {
    sync_due_.reset();
    (void)sync_file(sync_path_).ok();
  }

  void keep(const ExitRecord& record) {
    records_.push_back({record});
    send_records();
  }

  // Sends what the supervisor has not seen, as much as may be under way; each acknowledgement makes room.
  void send_records() {
    records_due_.reset();
    if (!link_) return;
    std::size_t under_way = 0;
    for (Kept& kept : records_) {
      if (++under_way > kRecordsUnderWay) return;
      if (kept.sent) continue;
      kept.sent = send_keeper_message(link_.get(), KeeperVerb::record, encode_record(kept.record)).ok();
      if (kept.sent) continue;
      records_due_ = steady_now() + kRecordsRetry;
      return;
    }
  }

  void pass_on(int signal) {
    if (supervisor_.pid != 0) {
      (void)send_signal(supervisor_, signal).ok();
    } else {
      pending_signal_ = signal;
    }
  }

  void supervisor_ended() {
    read_link();  // what it said last, `finish` above all, may still wait there
    if (link_) {
      loop_->unwatch(link_.get());
      link_.reset();
    }
    supervisor_ = {};
    if (finishing_) {
      ended_ = true;
      return;
    }
    if (steady_now() - born_ >= respawn_.long_enough) failures_ = 0;
    fork_later();
  }

  KeeperFace face_;
  char** argv_;
  const SupervisorBody& body_;
  const Respawn& respawn_;
  std::optional<EventLoop> loop_;
  Handle link_;
  std::optional<Inheritance> inheritance_;  // filled in the supervisor only
  ProcessId supervisor_;
  Time born_{};
  unsigned generation_ = 0;
  std::uint32_t failures_ = 0;  // deaths in a row
  std::optional<Time> fork_due_;
  std::optional<Time> sync_due_;
  std::optional<Time> records_due_;  // some could not be sent
  std::string sync_path_;
  std::string program_;  // in which to go on
  std::deque<Kept> records_;
  int pending_signal_ = 0;
  bool finishing_ = false;
  bool ended_ = false;
};

}  // namespace

int run_keeper(KeeperFace face, char** argv, const SupervisorBody& supervisor, const Respawn& respawn) {
  return Keeper{std::move(face), argv, supervisor, respawn}.run();
}

}  // namespace forever
