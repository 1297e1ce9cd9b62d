#pragma once

#include <utility>

#include "core/chat/event_source.h"
#include "core/chat/splice.h"
#include "core/gateway/chat_call.h"
#include "core/gateway/leased_call.h"

namespace agm::gateway {

/// A call with all its hops: where the upstream interrupts a long response, the next hop continues
/// it.
///
/// Starting a hop blocks: with kNoWait Next returns nullopt, and awaited() asks for a thread that
/// may block.
class JoinedHops : public chat::EventSource {
 public:
  JoinedHops(ChatCall call, LeasedCall first) : call_(std::move(call)), hop_(std::move(first)) {}

  std::optional<chat::Event> Next(TimePoint until) override;
  Awaited awaited() override;

 private:
  void NextHop();

  ChatCall call_;
  LeasedCall hop_;
  chat::Splice splice_;
};

}  // namespace agm::gateway
