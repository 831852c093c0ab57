// What follows from the kind and the field of a setting: taking a value, showing it, comparing it with the usual one.
#include "app/settings/setting.hpp"

#include <algorithm>
#include <cstdio>
#include <limits>

#include "app/name.hpp"
#include "platform/signals.hpp"
#include "text/number.hpp"
#include "text/split.hpp"
#include "text/units.hpp"

namespace forever {
namespace {

const AppSpec& usual_spec() {
  static const AppSpec usual;
  return usual;
}

// What the accessor finds is not changed.
template <class T>
const T& value_in(In<T> field, const AppSpec& spec) {
  return field(const_cast<AppSpec&>(spec));
}

std::string listed(std::span<const std::string_view> words) {
  std::string list;
  for (const std::string_view word : words) list.append(list.empty() ? "" : ", ").append(word);
  return list;
}

class Taking {
 public:
  Taking(const Setting& setting, AppSpec& spec, std::span<const std::string> values)
      : setting_(setting), spec_(spec), values_(values) {}

  Fault operator()(In<bool> field) {
    field(spec_) = !value_in(field, usual_spec());
    return {};
  }
  Fault operator()(In<std::string> field) {
    const std::string& value = values_.back();
    const ValueKind kind = setting_.option.kind;
    if (value.empty() && kind != ValueKind::command && kind != ValueKind::name) return "is empty";
    if (kind == ValueKind::name) {
      if (auto fault = fault_in_name(value)) return "cannot be a name: " + *fault;
    }
    field(spec_) = value;
    return {};
  }
  Fault operator()(In<std::vector<std::string>> field) {
    std::vector<std::string>& list = field(spec_);
    list.clear();
    if (setting_.option.kind == ValueKind::words) {
      for (const std::string_view word : split_words(values_.back(), ' ')) {
        if (!word.empty()) list.emplace_back(word);
      }
      return list.empty() ? Fault{"is empty"} : Fault{};
    }
    list.assign(values_.begin(), values_.end());
    return list.back().empty() ? Fault{"is empty"} : Fault{};
  }
  Fault operator()(In<std::vector<int>> field) {
    std::vector<int> numbers;
    for (const std::string_view word : split_words(values_.back(), ',')) {
      const auto number = whole_number<int>(word);
      if (!number || *number < setting_.least || *number > most(std::numeric_limits<int>::max())) {
        numbers.clear();
        break;
      }
      numbers.push_back(*number);
    }
    if (numbers.empty()) return "is not a list of whole numbers" + range(most(std::numeric_limits<int>::max()));
    field(spec_) = std::move(numbers);
    return {};
  }
  Fault operator()(In<Milliseconds> field) {
    Milliseconds time{0};
    if (Fault fault = take_duration(time, values_.back())) return fault;
    if (time.count() < setting_.least)
      return setting_.least == 1 ? "must be more than 0"
                                 : "must be at least " + format_duration(Milliseconds{setting_.least});
    if (time.count() > most(std::numeric_limits<std::int64_t>::max()))
      return "must be at most " + format_duration(Milliseconds{setting_.most});
    field(spec_) = time;
    return {};
  }
  Fault operator()(In<std::uint64_t> field) {
    return setting_.option.kind == ValueKind::size ? take_size(field(spec_), values_.back()) : count(field(spec_));
  }
  Fault operator()(In<std::uint32_t> field) { return count(field(spec_)); }
  Fault operator()(In<std::uint16_t> field) { return count(field(spec_)); }
  Fault operator()(In<int> field) {
    if (setting_.option.kind != ValueKind::signal) return count(field(spec_));
    const auto signal = signal_from_name(values_.back());
    if (!signal) return "is not a signal; try TERM, INT, QUIT, HUP or a number";
    field(spec_) = *signal;
    return {};
  }
  Fault operator()(In<std::optional<std::uint32_t>> field) { return count(field(spec_).emplace()); }
  Fault operator()(In<std::optional<int>> field) { return count(field(spec_).emplace()); }
  Fault operator()(In<double> field) {
    const auto number = whole_number<double>(values_.back());
    const auto largest = static_cast<double>(most(std::numeric_limits<std::int32_t>::max()));
    if (!number || !(*number >= static_cast<double>(setting_.least)) || *number > largest)
      return "is not a number" + range(static_cast<std::int64_t>(largest));
    field(spec_) = *number;
    return {};
  }
  Fault operator()(const InEnum& field) {
    const auto allowed = words_of(setting_);
    const std::string& value = values_.back();
    const auto place = std::find(field.words.begin(), field.words.end(), value);
    if (place == field.words.end() || std::find(allowed.begin(), allowed.end(), value) == allowed.end())
      return "must be one of " + listed(allowed);
    field.set(spec_, static_cast<std::size_t>(place - field.words.begin()));
    return {};
  }

 private:
  [[nodiscard]] std::int64_t most(std::int64_t of_field) const noexcept {
    return setting_.most < 0 ? of_field : setting_.most;
  }
  [[nodiscard]] std::string range(std::int64_t largest) const {
    return " from " + std::to_string(setting_.least) + " to " + std::to_string(largest);
  }
  template <class Number>
  Fault count(Number& into) {
    constexpr auto kLargest = std::numeric_limits<Number>::max();
    const std::int64_t largest = most(std::in_range<std::int64_t>(kLargest) ? static_cast<std::int64_t>(kLargest)
                                                                            : std::numeric_limits<std::int64_t>::max());
    const auto number = whole_number<std::int64_t>(values_.back());
    if (!number || *number < setting_.least || *number > largest) return "is not a whole number" + range(largest);
    into = static_cast<Number>(*number);
    return {};
  }

