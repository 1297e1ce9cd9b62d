#include "core/mock/mock_server.h"

#include <thread>

#include "core/mock/event_loop.h"
#include "core/mock/service.h"

namespace agm::mock {

class MockServer::Impl {
 public:
  explicit Impl(const Options& options)
      : service(options), loop([this](Request& request) { return service.Serve(request); }) {
    service.Watch(loop.traffic());
  }
  ~Impl() { Stop(); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  Result<void> Start(int wanted) {
    auto listening = loop.Listen(wanted);
    if (!listening) return std::move(listening).error();
    port = *listening;
    thread = std::thread([this] { loop.Run(); });
    return {};
  }

  void Stop() {
    const std::lock_guard lock(stopping);
    if (!thread.joinable()) return;
    loop.Stop();
    thread.join();
  }

  Service service;
  EventLoop loop;
  int port = 0;
  std::mutex stopping;
  std::thread thread;
};

Result<std::unique_ptr<MockServer>> MockServer::Start(Options options) {
  auto impl = std::make_unique<Impl>(options);
  if (auto set = impl->service.SetScript(options.script); !set) return std::move(set).error();
  if (auto started = impl->Start(options.port); !started) return std::move(started).error();
  return std::unique_ptr<MockServer>(new MockServer(std::move(impl)));
}

MockServer::MockServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
MockServer::~MockServer() = default;

int MockServer::port() const { return impl_->port; }
std::string MockServer::base_url() const { return fmt::format("http://127.0.0.1:{}", impl_->port); }

Result<void> MockServer::SetScript(std::string_view json) { return impl_->service.SetScript(json); }

Stats MockServer::stats() const { return impl_->service.stats(); }

std::vector<SeenRequest> MockServer::TakeRequests() { return impl_->service.TakeRequests(); }
void MockServer::Stop() { impl_->Stop(); }

long Stats::requests_of(std::string_view key) const {
  for (const auto& [name, count] : by_key) {
    if (name == key) return count;
  }
  return 0;
}

}  // namespace agm::mock
