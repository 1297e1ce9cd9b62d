#pragma once

#include <memory>
#include <utility>

#include "core/chat/event_source.h"
#include "core/gateway/signatures.h"

namespace agm::gateway {

/// A response whose signatures are stored as its events pass by.
class KeptSignatures : public chat::EventSource {
 public:
  KeptSignatures(std::unique_ptr<chat::EventSource> source, SignatureKeeper keeper)
      : source_(std::move(source)), keeper_(std::move(keeper)) {}

  std::optional<chat::Event> Next(TimePoint until) override {
    auto event = source_->Next(until);
    if (event) keeper_.See(*event);
    return event;
  }
  Awaited awaited() override { return source_->awaited(); }

 private:
  std::unique_ptr<chat::EventSource> source_;
  SignatureKeeper keeper_;
};

}  // namespace agm::gateway
