// Compiles the usage examples in the headers of core/cluster and of what uses it; see core.cc.

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "core/accounts/pool.h"
#include "core/cluster/connection.h"
#include "core/cluster/link.h"
#include "core/cluster/outbox.h"
#include "core/cluster/shared_counts.h"
#include "core/cluster/shared_journal.h"
#include "core/gateway/shared_state.h"
#include "core/ledger/file_id.h"
#include "core/store/counts.h"
#include "tests/support/redis_server.h"

namespace agm::cluster {

void Use(const Reply& reply);
void ConnectionExample(const config::ServerAddress& address) {
#include "examples/core/cluster/connection.h.inc"
}

void Send(std::uint64_t id, const Command& command);
void OutboxExample(Outbox& outbox, std::uint64_t done, const std::string& key,
                   const std::string& value) {
#include "examples/core/cluster/outbox.h.inc"
}

void LinkExample(const Place& place, Clock& clock, const Link::Turned& turned,
                 Follower& cooldowns) {
#include "examples/core/cluster/link.h.inc"
}

void MakePool(store::PoolJournal* journal);
void SharedJournalExample(store::PoolJournal& local, Link& link, store::Copies& copies,
                          Clock& clock, const SharedPool& pool) {
#include "examples/core/cluster/shared_journal.h.inc"
}

void SharedCountsExample(Link& link, Clock& clock, const std::string& machine) {
#include "examples/core/cluster/shared_counts.h.inc"
}

}  // namespace agm::cluster

namespace agm::store {

Shares SharesOf(TimePoint now, WallTime wall);
void Use(const Verdict& verdict);
void CountsExample(Counts& counts, const Question& question) {
#include "examples/core/store/counts.h.inc"
}

}  // namespace agm::store

namespace agm::gateway {

void SharedStateExample(const std::shared_ptr<const config::Config>& config,
                        store::PoolJournal& local, store::Database* requests, Log& log,
                        Clock& clock) {
#include "examples/core/gateway/shared_state.h.inc"
}

}  // namespace agm::gateway

namespace agm::test {

void RedisServerExample() {
#include "examples/tests/support/redis_server.h.inc"
}

}  // namespace agm::test
