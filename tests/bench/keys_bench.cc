// Measures what a client key adds to a request: finding the key among 200, and taking and settling
// a place in all its limits, alone and with other threads at the same key.

#include <benchmark/benchmark.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/keys/key_text.h"
#include "core/keys/ring.h"

namespace agm::keys {
namespace {

/// 200 keys with every limit, none of which is reached.
struct Shared {
  Meters meters;
  config::Config config;
  std::vector<std::string> credential;
  std::unique_ptr<Ring> ring;

  Shared() {
    config.proxy.time_zone = "UTC";
    for (int i = 0; i < 200; ++i) {
      const NewKey made = MakeKey();
      config::ClientKey key;
      key.name = "key" + std::to_string(i);
      key.id = made.id;
      key.hash = made.hash;
      key.requests_per_minute = key.tokens_per_minute = key.parallel = 1'000'000'000;
      key.budget = key.tokens = {1'000'000'000'000'000'000, 1'000'000'000'000'000'000};
      config.keys.push_back(std::move(key));
      credential = {made.key.Reveal()};
    }
    ring = std::make_unique<Ring>(config, meters);
  }
  static Shared& Get() {
    static Shared shared;
    return shared;
  }
};

void FindKey(benchmark::State& state) {
  Shared& shared = Shared::Get();
  const WallTime now = SystemClock().Wall();
  for (auto _ : state) benchmark::DoNotOptimize(shared.ring->Find(shared.credential, now));
}
BENCHMARK(FindKey);

void TakeAndSettle(benchmark::State& state) {
  Shared& shared = Shared::Get();
  const auto key = *shared.ring->Find(shared.credential, SystemClock().Wall());
  ledger::Tokens tokens;
  tokens.input = tokens.output = 1;
  tokens.known = true;
  for (auto _ : state) {
    Standing standing;
    auto place = Meter::Take(key->meter, key->limits, *key->zone, {"gemini-2.5-flash", 100, 100, 1},
                             SystemClock().Wall(), SystemClock().Now(), standing);
    if (place) place->End(tokens, {}, SystemClock().Now());
  }
}
BENCHMARK(TakeAndSettle)->Threads(1)->Threads(4)->UseRealTime();

}  // namespace
}  // namespace agm::keys
