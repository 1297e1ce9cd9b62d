#pragma once

#include <string>

#include "core/ledger/entry.h"
#include "core/ledger/request_id.h"

namespace agm::ledger {

/// 2026-11-28 12:00:00 UTC.
inline constexpr WallTime kNoon{std::chrono::seconds(1'795'867'200)};

/// An answered request to a model with a price.
inline Entry Answered(WallTime at = kNoon) {
  Entry entry;
  entry.at = at;
  entry.id = NewRequestId(at);
  entry.route = "chat_completions";
  entry.method = "POST";
  entry.path = "/v1/chat/completions";
  entry.caller = "laptop";
  entry.client = "codex/0.169.0";
  entry.model = "gpt-4o";
  entry.target = "gemini-2.5-flash";
  entry.account = "work";
  entry.phase = "done";
  entry.ended_by = "gateway";
  entry.status = 200;
  entry.tries = 1;
  entry.calls_model = true;
  entry.billing = Billing::kPaid;
  entry.total = std::chrono::milliseconds(40);
  entry.tokens = {1000, 0, 100, 0, 0, 0, 0, 0, true};
  return entry;
}

/// A request that no account could serve.
inline Entry Failed(WallTime at = kNoon) {
  Entry entry = Answered(at);
  entry.status = 429;
  entry.error = "rate_limited";
  entry.why = "every account is rate limited";
  entry.phase = "waiting";
  entry.tokens = {};
  entry.tries = 2;
  entry.history = {
      {"work", entry.target, "minute_quota", "too many requests", Duration(0), Duration(12)},
      {"home", entry.target, "unavailable", "503", Duration(30), Duration(8)}};
  return entry;
}

}  // namespace agm::ledger
