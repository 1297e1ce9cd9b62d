#include "core/accounts/credentials.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>
#include <unordered_map>
#include <utility>

#include "core/accounts/member.h"
#include "core/accounts/token_source.h"

namespace agm::accounts {
namespace {

using namespace std::chrono_literals;
using upstream::Failure;
using upstream::Trouble;

constexpr Duration kPatience = 20s;       // time limit for the token endpoint
constexpr Duration kRenewBefore = 5min;   // renew a token this long before it expires
constexpr Duration kUselessBefore = 10s;  // do not use a token this long before it expires
constexpr Duration kRenewEvery = 30s;     // interval of attempts while renewing fails
constexpr Duration kSlice = 100ms;        // how soon a disconnected client is noticed
constexpr std::size_t kMostKept = 4096;

bool UsesTokens(const config::Account& account) {
  return account.api_key.empty() &&
         (!account.service_account.empty() || !account.refresh_token.empty());
}

class Stop : public Cancellation {
 public:
  bool Cancelled() const override { return stopped_; }
  void Now() { stopped_ = true; }

 private:
  std::atomic<bool> stopped_{false};
};

/// A cached token, or one that is being fetched, or the failure to fetch it.
struct Kept {
  Secret token;
  TimePoint expires{};
  WallTime expires_on{};  // the monotonic clock stops while the machine sleeps
  std::optional<Failure> failure;
  int fetches = 0;  // number of finished fetches
  bool fetching = false;
  TimePoint began{};  // of the latest fetch
  std::thread worker;

  Duration Left(TimePoint now, WallTime wall) const {
    if (token.empty()) return Duration{0};
    return std::min(agm::Left(now, expires), std::max<Duration>(expires_on - wall, Duration{0}));
  }
};

}  // namespace

class Credentials::Tokens {
 public:
  Tokens(http::Transport& transport, Clock& clock, std::string token_url)
      : transport_(transport), clock_(clock), token_url_(std::move(token_url)) {}
  ~Tokens();

  std::variant<Secret, Failure> Get(const config::Account& account, TimePoint deadline,
                                    const Cancellation& cancellation);
  void Prepare(const config::Account& account);
  void Forget(const config::Account& account, const Secret& token);
  void UseProxy(std::string proxy);

 private:
  using Entries = std::unordered_map<std::string, std::shared_ptr<Kept>>;

  std::shared_ptr<Kept> Find(const std::string& key);                             // needs mutex_
  void Begin(const std::shared_ptr<Kept>& kept, const config::Account& account);  // needs mutex_
  void Fetch(const std::shared_ptr<Kept>& kept, const config::Account& account,
             const std::string& proxy);

