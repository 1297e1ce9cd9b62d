// Compiles the usage examples in the headers of core/ below gateway and accounts. Each function
// declares what its example uses; extract.sh copies the example from the header. Nothing runs.

#include <spawn.h>

#include <functional>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/digest.h"
#include "core/base/guarded.h"
#include "core/base/json_doc.h"
#include "core/base/json_writer.h"
#include "core/base/log.h"
#include "core/base/os/environment.h"
#include "core/base/os/poller.h"
#include "core/base/os/signals.h"
#include "core/base/os/wake_event.h"
#include "core/base/result.h"
#include "core/base/time_zone.h"
#include "core/base/version.h"
#include "core/chat/merge.h"
#include "core/chat/response.h"
#include "core/chat/splice.h"
#include "core/chat/turn_layout.h"
#include "core/config/edit.h"
#include "core/config/load.h"
#include "core/config/patches.h"
#include "core/config/watch.h"
#include "core/http/client/curl_connection.h"
#include "core/http/client/curl_transport.h"
#include "core/http/server/capacity.h"
#include "core/http/server/responder.h"
#include "core/http/server/server.h"
#include "core/http/server/streams.h"
#include "core/http/server/thread_pool.h"
#include "core/http/server/tls_identity.h"
#include "core/http/server/traffic.h"
#include "core/http/server/wire.h"
#include "core/http/wire/chunk_reader.h"
#include "core/http/wire/inflater.h"
#include "core/http/wire/request_reader.h"
#include "core/http/wire/response_reader.h"
#include "core/keys/meter.h"
#include "core/keys/ring.h"
#include "core/ledger/journal.h"
#include "core/ledger/price_list.h"
#include "core/ledger/recording.h"
#include "core/mapping/model_map.h"
#include "core/mock/event_loop.h"
#include "core/mock/http_message.h"
#include "core/mock/mock_server.h"
#include "core/mock/shelf.h"
#include "core/protocol/anthropic/messages_history.h"
#include "core/protocol/anthropic/messages_hosted.h"
#include "core/protocol/gemini/grounding.h"
#include "core/protocol/gemini/native_watch.h"
#include "core/protocol/gemini/partial_args.h"
#include "core/protocol/gemini/response.h"
#include "core/protocol/responses/events.h"
#include "core/protocol/responses/items.h"
#include "core/protocol/shared/fields.h"
#include "core/protocol/shared/form.h"
#include "core/protocol/shared/json_pieces.h"
#include "core/protocol/shared/sse.h"
#include "core/protocol/shared/token_estimate.h"
#include "core/protocol/stream_reader.h"
#include "core/store/connection.h"
#include "core/store/database.h"
#include "core/store/sqlite_pool_journal.h"

namespace agm::os {

void Use(void* client);
void EnvironmentExample(pid_t child, char* const* arguments) {
#include "examples/core/base/os/environment.h.inc"
}

void PollerExample(int socket, int client) {
#include "examples/core/base/os/poller.h.inc"
}

bool IsReadable(int fd);
void Handle(int signal);
void SignalsExample() {
#include "examples/core/base/os/signals.h.inc"
}

void WakeEventExample(Poller& poller) {
#include "examples/core/base/os/wake_event.h.inc"
}

}  // namespace agm::os
namespace agm::keys {

Result<void> MeterExample(const std::shared_ptr<Meter>& meter, const Limits& limits,
                          const TimeZone& zone, const Demand& demand, WallTime wall, TimePoint now,
                          Standing& standing) {
#include "examples/core/keys/meter.h.inc"
  return {};
}

Result<void> RingExample(const Ring& ring, const std::vector<std::string>& credentials,
                         Clock& clock) {
#include "examples/core/keys/ring.h.inc"
  return {};
}

}  // namespace agm::keys
namespace agm {

void TimeZoneExample(WallTime now) {
#include "examples/core/base/time_zone.h.inc"
}

void DigestExample() {
#include "examples/core/base/digest.h.inc"
}

void GuardedExample(){
#include "examples/core/base/guarded.h.inc"
}

Result<void> JsonDocExample(std::string_view body) {
#include "examples/core/base/json_doc.h.inc"
  return {};
}

void JsonWriterExample(std::string_view model) {
#include "examples/core/base/json_writer.h.inc"
}

struct Config {};
Result<Config> Load(std::string_view path);
void Use(const Config& config);
Result<void> ResultExample(std::string_view path) {
#include "examples/core/base/result.h.inc"
  return {};
}

void VersionExample() {
#include "examples/core/base/version.h.inc"
}

}  // namespace agm

