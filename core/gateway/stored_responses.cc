#include "core/gateway/stored_responses.h"

#include <utility>
#include <variant>

#include "core/base/json_doc.h"
#include "core/base/json_writer.h"
#include "core/protocol/responses/request.h"

namespace agm::gateway {
namespace {

std::string_view WithoutBrackets(std::string_view array) {
  if (array.size() < 2) return {};
  return array.substr(1, array.size() - 2);
}

void Store(const ResponseShelf& shelf, const chat::Request& request, std::string_view object) {
  const auto doc = JsonDoc::Parse(object);
  if (!doc) return;
  const auto input = request.extra.find(protocol::kResponsesInput);
  store::SavedResponse saved;
  saved.id = doc->root()["id"].text();
  saved.owner = shelf.owner;
  saved.created = shelf.clock->Wall();
  saved.object = object;
  saved.input = input == request.extra.end() ? "[]" : input->second;
  JsonWriter items(saved.items);
  items.Array().RawMembers(WithoutBrackets(shelf.history));
  items.RawMembers(WithoutBrackets(saved.input));
  items.RawMembers(WithoutBrackets(doc->root()["output"].raw())).EndArray();
  shelf.conversations->Keep(std::move(saved));
}

// A response that the client or the gateway called off is not stored.
bool IsComplete(const chat::Event& event) {
  if (std::holds_alternative<chat::Finished>(event)) return true;
  const auto* failed = std::get_if<chat::Failed>(&event);
  return failed != nullptr && failed->error.code != ErrorCode::kCancelled;
}

class StoringWriter : public protocol::StreamWriter {
 public:
  StoringWriter(std::unique_ptr<protocol::StreamWriter> inner, const chat::Request& request,
                std::shared_ptr<const ResponseShelf> shelf)
      : inner_(std::move(inner)), request_(request), shelf_(std::move(shelf)) {}

  void Write(const chat::Event& event, std::string& out) override {
    inner_->Write(event, out);
    if (IsComplete(event)) Store(*shelf_, request_, inner_->whole());
  }
  std::string_view whole() const override { return inner_->whole(); }
  std::string_view KeepAlive() const override { return inner_->KeepAlive(); }

 private:
  std::unique_ptr<protocol::StreamWriter> inner_;
  const chat::Request& request_;
  std::shared_ptr<const ResponseShelf> shelf_;
};

}  // namespace

StoredResponses::StoredResponses(const protocol::Dialect& inner, ResponseShelf shelf)
    : inner_(inner), shelf_(std::make_shared<const ResponseShelf>(std::move(shelf))) {}

Result<std::string> StoredResponses::WriteResponse(const chat::Response& response,
                                                   const protocol::Reply& reply) const {
  auto body = inner_.WriteResponse(response, reply);
  if (body) Store(*shelf_, *reply.request, *body);
  return body;
}

std::unique_ptr<protocol::StreamWriter> StoredResponses::NewStreamWriter(
    protocol::Reply reply) const {
  const chat::Request& request = *reply.request;
  return std::make_unique<StoringWriter>(inner_.NewStreamWriter(std::move(reply)), request, shelf_);
}

}  // namespace agm::gateway
