#include "core/mock/key_troubles.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace agm::mock {
namespace {

constexpr Duration kForEver{3'600'000};

bool IsWordChar(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; }

bool HasWord(std::string_view key, std::string_view word) {
  for (std::size_t at = key.find(word); at != std::string_view::npos; at = key.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    if ((at == 0 || !IsWordChar(key[at - 1])) && (end == key.size() || !IsWordChar(key[end]))) {
      return true;
    }
  }
  return false;
}

// The number N in "-xN" or "-rN"; -1 if there is none.
int Suffix(std::string_view key, char letter) {
  for (std::size_t at = key.find('-'); at != std::string_view::npos; at = key.find('-', at + 1)) {
    if (at + 2 >= key.size() || key[at + 1] != letter) continue;
    int number = 0;
    std::size_t end = at + 2;
    while (end < key.size() && std::isdigit(static_cast<unsigned char>(key[end])) != 0 &&
           number < 100'000'000) {
      number = number * 10 + (key[end++] - '0');
    }
    if (end > at + 2 && (end == key.size() || !IsWordChar(key[end]))) return number;
  }
  return -1;
}

bool ConcernsCredential(std::string_view name) {
  static constexpr std::string_view kNames[] = {
      "key-invalid",      "key-expired", "unauthenticated",  "leaked",  "suspended",
      "service-disabled", "key-blocked", "billing-disabled", "location"};
  return std::ranges::count(kNames, name) > 0;
}

struct Behaviour {
  std::string_view word;
  void (*apply)(Fault& fault);
};

constexpr std::array kBehaviours = {
    Behaviour{"hang", [](Fault& fault) { fault.delivery.hang = kForEver; }},
    Behaviour{"close", [](Fault& fault) { fault.delivery.refuse = true; }},
    Behaviour{"cut", [](Fault& fault) { fault.cut_after_events = 2; }},
    Behaviour{"stall",
              [](Fault& fault) {
                fault.stall_after_events = 2;
                fault.stall = kForEver;
              }},
    Behaviour{"slow",
              [](Fault& fault) {
                fault.delivery.write_bytes = 16;
                fault.delivery.write_pause = Duration(20);
              }},
    Behaviour{"split", [](Fault& fault) { fault.delivery.write_bytes = 1; }},
    Behaviour{"garbage", [](Fault& fault) { fault.body = "{\"candidates\":[{\"cont"; }},
    Behaviour{"empty", [](Fault& fault) { fault.empty = true; }},
    Behaviour{"no-finish", [](Fault& fault) { fault.finish = ""; }},
    Behaviour{"blocked", [](Fault& fault) { fault.block = "PROHIBITED_CONTENT"; }},
};

std::string_view TroubleInKey(std::string_view key) {
  for (const TroubleName& trouble : TroubleNames()) {
    if (HasWord(key, trouble.name)) return trouble.name;
  }
  if (HasWord(key, "invalid")) return "key-invalid";
  if (HasWord(key, "expired")) return "key-expired";
  return {};
}

std::optional<Fault> FaultInKey(const Occasion& occasion) {
  Fault fault;
  const std::string_view name = TroubleInKey(occasion.key);
  if (!name.empty() && (ConcernsCredential(name) || occasion.is_call())) {
    const int seconds = Suffix(occasion.key, 'r');
    const std::string retry = seconds < 0 ? "" : fmt::format("{}s", seconds);
    fault.error = MakeTrouble(name, occasion.model, retry);
    return fault;
  }
  if (!occasion.is_call()) return std::nullopt;
  for (const Behaviour& behaviour : kBehaviours) {
    if (!HasWord(occasion.key, behaviour.word)) continue;
    behaviour.apply(fault);
    return fault;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Fault> KeyTroubles::Match(const Occasion& occasion) {
  auto fault = FaultInKey(occasion);
  const int times = Suffix(occasion.key, 'x');
  if (!fault || times < 0) return fault;
  int& done = done_[std::string(occasion.key)];
  if (done >= times) return std::nullopt;
  ++done;
  return fault;
}

}  // namespace agm::mock