  http::Transport& transport_;
  Clock& clock_;
  const std::string token_url_;
  Stop stop_;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::string proxy_;
  Entries entries_;
};

Credentials::Tokens::~Tokens() {
  stop_.Now();
  Entries entries;
  {
    std::lock_guard lock(mutex_);
    entries.swap(entries_);
  }
  for (auto& [key, kept] : entries) {
    if (kept->worker.joinable()) kept->worker.join();
  }
}

std::shared_ptr<Kept> Credentials::Tokens::Find(const std::string& key) {
  if (entries_.size() > kMostKept) {  // drops credentials that were replaced long ago
    std::erase_if(entries_, [](const auto& entry) {
      Kept& old = *entry.second;
      if (old.fetching) return false;
      if (old.worker.joinable()) old.worker.join();
      return true;
    });
  }
  auto& kept = entries_[key];
  if (!kept) kept = std::make_shared<Kept>();
  return kept;
}

void Credentials::Tokens::Begin(const std::shared_ptr<Kept>& kept, const config::Account& account) {
  if (std::exchange(kept->fetching, true)) return;
  kept->began = clock_.Now();
  if (kept->worker.joinable()) kept->worker.join();  // it has finished, because fetching is false
  kept->worker =
      std::thread([this, kept, account, proxy = proxy_] { Fetch(kept, account, proxy); });
}

void Credentials::Tokens::Fetch(const std::shared_ptr<Kept>& kept, const config::Account& account,
                                const std::string& proxy) {
  auto answer = AskForToken(transport_, account,
                            {token_url_, proxy, clock_.Now() + kPatience, clock_.Wall()}, stop_);
  std::lock_guard lock(mutex_);
  if (auto* token = std::get_if<Token>(&answer)) {
    kept->token = std::move(token->text);
    kept->expires = clock_.Now() + token->lifetime;
    kept->expires_on = clock_.Wall() + token->lifetime;
    kept->failure.reset();
  } else {
    kept->failure = std::get<Failure>(std::move(answer));
  }
  kept->fetching = false;
  ++kept->fetches;
  changed_.notify_all();
}

std::variant<Secret, Failure> Credentials::Tokens::Get(const config::Account& account,
                                                       TimePoint deadline,
                                                       const Cancellation& cancellation) {
  const std::string key = Fingerprint(account);
  std::optional<int> awaited;  // the fetch that this call waits for
  while (!cancellation.Cancelled()) {
    std::unique_lock lock(mutex_);
    const std::shared_ptr<Kept> kept = Find(key);
    const TimePoint now = clock_.Now();
    const Duration left = kept->Left(now, clock_.Wall());
    if (left > kUselessBefore) {
      if (left < kRenewBefore && now - kept->began >= kRenewEvery) Begin(kept, account);
      return kept->token;
    }
    if (awaited && kept->fetches > *awaited) {
      if (kept->failure) return *kept->failure;
      awaited.reset();  // the new token has been refused meanwhile
    }
    if (now >= deadline) {
      return upstream::ClassifyTransport(
          Fail(ErrorCode::kTimeout, "no token came before the request's time was over"));
    }
    if (!awaited) awaited = kept->fetches;
    Begin(kept, account);
    clock_.Wait(changed_, lock, std::min(Left(now, deadline), kSlice));
  }
  return upstream::ClassifyTransport(Fail(ErrorCode::kCancelled, "the client went away"));
}

void Credentials::Tokens::Prepare(const config::Account& account) {
  const std::string key = Fingerprint(account);
  std::lock_guard lock(mutex_);
  const std::shared_ptr<Kept> kept = Find(key);
  if (kept->fetches == 0) Begin(kept, account);
}

void Credentials::Tokens::Forget(const config::Account& account, const Secret& token) {
  const std::string key = Fingerprint(account);
  std::lock_guard lock(mutex_);
  const auto found = entries_.find(key);
  if (found != entries_.end() && found->second->token == token) found->second->token = Secret();
}

void Credentials::Tokens::UseProxy(std::string proxy) {
  std::lock_guard lock(mutex_);
  proxy_ = std::move(proxy);
}

Credentials::Credentials(http::Transport& transport, Clock& clock, std::string token_url)
    : tokens_(std::make_unique<Tokens>(transport, clock, std::move(token_url))) {}

Credentials::~Credentials() = default;

std::variant<Secret, Failure> Credentials::For(const config::Account& account, TimePoint deadline,
                                               const Cancellation& cancellation) {
  if (!account.api_key.empty()) return account.api_key;
  if (UsesTokens(account)) return tokens_->Get(account, deadline, cancellation);
  const config::AccountKindFacts& facts = config::FactsOf(account.kind);
  if (facts.key != config::KeyNeed::kRequired) return Secret(std::string(facts.key_if_none));
  Failure failure;
  failure.trouble = Trouble::kUnauthenticated;
  failure.error = Fail(ErrorCode::kNoAccount, "the account has no credential");
  return failure;
}

void Credentials::Prepare(const config::Account& account) {
  if (UsesTokens(account)) tokens_->Prepare(account);
}

bool Credentials::Refused(const config::Account& account, const Secret& credential) {
  if (!UsesTokens(account)) return false;
  tokens_->Forget(account, credential);
  return true;
}

void Credentials::UseProxy(std::string proxy) { tokens_->UseProxy(std::move(proxy)); }

}  // namespace agm::accounts
