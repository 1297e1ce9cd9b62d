#pragma once

#include <memory>

#include "core/base/cancellation.h"
#include "core/gateway/native_call.h"
#include "core/gateway/record.h"
#include "core/gateway/services.h"
#include "core/http/wire/message.h"

namespace agm::gateway {

/// A native response as the client gets it: the upstream's bytes, with keep-alives between elements
/// where the form allows them. If the upstream's response breaks off, the client's response breaks
/// off too, or ends with an error event.
///
/// Thread safety: any thread.
http::Reply NativeReply(NativeOpened opened, NativeForm form, Services& services,
                        std::shared_ptr<const Settings> settings, const Cancellation& client,
                        Record record);

/// A refusal of the request as the upstream wrote it.
http::Reply PassRefusal(NativeRefusal refusal, const config::Config& config, Record& record);

}  // namespace agm::gateway
