#pragma once

#include <memory>
#include <string>

#include "core/base/clock.h"
#include "core/gateway/services.h"
#include "core/http/client/transport.h"
#include "core/http/wire/message.h"
#include "core/ledger/tape.h"

/// Recording of the bodies of a request, while `agm logs record` is on. No credential is recorded:
/// neither the client's headers nor those of upstream requests.
namespace agm::gateway {

/// A tape that begins with the client's request.
std::shared_ptr<ledger::Tape> TapeRequest(const http::Request& request);

/// Records the reply as it is sent, and hands the tape of the request `id` to the journal once the
/// reply is complete.
void TapeReply(http::Reply& reply, std::shared_ptr<ledger::Tape> tape, ledger::Journal& journal,
               WallTime at, std::string id);

/// A transport that records the calls of one request; null if there is no tape.
std::shared_ptr<http::Transport> TapeCalls(http::Transport& transport,
                                           const std::shared_ptr<ledger::Tape>& tape);

}  // namespace agm::gateway