namespace agm::chat {

void MergeExample(bool more, int call, Event event, std::vector<Event>& out) {
#include "examples/core/chat/merge.h.inc"
}

void FoldExample(bool more, Event event) {
#include "examples/core/chat/response.h.inc"
}

void SpliceExample(Splice& splice, Event hop_event) {
#include "examples/core/chat/splice.h.inc"
}

void Keep(const std::string& fingerprint, const std::string& layout);
std::string Find(const std::string& fingerprint);
void TurnLayoutExample(const BlockStarted& block_started, const Message& message) {
#include "examples/core/chat/turn_layout.h.inc"
}

}  // namespace agm::chat

namespace agm::config {

void EditExample(const Location& location, const Environment& environment){
#include "examples/core/config/edit.h.inc"
}

Result<void> LoadExample(std::string_view flag, const Environment& environment,
                         const Overrides& overrides, Log& log) {
#include "examples/core/config/load.h.inc"
  return {};
}

void PatchesExample(std::string_view text, const Value& value) {
#include "examples/core/config/patches.h.inc"
}

void Reload();
void WatchExample(const std::filesystem::path& path) {
#include "examples/core/config/watch.h.inc"
}

}  // namespace agm::config

namespace agm::http {

void CurlConnectionExample(DescriptorCount& count, TimePoint until, std::string_view bytes,
                           std::span<char> room) {
#include "examples/core/http/client/curl_connection.h.inc"
}

void CurlTransportExample(const OutgoingRequest& request, std::string& bytes, TimePoint until,
                          const Cancellation& cancellation) {
#include "examples/core/http/client/curl_transport.h.inc"
}

bool HandleNextEvent();
void ThreadPoolExample() {
#include "examples/core/http/server/thread_pool.h.inc"
}

void ServerExample(const Limits& limits, const Handler& handler, const Server::Refusal& refuse,
                   const Server::Urgent& urgent) {
#include "examples/core/http/server/server.h.inc"
}

void StreamsExample(const StreamCarriers::Leave& leave, Connection& connection,
                    StreamTask::Needs needs){
#include "examples/core/http/server/streams.h.inc"
}

Result<void> TlsIdentityExample(UniqueFd accepted) {
#include "examples/core/http/server/tls_identity.h.inc"
  return {};
}

void Refuse(const Fault& fault);
void CapacityExample(const LiveLimits& limits, const Server::Urgent& urgent, ThreadPool& threads,
                     std::string_view path, const Connections& connections) {
#include "examples/core/http/server/capacity.h.inc"
}

void ResponderExample(const Responder::Handle& handle, Exchange& exchange) {
#include "examples/core/http/server/responder.h.inc"
}

void TrafficExample(const LiveLimits& limits, const Server::Urgent& urgent,
                    const Traffic::Answer& answer, UniqueFd accepted) {
#include "examples/core/http/server/traffic.h.inc"
}

void Serve(Head& head, std::string& body);
void RequestReaderExample(std::size_t n, std::uint64_t max_body) {
#include "examples/core/http/wire/request_reader.h.inc"
}

void ChunkReaderExample(std::string_view bytes, std::string& body, std::uint64_t max_size) {
#include "examples/core/http/wire/chunk_reader.h.inc"
}

void InflaterExample(std::string_view packed, std::string& out, std::size_t most) {
#include "examples/core/http/wire/inflater.h.inc"
}

void ResponseReaderExample(std::string_view bytes, std::string& body) {
#include "examples/core/http/wire/response_reader.h.inc"
}

}  // namespace agm::http

