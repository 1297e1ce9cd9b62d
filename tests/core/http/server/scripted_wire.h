#pragma once

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/http/server/wire.h"

namespace agm::http {

/// What a client's socket does next, and what was sent to it.
struct Script {
  std::deque<std::pair<Wire::Moved, std::string>> arrivals;  ///< then kWouldBlock
  std::size_t room = SIZE_MAX;                               ///< bytes that it accepts
  bool broken = false;
  std::string sent;
  std::vector<bool> hung_up;  ///< for each HangUp: whether output ended too

  void Arrives(std::string bytes) {
    arrivals.push_back({{Wire::Outcome::kMoved, bytes.size(), POLLIN}, std::move(bytes)});
  }
  void Ends(Wire::Outcome outcome, short wants = POLLIN) {
    arrivals.push_back({{outcome, 0, wants}, {}});
  }
};

class ScriptedWire : public Wire {
 public:
  /// `ready`: poll finds input, whatever the script says.
  explicit ScriptedWire(Script& script, bool ready = false) : script_(script) {
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair_.data()), 0);
    if (ready) {
      EXPECT_EQ(::send(pair_[1], "x", 1, 0), 1);
    }
  }
  ~ScriptedWire() override {
    for (const int fd : pair_) ::close(fd);
  }
  Moved Receive(std::span<char> room) override {
    if (script_.arrivals.empty()) return {Outcome::kWouldBlock, 0, POLLIN};
    const auto [moved, bytes] = std::move(script_.arrivals.front());
    script_.arrivals.pop_front();
    EXPECT_LE(bytes.size(), room.size());
    std::ranges::copy(bytes, room.begin());
    return moved;
  }
  Moved Send(std::string_view bytes) override {
    if (script_.broken) return {Outcome::kBroken};
    const std::size_t taken = std::min(script_.room, bytes.size());
    if (taken == 0) return {Outcome::kWouldBlock, 0, POLLOUT};
    script_.room -= taken;
    script_.sent += bytes.substr(0, taken);
    return {Outcome::kMoved, taken, POLLOUT};
  }
  bool Pending() const override { return false; }
  void EndOutput() override {}
  void HangUp(bool output_too) override { script_.hung_up.push_back(output_too); }
  int fd() const override { return pair_[0]; }

 private:
  Script& script_;
  std::array<int, 2> pair_{};
};

}  // namespace agm::http
