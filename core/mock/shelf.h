#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/guarded.h"
#include "core/mock/http_message.h"
#include "core/mock/reply.h"

namespace agm::mock {

/// The files, caches and batches that the mock keeps for each credential. They are as strict as
/// Google's: a credential finds only its own, an upload must send its parts in order, and a cache
/// needs a model and contents.
///
///   if (auto reply = shelf.Serve(request, key)) return *std::move(reply);
///
/// Thread safety: any thread.
class Shelf {
 public:
  /// Nothing if the path names none of these resources.
  std::optional<Reply> Serve(const Request& request, const std::string& key);
  /// True if the body names a file or a cache of another credential.
  bool NamesForeign(std::string_view body, const std::string& key) const;

 private:
  struct Item {
    std::string key;
    std::string json;
    std::string content{};
  };
  struct Upload {
    std::string key;
    std::string name;  ///< displayName
    std::string type;
    std::string bytes{};
  };
  struct State {
    std::map<std::string, Item> items;  ///< by name
    std::map<std::string, Upload> uploads;
    std::uint64_t serial = 0;
  };

  static Reply ServeItem(State& state, const Request& request, const std::string& name,
                         std::string_view method, const std::string& key);
  static Reply List(const State& state, const Request& request, std::string_view collection,
                    const std::string& key);
  static Reply StartUpload(State& state, const Request& request, const std::string& key);
  static Reply ContinueUpload(State& state, const Request& request, const std::string& id);
  static Reply CreateCache(State& state, const Request& request, const std::string& key);
  static Reply CreateBatch(State& state, const std::string& key);
  static std::string AddFile(State& state, Upload upload);

  mutable Guarded<State> state_;
};

}  // namespace agm::mock
