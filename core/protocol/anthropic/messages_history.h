#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/json_doc.h"
#include "core/chat/request.h"
#include "core/protocol/anthropic/messages_request.h"
#include "core/protocol/shared/fields.h"

namespace agm::protocol {

/// Settings for the whole request that messages of the conversation contain. The views are into the
/// request's body.
struct MessagesNews {
  std::set<std::string, std::less<>> loaded;           ///< tools that tool_reference blocks name
  std::map<std::string, JsonView, std::less<>> added;  ///< definitions of tool_addition blocks
  std::set<std::string, std::less<>> removed;          ///< by tool_removal blocks
  std::optional<chat::Effort> effort;                  ///< the last one that a system message sets
};

/// Reads the `messages` of the Messages API into `request.messages`, behind those that are there:
///
///   MessagesHistory history(MessagesUse::kCreate, fields, request);
///   history.Read(body["messages"]);
///   Use(history.news());
///
/// A system message inside the list becomes text of the user in that place, inside <system> tags.
/// Every call needs its result in the user's next turn, and every result its call before it.
/// Thinking blocks are left out. A compaction block stands for everything before it.
///
/// Thread safety: one thread at a time.
class MessagesHistory {
 public:
  MessagesHistory(MessagesUse use, Fields& fields, chat::Request& request)
      : use_(use), fields_(fields), request_(request), head_(request.messages.size()) {}

  void Read(JsonView messages);
  const MessagesNews& news() const { return news_; }

 private:
  /// The calls of the last assistant turn that have no result yet, in their order.
  class OpenCalls {
   public:
    void Add(const std::string& id) {
      if (open_.insert(id).second) order_.push_back(id);
    }
    /// False if no such call is open.
    bool Close(const std::string& id) { return open_.erase(id) > 0; }
    bool empty() const { return open_.empty(); }
    void clear();
    std::vector<std::string> ids() const;

   private:
    std::vector<std::string> order_;  ///< closed ones too
    std::set<std::string> open_;
  };

  /// The place of a result in request.messages, so that a second result can replace it.
  struct Place {
    std::size_t message = 0;
    std::size_t block = 0;
  };

  void ReadMessage(JsonView json, const FieldPath& at);
  void ReadUser(JsonView json, const FieldPath& at);
  void ReadAssistant(JsonView json, const FieldPath& at);
  void ReadAssistantBlock(JsonView block, const std::string& type, const FieldPath& at,
                          chat::Message& message);
  void ReadSystem(JsonView json, const FieldPath& at);
  void ReadSystemBlock(JsonView block, const FieldPath& at, std::string& text);
  void ReadCall(JsonView block, const FieldPath& at, chat::Message& message);
  void ReadResult(JsonView block, const FieldPath& at);
  void ReadResultContent(JsonView content, const FieldPath& at, chat::ToolResult& result);
  void ReadResultBlock(JsonView block, const FieldPath& at, std::vector<chat::Block>& to);
  void AddLate();
  void ReadCompaction(JsonView block, chat::Message& message);
  void AddTool(JsonView block);
  void RemoveTool(JsonView block);
  std::string TypeOf(JsonView block, const FieldPath& at);
  void RefuseType(const std::string& type, const FieldPath& at);
  JsonView ContentOf(JsonView json, const FieldPath& at);
  void CheckAnswered();

  const MessagesUse use_;
  Fields& fields_;
  chat::Request& request_;
  const std::size_t head_;  ///< messages before the list's
  MessagesNews news_;
  std::map<std::string, std::string> names_;  ///< of all calls so far, by id
  OpenCalls open_;
  std::set<std::string> turn_;             ///< ids of all its calls
  std::map<std::string, Place> answered_;  ///< results of the running user turn
  std::optional<std::size_t> results_;     ///< the message that holds those of this one
  std::vector<chat::Message> late_;        ///< system messages between calls and results
  bool assistant_ = false;                 ///< the last turn is the assistant's
  bool turns_ = false;                     ///< somebody but the system has spoken
};

}  // namespace agm::protocol