namespace agm::ledger {

struct ExampleMetrics {
  void Count(const Entry& entry);
};
void JournalExample(store::Database* database, Clock& clock, ExampleMetrics& metrics,
                    const Journal::Warn& warn, Entry entry) {
#include "examples/core/ledger/journal.h.inc"
}

void RecordingExample(const std::filesystem::path& folder, Clock& clock) {
#include "examples/core/ledger/recording.h.inc"
}

void PriceListExample(const std::vector<Price>& own, Entry& entry) {
#include "examples/core/ledger/price_list.h.inc"
}

}  // namespace agm::ledger

namespace agm::mapping {

void ModelMapExample(const std::shared_ptr<const config::Config>& config) {
#include "examples/core/mapping/model_map.h.inc"
}

}  // namespace agm::mapping

namespace agm::mock {

void EventLoopExample(const EventLoop::Service& service) {
#include "examples/core/mock/event_loop.h.inc"
}

void Serve(const Request& request);
void RequestReaderExample(RequestReader& reader, std::string& buffer, std::string_view bytes){
#include "examples/core/mock/http_message.h.inc"
}

Result<void> MockServerExample() {
#include "examples/core/mock/mock_server.h.inc"
  return {};
}

Reply ShelfExample(Shelf& shelf, const Request& request, const std::string& key) {
#include "examples/core/mock/shelf.h.inc"
  return {};
}

}  // namespace agm::mock

namespace agm::protocol {

void NativeWatchExample(std::string_view bytes, std::string& out) {
#include "examples/core/protocol/gemini/native_watch.h.inc"
}

void GeminiGroundingExample(bool keep_text, std::string_view text, std::string_view code,
                            JsonView candidate, chat::ChoiceFinish& finish) {
#include "examples/core/protocol/gemini/grounding.h.inc"
}

void GeminiPartialArgsExample(JsonView call) {
#include "examples/core/protocol/gemini/partial_args.h.inc"
}

void Use(const MessagesNews& news);
void MessagesHistoryExample(JsonView body, Fields& fields, chat::Request& request) {
#include "examples/core/protocol/anthropic/messages_history.h.inc"
}

void HostedEchoExample(JsonView block, std::string_view type,
                       std::set<std::string, std::less<>>& loaded, chat::Message& message) {
#include "examples/core/protocol/anthropic/messages_hosted.h.inc"
}

void GeminiStreamReaderExample(const IdSource& ids, const GeminiReading& reading,
                               std::string_view bytes) {
#include "examples/core/protocol/gemini/response.h.inc"
}

void StreamReaderExample(StreamReader& reader, std::string_view bytes) {
#include "examples/core/protocol/stream_reader.h.inc"
}

void ResponsesEventsExample(const ItemPlace& place, std::string_view item, std::string_view text,
                            std::string& out) {
#include "examples/core/protocol/responses/events.h.inc"
}

void ResponsesItemsExample(Fields& fields, chat::Request& request, JsonView history,
                           JsonView input) {
#include "examples/core/protocol/responses/items.h.inc"
}

void FieldPathExample(){
#include "examples/core/protocol/shared/fields.h.inc"
}

Result<void> ReadFormExample(std::string_view body) {
#include "examples/core/protocol/shared/form.h.inc"
  return {};
}

void Use(const Result<JsonDoc>& doc);
void JsonPiecesExample(JsonPieces& pieces, std::string_view bytes) {
#include "examples/core/protocol/shared/json_pieces.h.inc"
}

void Use(std::string_view data);
void SseReaderExample(std::string_view bytes) {
#include "examples/core/protocol/shared/sse.h.inc"
}

void AnswerEstimateExample(AnswerEstimate& answer, const chat::Event& event,
                           const chat::Usage& usage, std::int64_t& tokens) {
#include "examples/core/protocol/shared/token_estimate.h.inc"
}

}  // namespace agm::protocol

namespace agm::store {

Result<void> ConnectionExample(const std::filesystem::path& path, std::string_view name,
                               std::vector<std::string>& names) {
#include "examples/core/store/connection.h.inc"
  return {};
}

void DatabaseExample(const std::filesystem::path& folder,
                     const std::function<void(const Row&)>& on_row) {
#include "examples/core/store/database.h.inc"
}

void Warn(const std::string& text);
void SqlitePoolJournalExample(const std::filesystem::path& folder, Clock& clock) {
#include "examples/core/store/sqlite_pool_journal.h.inc"
}

}  // namespace agm::store
