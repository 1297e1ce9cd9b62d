#include "core/base/digest.h"

#include <openssl/evp.h>

#include <array>
#include <cstddef>
#include <new>
#include <span>

namespace agm {
namespace {

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using Bytes = std::array<unsigned char, EVP_MAX_MD_SIZE>;
using Context = std::unique_ptr<EVP_MD_CTX, FreeContext>;

Context NewContext() {
  Context context(EVP_MD_CTX_new());
  if (!context) throw std::bad_alloc();
  return context;
}

std::string WriteHex(std::span<const unsigned char> bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex(2 * bytes.size(), '\0');
  char* to = hex.data();
  for (const unsigned char byte : bytes) {
    *to++ = kDigits[byte >> 4U];
    *to++ = kDigits[byte & 15U];
  }
  return hex;
}

constexpr std::size_t kMostHeld = 1024;

// OpenSSL looks an algorithm up by its name each time, unless it is fetched.
const EVP_MD* Sha256() {
  static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  return algorithm;
}

// Each thread keeps a context, because making one takes nearly as long as a short text. OpenSSL
// clears what it holds of the text at the end of each digest.
std::string Compute(std::string_view bytes) {
  thread_local const Context context = NewContext();
  Bytes digest{};
  unsigned int size = 0;
  EVP_DigestInit_ex(context.get(), Sha256(), nullptr);
  EVP_DigestUpdate(context.get(), bytes.data(), bytes.size());
  EVP_DigestFinal_ex(context.get(), digest.data(), &size);
  return WriteHex(std::span(digest).first(size));
}

}  // namespace

struct Digest::State {
  Context context = NewContext();
};

Digest::Digest() = default;
Digest::~Digest() = default;
Digest::Digest(Digest&&) noexcept = default;
Digest& Digest::operator=(Digest&&) noexcept = default;

void Digest::Add(std::string_view bytes) {
  if (!state_) {
    if (held_.size() + bytes.size() <= kMostHeld) {
      held_.append(bytes);
      return;
    }
    state_ = std::make_unique<State>();
    EVP_DigestInit_ex(state_->context.get(), Sha256(), nullptr);
    EVP_DigestUpdate(state_->context.get(), held_.data(), held_.size());
    std::string().swap(held_);
  }
  EVP_DigestUpdate(state_->context.get(), bytes.data(), bytes.size());
}

std::string Digest::Hex() const {
  if (!state_) return HexDigest(held_);
  const Context copy = NewContext();
  EVP_MD_CTX_copy_ex(copy.get(), state_->context.get());
  Bytes bytes{};
  unsigned int size = 0;
  EVP_DigestFinal_ex(copy.get(), bytes.data(), &size);
  return WriteHex(std::span(bytes).first(size));
}

std::string HexDigest(std::string_view bytes) {
  static const std::string of_nothing = Compute({});
  return bytes.empty() ? of_nothing : Compute(bytes);
}

}  // namespace agm
