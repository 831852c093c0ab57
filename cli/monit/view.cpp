// What the live view knows, and what keys do to it. How it looks is in monit_draw.cpp.
#include "cli/monit/view.hpp"

#include <algorithm>

namespace forever::cli {
namespace {

template <class T>
void push(std::deque<T>& samples, T sample) {
  samples.push_back(sample);
  if (samples.size() > kHistory) samples.pop_front();
}

bool lets_through(const std::string& filter, const AppLook& look) {
  const auto has = [&](const std::string& text) { return text.find(filter) != std::string::npos; };
  return filter.empty() || has(look.view.name) || has(look.view.status.app_namespace) || has(look.state);
}

void select_by(MonitView& view, std::ptrdiff_t step) {
  const auto shown = view.shown();
  if (shown.empty()) return;
  const auto at =
      std::find_if(shown.begin(), shown.end(), [&](const AppLook* look) { return look->view.name == view.selected; });
  const std::ptrdiff_t last = static_cast<std::ptrdiff_t>(shown.size()) - 1;
  const std::ptrdiff_t index = at == shown.end() ? 0 : std::clamp((at - shown.begin()) + step, std::ptrdiff_t{0}, last);
  const std::string& name = shown[static_cast<std::size_t>(index)]->view.name;
  if (name == view.selected) return;
  view.selected = name;
  view.clear_log();
}

// After the filter has changed: something that is shown is selected.
void keep_selection(MonitView& view) {
  if (view.selection() == nullptr) {
    view.selected.clear();
    view.clear_log();
    select_by(view, 0);
  }
}

void scroll_by(MonitView& view, std::ptrdiff_t lines) {
  const auto most = static_cast<std::ptrdiff_t>(view.log.empty() ? 0 : view.log.size() - 1);
  view.scrolled =
      static_cast<std::size_t>(std::clamp(static_cast<std::ptrdiff_t>(view.scrolled) + lines, std::ptrdiff_t{0}, most));
}

void type_filter(MonitView& view, const Key& key) {
  switch (key.kind) {
    case Key::Kind::text: view.filter += key.text; break;
    case Key::Kind::backspace:
      while (!view.filter.empty() && (static_cast<unsigned char>(view.filter.back()) & 0xC0U) == 0x80U)
        view.filter.pop_back();
      if (!view.filter.empty()) view.filter.pop_back();
      break;
    case Key::Kind::escape: view.filter.clear(); [[fallthrough]];
    case Key::Kind::enter: view.typing_filter = false; break;
    case Key::Kind::up: select_by(view, -1); break;
    case Key::Kind::down: select_by(view, 1); break;
    case Key::Kind::left:
    case Key::Kind::right:
    case Key::Kind::page_up:
    case Key::Kind::page_down:
    case Key::Kind::home:
    case Key::Kind::end:
    case Key::Kind::redraw: break;
  }
  keep_selection(view);
}

std::optional<MonitCommand> press_letter(MonitView& view, char letter) {
  using Kind = MonitCommand::Kind;
  const AppLook* const app = view.selection();
  switch (letter) {
    case 'q': return MonitCommand{Kind::quit, {}};
    case 'k': select_by(view, -1); return std::nullopt;
    case 'j': select_by(view, 1); return std::nullopt;
    case 'r':
      if (app != nullptr) view.asking = MonitCommand{Kind::restart, app->view.name};
      return std::nullopt;
    case 'R':
      if (app == nullptr) return std::nullopt;
      return MonitCommand{Kind::reload, app->view.name};
    case 's': {
      if (app == nullptr) return std::nullopt;
      const bool rests = app->state == "stopped" || app->state == "errored";
      if (rests) return MonitCommand{Kind::start, app->view.name};
      view.asking = MonitCommand{Kind::stop, app->view.name};
      return std::nullopt;
    }
    case 'o':
      view.log_choice = view.log_choice == LogChoice::both  ? LogChoice::out
                        : view.log_choice == LogChoice::out ? LogChoice::err
                                                            : LogChoice::both;
      view.clear_log();
      return std::nullopt;
    case '/': view.typing_filter = true; return std::nullopt;
    case '?':
    case 'h': view.helping = true; return std::nullopt;
    default: return std::nullopt;
  }
}

}  // namespace

void MonitView::take(std::vector<AppLook> now) {
  looks = std::move(now);
  std::map<std::string, History> kept;
  for (const AppLook& look : looks) {
    History& history = kept[look.view.name] = std::move(histories[look.view.name]);
    push(history.cpu, look.cpu_percent);
    push(history.memory, look.memory_bytes);
  }
  histories = std::move(kept);
  keep_selection(*this);
}

void MonitView::add_log(LogLine line) {
  log.push_back(std::move(line));
  if (scrolled > 0) ++scrolled;
  if (log.size() > kKeptLogLines) log.pop_front();
  scrolled = std::min(scrolled, log.size() - 1);
}

void MonitView::clear_log() {
  log.clear();
  ++log_epoch;
  scrolled = 0;
}

std::vector<const AppLook*> MonitView::shown() const {
  std::vector<const AppLook*> through;
  for (const AppLook& look : looks) {
    if (lets_through(filter, look)) through.push_back(&look);
  }
  return through;
}

const AppLook* MonitView::selection() const {
  for (const AppLook& look : looks) {
    if (look.view.name == selected && lets_through(filter, look)) return &look;
  }
  return nullptr;
}

std::optional<MonitCommand> press(MonitView& view, const Key& key, const TerminalSize& size) {
  if (key.kind == Key::Kind::redraw) return MonitCommand{MonitCommand::Kind::redraw, {}};
  if (view.helping) {
    view.helping = false;  // any key
    if (key.text == "q") return MonitCommand{MonitCommand::Kind::quit, {}};
    return std::nullopt;
  }
  if (view.asking) {
    auto command = std::move(view.asking);
    view.asking.reset();  // any other key: no
    return key.text == "y" || key.text == "Y" ? std::move(command) : std::nullopt;
  }
  if (view.typing_filter) {
    type_filter(view, key);
    return std::nullopt;
  }
  const std::ptrdiff_t page = std::max(size.rows / 3, 1);
  switch (key.kind) {
    case Key::Kind::text: return key.text.size() == 1 ? press_letter(view, key.text.front()) : std::nullopt;
    case Key::Kind::up: select_by(view, -1); break;
    case Key::Kind::down: select_by(view, 1); break;
    case Key::Kind::page_up: scroll_by(view, page); break;
    case Key::Kind::page_down: scroll_by(view, -page); break;
    case Key::Kind::home: scroll_by(view, static_cast<std::ptrdiff_t>(kKeptLogLines)); break;
    case Key::Kind::end: view.scrolled = 0; break;
    case Key::Kind::enter: view.zoomed = !view.zoomed; break;
    case Key::Kind::escape:
      view.zoomed = false;
      view.filter.clear();
      keep_selection(view);
      break;
    case Key::Kind::backspace:
    case Key::Kind::left:
    case Key::Kind::right:
    case Key::Kind::redraw: break;
  }
  return std::nullopt;
}

}  // namespace forever::cli
