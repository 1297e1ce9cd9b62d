#include "core/gateway/pool_journal.h"

#include <utility>

namespace agm::gateway {

StateJournal::StateJournal(store::Database& database, Clock& clock, Warn warn)
    : database_(database), state_(database), clock_(clock), warn_(std::move(warn)) {
  PassOnWarning();
}

void StateJournal::PassOnWarning() {
  if (const auto warning = database_.TakeWarning()) warn_(warning->message);
}

std::vector<StateJournal::Rest> StateJournal::LoadRests() {
  std::vector<Rest> rests;
  for (store::SavedRest& saved : state_.LoadRests(clock_.Wall())) {
    rests.push_back({std::move(saved.owner), std::move(saved.model), std::move(saved.reason),
                     saved.until, saved.strikes, saved.counts_until, std::move(saved.credential)});
  }
  return rests;
}

void StateJournal::SaveRest(const Rest& rest) {
  state_.SaveRest({rest.account, rest.model, rest.reason, rest.until, rest.strikes,
                   rest.counts_until, rest.credential});
  PassOnWarning();
}

void StateJournal::DropRests(const std::string& account) { state_.DropRests(account); }

std::vector<StateJournal::Usage> StateJournal::LoadUsage() {
  std::vector<Usage> all;
  for (store::SavedUsage& saved : state_.LoadUsage()) {
    all.push_back(
        {std::move(saved.account), saved.requests, saved.errors, saved.tokens, saved.last_used});
  }
  return all;
}

void StateJournal::SaveUsage(const Usage& usage) {
  state_.SaveUsage({usage.account, usage.requests, usage.errors, usage.tokens, usage.last_used});
  PassOnWarning();
}

std::vector<StateJournal::Belonging> StateJournal::LoadBelongings() {
  std::vector<Belonging> all;
  for (store::SavedBelonging& saved : state_.LoadBelongings()) {
    all.push_back(
        {std::move(saved.account), std::move(saved.project), std::move(saved.credential)});
  }
  return all;
}

void StateJournal::SaveBelonging(const Belonging& belonging) {
  state_.SaveBelonging({belonging.account, belonging.project, belonging.credential});
}

}  // namespace agm::gateway
