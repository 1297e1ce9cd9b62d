// The server where the system refuses a thread or memory: it drops or refuses that one client and
// serves the next.

#include <dlfcn.h>
#include <gtest/gtest.h>
#include <pthread.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <new>
#include <string>

#include "core/http/server/capacity.h"
#include "core/http/server/thread_pool.h"
#include "tests/core/http/server/running_server.h"
#include "tests/support/sanitized.h"

namespace {

std::atomic<bool> no_threads = false;
std::atomic<bool> no_memory = false;   ///< for the threads of the server
thread_local bool has_memory = false;  ///< this thread always has some

}  // namespace

// A sanitizer has these functions itself.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) && \
    !__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer)

extern "C" int pthread_create(pthread_t* thread, const pthread_attr_t* options,
                              void* (*start)(void*), void* argument) {
  using Create = int (*)(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*);
  static const auto create = reinterpret_cast<Create>(::dlsym(RTLD_NEXT, "pthread_create"));
  return no_threads ? EAGAIN : create(thread, options, start, argument);
}

void* operator new(std::size_t size) {
  void* const memory = no_memory && !has_memory ? nullptr : std::malloc(size);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

#endif

namespace agm::http {
namespace {

/// Sets a flag for its lifetime.
class While {
 public:
  explicit While(std::atomic<bool>& flag) : flag_(flag) { flag_ = true; }
  ~While() { flag_ = false; }
  While(const While&) = delete;
  While& operator=(const While&) = delete;

 private:
  std::atomic<bool>& flag_;
};

class NoRoom : public testing::Test {
 protected:
  void SetUp() override {
    if (test::kSanitized) GTEST_SKIP() << "a sanitizer starts the threads";
    has_memory = true;
  }
  void TearDown() override { has_memory = false; }

  static std::optional<test::RawAnswer> Ask(const RunningServer& server, std::string_view path) {
    test::RawClient client = server.Connect();
    client.Send("GET " + std::string(path) + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
    return client.Read();
  }
};

TEST_F(NoRoom, APoolThatCannotStartMayBeStartedLater) {
  std::atomic<bool> over = false;
  std::atomic<int> polls = 0;
  ThreadPool* self = nullptr;
  ThreadPool pool([&] {
    if (polls++ > 0) {  // a thread that BeginBlocking has started
      while (!over) std::this_thread::yield();
      return false;
    }
    {
      const While none(no_threads);
      EXPECT_FALSE(self->BeginBlocking()) << "then nobody would poll";
      EXPECT_FALSE(self->BeginBlocking());
    }
    EXPECT_TRUE(self->BeginBlocking());
    self->EndBlocking();
    const While none(no_threads);
    EXPECT_TRUE(self->BeginBlocking()) << "another thread polls";
    self->EndBlocking();
    over = true;
    return false;
  });
  self = &pool;
  {
    const While none(no_threads);
    EXPECT_FALSE(pool.Start());
    EXPECT_FALSE(pool.Start());
  }
  ASSERT_TRUE(pool.Start());
  pool.Join();
  EXPECT_EQ(polls, 2);
}

TEST_F(NoRoom, ARequestIsRefusedWhereNoThreadCanBlockForIt) {
  ThreadPool* threads = nullptr;
  ThreadPool pool([&] {
    LiveLimits limits;
    limits.max_connections = 2;
    Capacity capacity(limits, {}, *threads);
    capacity.Start();
    const While none(no_threads);
    const auto fault = capacity.Enter("/a", 1);
    EXPECT_TRUE(fault);
    if (!fault) return false;
    EXPECT_EQ(fault->status, 503);
    EXPECT_EQ(fault->error.code, ErrorCode::kOverloaded);
    EXPECT_EQ(fault->error.message, "the gateway can start no more threads; try again");
    EXPECT_EQ(fault->error.retry_after_ms, 1000);
    EXPECT_EQ(capacity.in_flight(), 0);
    return false;
  });
  threads = &pool;
  ASSERT_TRUE(pool.Start());
  pool.Join();
}

TEST_F(NoRoom, AServerWithoutThreadsSaysSoAndServesWhenThereAreSome) {
  RunningServer server([](Request&) { return Text("served"); });
  const test::RawClient first = server.Connect();
  ASSERT_TRUE(Eventually([&] { return server->connections() == 1; })) << "it has begun to serve";
  {
    const While none(no_threads);
    for (const char* path : {"/x", "/healthz"}) {
      const auto refused = Ask(server, path);
      ASSERT_TRUE(refused);
      EXPECT_EQ(refused->status, 503);
      EXPECT_EQ(refused->header("retry-after"), "1");
      EXPECT_EQ(refused->body, "overloaded the gateway can start no more threads; try again");
    }
    EXPECT_EQ(server->in_flight(), 0);
  }
  const auto served = Ask(server, "/x");
  ASSERT_TRUE(served);
  EXPECT_EQ(served->body, "served");
}

TEST_F(NoRoom, AServerThatGetsNoThreadAtItsStartSaysSo) {
  Server server(
      {}, [](Request&) { return Text("served"); },
      [](const Fault&, std::string_view) { return Reply(); },
      [](std::string_view) { return false; });
  const auto port = server.Bind("127.0.0.1", 0);
  ASSERT_TRUE(port) << port.error().message;
  {
    const While none(no_threads);
    const auto served = server.Serve();
    ASSERT_FALSE(served);
    EXPECT_EQ(served.error().code, ErrorCode::kIo);
    EXPECT_NE(served.error().message.find("ulimit -u"), std::string::npos);
  }
  server.Stop(Duration(0));
  EXPECT_FALSE(test::RawClient(*port).connected()) << "nobody listens";
}

TEST_F(NoRoom, AClientIsDroppedThatThereIsNoMemoryToAccept) {
  RunningServer server([](Request&) { return Text("served"); });
  ASSERT_TRUE(Ask(server, "/x"));
  {
    const While none(no_memory);
    test::RawClient client = server.Connect();
    EXPECT_TRUE(client.Closed());
  }
  const auto served = Ask(server, "/x");
  ASSERT_TRUE(served);
  EXPECT_EQ(served->body, "served");
}

TEST_F(NoRoom, AClientForWhichThereIsNoMemoryIsDroppedAndTheNextIsServed) {
  RunningServer server([](Request&) { return Text("served"); });
  {
    test::RawClient client = server.Connect();
    ASSERT_TRUE(Eventually([&] { return server->connections() == 1; }));
    const While none(no_memory);
    client.Send("GET /x HTTP/1.1\r\nHost: localhost\r\n\r\n");
    EXPECT_FALSE(client.Read());
    EXPECT_TRUE(Eventually([&] { return server->connections() == 0; }));
    EXPECT_EQ(server->in_flight(), 0);
  }
  const auto served = Ask(server, "/x");
  ASSERT_TRUE(served);
  EXPECT_EQ(served->body, "served");
}

}  // namespace
}  // namespace agm::http
