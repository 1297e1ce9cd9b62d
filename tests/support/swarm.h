#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/clock.h"

namespace agm::test {

/// Many clients on one thread. Each sends the same request on its own connection and reads its
/// response, of which only the end is kept.
///
///   Swarm swarm(port, 4000, request, "[DONE]\n\n");
///   swarm.ReadUntil([&] { return swarm.begun() == 4000; }, Duration(30'000));
///
/// Thread safety: one thread at a time.
class Swarm {
 public:
  /// Connects and sends. A response is complete when it ends with `last_words`.
  Swarm(int port, int count, std::string_view request, std::string last_words);
  ~Swarm();
  Swarm(const Swarm&) = delete;
  Swarm& operator=(const Swarm&) = delete;

  /// Reads until `enough` returns true; false if that takes longer than `patience`.
  template <class Enough>
  bool ReadUntil(const Enough& enough, Duration patience) {
    const TimePoint until = After(SystemClock().Now(), patience);
    while (!enough()) {
      if (SystemClock().Now() >= until) return false;
      ReadSome();
    }
    return true;
  }

  /// The number of clients whose response has begun with 200 and more than its head; whose response
  /// is complete; whose connection ended before that.
  int begun() const { return begun_; }
  int whole() const { return whole_; }
  int broken() const { return broken_; }
  /// The number of responses by status.
  const std::map<int, int>& statuses() const { return statuses_; }

 private:
  struct Client {
    int fd = -1;
    bool answered = false;
    bool begun = false;
    std::string end;
  };
  void ReadSome();
  void Read(Client& client);
  void Take(Client& client, std::string_view bytes);
  void Close(Client& client);

  const std::string last_words_;
  int epoll_ = -1;
  std::vector<Client> clients_;
  std::map<int, int> statuses_;
  int begun_ = 0;
  int whole_ = 0;
  int broken_ = 0;
};

}  // namespace agm::test
