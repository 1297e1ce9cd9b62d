#include "core/cluster/outbox.h"

#include <utility>

namespace agm::cluster {

void Outbox::Put(const std::string& key, Make make, Heard heard) {
  if (const auto known = unsent_by_key_.find(key); known != unsent_by_key_.end()) {
    known->second->make = std::move(make);
    known->second->heard = std::move(heard);
    return;
  }
  if (writes_.size() >= most_) {
    ++dropped_;
    Forget(writes_.begin());
  }
  const auto write =
      writes_.insert(writes_.end(), {next_id_++, key, std::move(make), std::move(heard)});
  by_id_[write->id] = write;
  unsent_by_key_[key] = write;
  ++unsent_;
}

std::vector<Outbox::Ready> Outbox::TakeUnsent() {
  std::vector<Ready> ready;
  if (unsent_ == 0) return ready;
  for (auto write = writes_.begin(); write != writes_.end();) {
    const auto next = std::next(write);
    if (!write->sent) {
      Command command = write->make();
      if (command.empty()) {
        Forget(write);
      } else {
        write->sent = true;
        --unsent_;
        unsent_by_key_.erase(write->key);
        ready.push_back({write->id, std::move(command), write->heard});
      }
    }
    write = next;
  }
  return ready;
}

void Outbox::Confirm(std::uint64_t id) {
  if (const auto found = by_id_.find(id); found != by_id_.end()) Forget(found->second);
}

void Outbox::Refuse(std::uint64_t id) {
  if (const auto found = by_id_.find(id); found != by_id_.end()) found->second->refused = true;
}

void Outbox::RetryRefused() { Return(true); }
void Outbox::Lost() { Return(false); }

// Of several writes with the same key the latest one stays.
void Outbox::Return(bool refused_only) {
  for (auto write = writes_.end(); write != writes_.begin();) {
    --write;
    if (!write->sent || (refused_only && !write->refused)) continue;
    write->sent = write->refused = false;
    ++unsent_;
    if (unsent_by_key_.try_emplace(write->key, write).second) continue;
    const auto next = std::next(write);
    Forget(write);
    write = next;
  }
}

void Outbox::Forget(Writes::iterator write) {
  if (!write->sent) {
    --unsent_;
    const auto known = unsent_by_key_.find(write->key);
    if (known != unsent_by_key_.end() && known->second == write) unsent_by_key_.erase(known);
  }
  by_id_.erase(write->id);
  writes_.erase(write);
}

}  // namespace agm::cluster
