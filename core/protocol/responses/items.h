#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/json_doc.h"
#include "core/chat/request.h"
#include "core/protocol/shared/fields.h"

namespace agm::protocol {

/// Reads the items of a Responses conversation into messages, one list after the other, oldest
/// first:
///
///   ResponsesItems items(fields, request);
///   items.ReadHistory(history, FieldPath("previous_response_id"));
///   items.Read(input, FieldPath("input"));
///   items.Finish();
///
/// Items of the assistant's side that stand beside each other become one message. A call's output
/// goes right behind the message with the call, wherever it stood in the list. A compaction of ours
/// becomes a message of the user with its summary. Items that only OpenAI's servers can use are
/// passed over.
///
/// Thread safety: one thread at a time.
class ResponsesItems {
 public:
  ResponsesItems(Fields& fields, chat::Request& request) : fields_(fields), request_(request) {}

  void Read(JsonView items, const FieldPath& at);
  /// The same of a stored conversation: what stands before its last compaction is left out.
  void ReadHistory(JsonView items, const FieldPath& at);
  /// Checks that every call has its output, and puts late outputs in their places.
  void Finish();
  /// Arrays of tools that were items of the input.
  const std::vector<JsonView>& tools() const { return tools_; }
  /// The last item of the input asks for a compaction.
  bool compacts() const { return compacts_; }

 private:
  struct Call {
    std::string id;
    std::string name;
    std::size_t message = 0;
    bool answered = false;
  };
  /// Calls that share an id. An item's own id counts too, for a local shell's output.
  struct SameId {
    std::vector<std::size_t> calls;  ///< indices of calls_
    std::size_t waiting = 0;         ///< the first of them that may lack its output
  };

  void ReadItem(JsonView item, const FieldPath& at);
  void ReadMessage(JsonView item, const FieldPath& at);
  void ReadCall(JsonView item, std::string_view type, const FieldPath& at);
  void ReadOutput(JsonView item, const FieldPath& at);
  void ReadFoundTools(JsonView item);
  void ReadImage(JsonView item);
  void ReadCompaction(JsonView item);
  void ReadReasoning(JsonView item);
  void Answer(Call& call, chat::ToolResult result);
  chat::Message& Assistant();
  Call* FindCall(JsonView item);
  void AddLate();

  Fields& fields_;
  chat::Request& request_;
  std::vector<Call> calls_;
  std::map<std::string, SameId> by_id_;
  /// Outputs whose place is between two messages, by the index of the message with their calls.
  std::map<std::size_t, chat::Message> late_;
  std::vector<JsonView> tools_;
  std::string signature_;  ///< of a reasoning item, for the call, text or picture behind it
  bool compacts_ = false;
};

/// The owner of a carried signature: the next call or text, or the text before it.
enum class Signs { kNext, kTextBefore };

/// Our format of `encrypted_content`: a thought signature that the client carries.
std::string SealSignature(std::string_view signature, Signs signs);
/// The signature inside; empty if it is not in our format, or belongs to something else.
std::string OpenSignature(std::string_view sealed, Signs signs);

}  // namespace agm::protocol
