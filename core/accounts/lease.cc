#include <cassert>
#include <utility>

#include "core/accounts/pool_state.h"

namespace agm::accounts {

Lease::Lease(std::unique_ptr<Taken> taken) : taken_(std::move(taken)) {}

Lease::Lease(Lease&& other) noexcept = default;

Lease& Lease::operator=(Lease&& other) noexcept {
  std::swap(taken_, other.taken_);
  return *this;
}

Lease::~Lease() {
  if (taken_ && !taken_->reported) taken_->pool->End(*taken_, nullptr, nullptr);
}

const config::Account& Lease::account() const { return *taken_->account; }

const std::string& Lease::model() const { return taken_->model.text; }

std::string Lease::project() const {
  std::lock_guard lock(taken_->pool->mutex);
  return taken_->member->project->key;
}

void Lease::Report(const Success& success) {
  assert(taken_);
  if (!std::exchange(taken_->reported, true)) taken_->pool->End(*taken_, &success, nullptr);
}

void Lease::Report(const upstream::Failure& failure) {
  assert(taken_);
  if (!std::exchange(taken_->reported, true)) taken_->pool->End(*taken_, nullptr, &failure);
}

void Lease::GiveBack() {
  assert(taken_);
  if (!std::exchange(taken_->reported, true)) taken_->pool->GiveBack(*taken_);
}

}  // namespace agm::accounts