  const Setting& setting_;
  AppSpec& spec_;
  std::span<const std::string> values_;
};

class Showing {
 public:
  Showing(const Setting& setting, const AppSpec& spec) : setting_(setting), spec_(spec) {}

  std::string operator()(In<bool> field) { return value_in(field, spec_) ? "yes" : "no"; }
  std::string operator()(In<std::string> field) { return value_in(field, spec_); }
  std::string operator()(In<std::vector<std::string>> field) {
    std::string text;
    for (const std::string& word : value_in(field, spec_)) text += (text.empty() ? "" : " ") + word;
    return text;
  }
  std::string operator()(In<std::vector<int>> field) {
    std::string text;
    for (const int number : value_in(field, spec_)) text += (text.empty() ? "" : ",") + std::to_string(number);
    return text;
  }
  std::string operator()(In<Milliseconds> field) { return format_duration(value_in(field, spec_)); }
  std::string operator()(In<std::uint64_t> field) {
    const std::uint64_t number = value_in(field, spec_);
    return setting_.option.kind == ValueKind::size ? format_size(number) : std::to_string(number);
  }
  std::string operator()(In<std::uint32_t> field) {
    if (setting_.option.kind == ValueKind::mode) {
      char text[16];
      std::snprintf(text, sizeof text, "%04o", value_in(field, spec_));
      return text;
    }
    return std::to_string(value_in(field, spec_)) + (setting_.option.kind == ValueKind::percent ? "%" : "");
  }
  std::string operator()(In<std::uint16_t> field) { return std::to_string(value_in(field, spec_)); }
  std::string operator()(In<int> field) {
    const int number = value_in(field, spec_);
    return setting_.option.kind == ValueKind::signal ? signal_name(number) : std::to_string(number);
  }
  std::string operator()(In<std::optional<std::uint32_t>> field) { return of_optional(value_in(field, spec_)); }
  std::string operator()(In<std::optional<int>> field) { return of_optional(value_in(field, spec_)); }
  std::string operator()(In<double> field) {
    char text[32];
    std::snprintf(text, sizeof text, "%g", value_in(field, spec_));
    return text;
  }
  std::string operator()(const InEnum& field) { return std::string{field.words[field.get(spec_)]}; }

 private:
  template <class Number>
  static std::string of_optional(const std::optional<Number>& number) {
    return number ? std::to_string(*number) : std::string{};
  }

  const Setting& setting_;
  const AppSpec& spec_;
};

}  // namespace

std::string with_home(ValueKind kind, const std::string& value, const std::string& home) {
  const auto expanded = [&](const std::string& path) {
    return !home.empty() && (path == "~" || path.starts_with("~/")) ? home + path.substr(1) : path;
  };
  if (kind == ValueKind::directory || kind == ValueKind::file || kind == ValueKind::log) return expanded(value);
  if (kind != ValueKind::words || value.find('~') == std::string::npos) return value;
  std::string words;
  for (const std::string_view word : split_words(value, ' ')) {
    if (!word.empty()) words += (words.empty() ? "" : " ") + expanded(std::string{word});
  }
  return words;
}

std::string_view long_name(std::string_view names) { return names.substr(names.rfind(',') + 1); }

std::string key_of(const Setting& setting) {
  std::string key{long_name(setting.option.names).substr(2)};
  std::replace(key.begin(), key.end(), '-', '_');
  return key;
}

const Setting* find_setting(std::string_view name) {
  const auto same = [](char a, char b) { return a == b || (a == '-' && b == '_'); };
  for (const SettingGroup* group : setting_groups()) {
    for (const Setting& setting : group->settings) {
      const std::string_view own = long_name(setting.option.names).substr(2);
      if (std::equal(own.begin(), own.end(), name.begin(), name.end(), same)) return &setting;
    }
  }
  return nullptr;
}

std::span<const std::string_view> words_of(const Setting& setting) {
  if (!setting.option.words.empty()) return setting.option.words;
  const auto* const field = std::get_if<InEnum>(&setting.field);
  return field != nullptr ? field->words : std::span<const std::string_view>{};
}

Fault set_values(const Setting& setting, AppSpec& spec, std::span<const std::string> values) {
  if (setting.take != nullptr) return setting.take(spec, values);
  return std::visit(Taking{setting, spec, values}, setting.field);
}

std::string value_text(const Setting& setting, const AppSpec& spec) {
  return std::visit(Showing{setting, spec}, setting.field);
}

bool is_usual(const Setting& setting, const AppSpec& spec) {
  return std::visit(
      [&]<class Kind>(const Kind& field) {
        if constexpr (std::is_same_v<Kind, InEnum>)
          return field.get(spec) == field.get(usual_spec());
        else
          return value_in(field, spec) == value_in(field, usual_spec());
      },
      setting.field);
}

Fault GivenSettings::add(const Setting& setting, std::string value) {
  auto given = std::find_if(given_.begin(), given_.end(), [&](const Given& one) { return one.setting == &setting; });
  if (given == given_.end()) given = given_.insert(given_.end(), Given{&setting, {}});
  given->values.push_back(std::move(value));
  AppSpec scratch;
  return set_values(setting, scratch, given->values);
}

std::span<const std::string> GivenSettings::values(std::string_view name) const {
  const Setting* const setting = find_setting(name);
  for (const Given& one : given_) {
    if (one.setting == setting) return one.values;
  }
  return {};
}

bool GivenSettings::has(std::string_view name) const { return !values(name).empty(); }

void GivenSettings::lay_over(AppSpec& spec) const {
  for_each_setting([&](const Setting& setting) {
    for (const Given& one : given_) {
      if (one.setting == &setting) (void)set_values(setting, spec, one.values);
    }
  });
}

}  // namespace forever
