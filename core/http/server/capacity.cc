#include "core/http/server/capacity.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/descriptors.h"

namespace agm::http {
namespace {

constexpr int kUrgentSpare = 8;  ///< requests beyond max_connections, for urgent paths
constexpr std::size_t kSpareDescriptors = 32;  ///< for files that are opened meanwhile

}  // namespace

Fault Overloaded(std::string message) {
  Fault fault{Fail(ErrorCode::kOverloaded, "{}; try again", message), 503};
  fault.error.retry_after_ms = 1000;
  return fault;
}

void Capacity::Start() {
  descriptor_limit_ = DescriptorLimit();
  own_descriptors_ = OpenDescriptors() + kSpareDescriptors;
}

/// With so many requests in flight: what is open, or what the requests need for their upstream
/// connections if that is more.
std::size_t Capacity::DescriptorsNeeded(int requests, std::size_t connections) const {
  const Server::Descriptors others = others_ ? others_() : Server::Descriptors();
  const std::size_t needed = static_cast<std::size_t>(std::max(0, requests)) * others.each;
  return own_descriptors_ + connections + std::max(others.held, needed);
}

bool Capacity::IsShort(std::size_t connections) const {
  return DescriptorsNeeded(in_flight(), connections) >= descriptor_limit_;
}

std::optional<Fault> Capacity::Enter(std::string_view path, std::size_t connections) {
  const int limit = limits_.max_connections;
  const int others = in_flight_.fetch_add(1);
  const bool urgent = urgent_ && urgent_(path);
  const bool room = others < limit || (others < limit + kUrgentSpare && urgent);
  const bool files = urgent || DescriptorsNeeded(others + 1, connections) < descriptor_limit_;
  if (room && files && threads_.BeginBlocking()) return {};
  in_flight_.fetch_sub(1);
  if (!room) return Overloaded(fmt::format("the gateway has {} requests in flight already", limit));
  if (files) return Overloaded("the gateway can start no more threads");
  return Overloaded(fmt::format(
      "the gateway's {} file descriptors are in use by clients and upstream connections; raise the "
      "limit (ulimit -n, or LimitNOFILE= of the service)",
      descriptor_limit_));
}

void Capacity::Leave() {
  threads_.EndBlocking();
  in_flight_.fetch_sub(1);
}

}  // namespace agm::http
