#include <array>
#include <functional>

#include "core/base/json.h"
#include "core/mock/script.h"

namespace agm::mock {
namespace {

Error Wrong(std::string_view where, std::string_view what) {
  return Fail(ErrorCode::kConfig, "script: {}: {}", where, what);
}

constexpr std::string_view kGarbage = R"({"candidates":[{"content":{"parts":[{"te)";

}  // namespace

/// Reads one script; `where_` is the path of the current member.
class ScriptReader {
 public:
  Result<Script> Run(const Json& root) {
    if (!root.is_object()) return Wrong("the whole", "expected an object with \"steps\"");
    for (const auto& [name, value] : root.items()) {
      if (name != "steps") return Wrong(name, "no such member; expected \"steps\"");
      if (!value.is_array()) return Wrong("steps", "expected an array");
      for (std::size_t i = 0; i < value.size(); ++i) {
        where_ = fmt::format("steps[{}]", i);
        if (!ReadStep(value[i])) return Wrong(where_, problem_);
      }
    }
    return std::move(script_);
  }

 private:
  using Visit = std::function<bool(const std::string& name, const Json& value)>;

  bool Bad(std::string problem) {
    problem_ = std::move(problem);
    return false;
  }

  // Visits the members of an object; the visitor refuses unknown ones.
  bool Members(const Json& object, const Visit& visit) {
    if (!object.is_object()) return Bad("expected an object");
    const std::string outer = where_;
    for (const auto& [name, value] : object.items()) {
      where_ = outer + "." + name;
      if (!visit(name, value)) return false;
    }
    where_ = outer;
    return true;
  }

  bool Read(const Json& value, std::string& out) {
    if (!value.is_string()) return Bad("expected a string");
    out = value.get<std::string>();
    return true;
  }
  bool Read(const Json& value, std::optional<std::string>& out) {
    out.emplace();
    return Read(value, *out);
  }
  bool Read(const Json& value, int& out) {
    if (!value.is_number_integer() || value.get<std::int64_t>() < 0 ||
        value.get<std::int64_t>() > 1'000'000'000) {
      return Bad("expected a whole number, 0 or more");
    }
    out = value.get<int>();
    return true;
  }
  bool Read(const Json& value, std::optional<int>& out) {
    out.emplace();
    return Read(value, *out);
  }
  bool Read(const Json& value, std::size_t& out) {
    int number = 0;
    if (!Read(value, number)) return false;
    out = static_cast<std::size_t>(number);
    return true;
  }
  bool Read(const Json& value, Duration& out) {
    int number = 0;
    if (!Read(value, number)) return false;
    out = Duration(number);
    return true;
  }
  bool Read(const Json& value, std::optional<Duration>& out) {
    out.emplace();
    return Read(value, *out);
  }
  bool Read(const Json& value, bool& out) {
    if (!value.is_boolean()) return Bad("expected true or false");
    out = value.get<bool>();
    return true;
  }

  bool ReadStep(const Json& value) {
    Script::Step step;
    const bool good = Members(value, [&](const std::string& name, const Json& member) {
      if (name == "match") return ReadMatch(member, step);
      if (name == "times") return Read(member, step.times);
      if (name == "do") return ReadDo(member, step);
      return Bad("no such member; expected match, times or do");
    });
    if (good) script_.steps_.push_back(std::move(step));
    return good;
  }

  bool ReadMatch(const Json& value, Script::Step& step) {
    return Members(value, [&](const std::string& name, const Json& member) {
      if (name == "key") return Read(member, step.key);
      if (name == "text") return Read(member, step.text);
      if (name == "model") return Read(member, step.model);
      if (name == "method") return Read(member, step.method);
      if (name == "nth") return Read(member, step.nth);
      return Bad("no such member; expected key, text, model, method or nth");
    });
  }

  bool ReadDo(const Json& value, Script::Step& step) {
    return Members(value, [&](const std::string& name, const Json& member) {
      if (name == "error") return ReadTrouble(member, step);
      if (name == "retry") return Read(member, step.retry);
      if (name == "message") return Read(member, step.message);
      if (name == "status") return Read(member, step.status);
      Fault& fault = step.fault;
      return ReadInstead(name, member, fault) ||
             (problem_.empty() && ReadWire(name, member, fault)) ||
             (problem_.empty() && ReadAnswer(name, member, fault)) ||
             (problem_.empty() && Bad("no such member; agm mock --help lists them"));
    });
  }

  bool ReadTrouble(const Json& value, Script::Step& step) {
    if (!Read(value, step.error)) return false;
    if (MakeTrouble(step.error, "")) return true;
    return Bad(
        fmt::format("no error class is called \"{}\"; agm mock --help lists them", step.error));
  }

  bool ReadInstead(const std::string& name, const Json& value, Fault& fault) {
    if (name == "body") return Read(value, fault.body);
    if (name == "content_type") return Read(value, fault.content_type);
    if (name == "headers") return ReadHeaders(value, fault);
    if (name == "garbage") {
      bool on = false;
      if (!Read(value, on)) return false;
      if (on) fault.body = kGarbage;
      return true;
    }
    if (name == "html") {
      int status = 0;
      if (!Read(value, status)) return false;
      fault.error = HtmlPage(status);
      return true;
    }
    return false;
  }

  bool ReadHeaders(const Json& value, Fault& fault) {
    return Members(value, [&](const std::string& name, const Json& member) {
      return Read(member, fault.headers.emplace_back(name, "").second);
    });
  }

  bool ReadWire(const std::string& name, const Json& value, Fault& fault) {
    Delivery& delivery = fault.delivery;
    if (name == "hang_ms") return Read(value, delivery.hang);
    if (name == "close") return Read(value, delivery.refuse);
    if (name == "reset") return Read(value, delivery.reset);
    if (name == "cut_after_bytes") return Read(value, delivery.cut_after);
    if (name == "split") return Read(value, delivery.write_bytes);
    if (name == "slow_ms") return Read(value, delivery.write_pause);
    if (name == "cut_after_events") return Read(value, fault.cut_after_events);
    if (name == "fail_after_events") return Read(value, fault.fail_after_events);
    if (name == "raw") return Read(value, fault.raw_error);
    if (name == "stall_after_events") return Read(value, fault.stall_after_events);
    if (name == "stall_ms") return Read(value, fault.stall);
    return false;
  }

  bool ReadAnswer(const std::string& name, const Json& value, Fault& fault) {
    if (name == "text") return Read(value, fault.text);
    if (name == "words") return Read(value, fault.words);
    if (name == "empty") return Read(value, fault.empty);
    if (name == "finish") return Read(value, fault.finish);
    if (name == "block") return Read(value, fault.block);
    if (name == "pace_ms") return Read(value, fault.pace);
    if (name == "odd") return Read(value, fault.odd.emplace_back());
    return false;
  }

  Script script_;
  std::string where_;
  std::string problem_;
};

Result<Script> Script::Read(std::string_view json) {
  if (json.empty()) return Script{};
  auto root = ParseJson(json);
  if (!root) return Wrong("not read", root.error().message);
  return ScriptReader().Run(*root);
}

}  // namespace agm::mock
