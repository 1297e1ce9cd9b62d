#include "core/http/server/stream.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <memory>
#include <string>

#include "core/base/buffer.h"
#include "tests/core/http/server/scripted_wire.h"

namespace agm::http {
namespace {

/// The size of the next piece, and the room that the stream's buffer had before it.
struct Sizes {
  std::size_t next = 0;
  std::size_t room = 0;
};

class Pieces : public BodySource {
 public:
  explicit Pieces(Sizes& sizes) : sizes_(sizes) {}
  Pulled Next(std::string& out, TimePoint) override {
    sizes_.room = out.capacity();
    out.append(sizes_.next, 'x');
    return Pulled::kPiece;
  }
  Awaited awaited() override { return {0, TimePoint::max()}; }

 private:
  Sizes& sizes_;
};

TEST(StreamTask, HoldsTheMemoryOfAnOrdinaryPieceOnly) {
  Script script;
  Budgets budgets;
  Connection connection(std::make_unique<ScriptedWire>(script), "client", budgets);
  Sizes sizes;
  StreamTask stream(connection, std::make_unique<Pieces>(sizes), {"HTTP/1.1 200 OK\r\n\r\n"});
  const auto send = [&](std::size_t size) {
    sizes.next = size;
    EXPECT_EQ(stream.Advance(false), StreamTask::Needs::kSource);
  };
  send(300);
  send(100'000);
  EXPECT_GT(sizes.room, 300U) << "the room of the first piece was not used again";
  send(3);
  EXPECT_LE(sizes.room, kKeptRoom);
  EXPECT_TRUE(script.sent.ends_with("x\r\n3\r\nxxx\r\n"));
}

}  // namespace
}  // namespace agm::http
