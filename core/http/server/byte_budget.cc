#include "core/http/server/byte_budget.h"

namespace agm::http {
namespace {

constexpr std::size_t kStep = 16 * 1024;

}  // namespace

bool BudgetShare::Resize(std::size_t size) {
  size -= size % kStep;
  if (size > size_) {
    const std::size_t more = size - size_;
    if (budget_.used_.fetch_add(more) + more > budget_.limit_) {
      budget_.used_.fetch_sub(more);
      return false;
    }
  } else if (size < size_) {
    budget_.used_.fetch_sub(size_ - size);
  }
  size_ = size;
  return true;
}

}  // namespace agm::http
