#include "core/http/server/tls_identity.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <string_view>
#include <utility>

#include "core/base/file.h"
#include "core/http/server/tls_wire.h"

namespace agm::http {
namespace {

template <class T, auto Free>
struct Freer {
  void operator()(T* it) const { Free(it); }
};
using Bio = std::unique_ptr<BIO, Freer<BIO, BIO_free>>;
using Certificate = std::unique_ptr<X509, Freer<X509, X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY, EVP_PKEY_free>>;

/// The last error in OpenSSL's queue, as text; clears the queue.
std::string Reason() {
  const unsigned long code = ::ERR_peek_last_error();
  const char* words = code == 0 ? nullptr : ::ERR_reason_error_string(code);
  ::ERR_clear_error();
  return words == nullptr ? "no reason given" : words;
}

Error AtFault(std::string_view setting, const std::string& path, std::string_view what) {
  return Fail(ErrorCode::kConfig, "proxy.tls.{}: {}: {}", setting, path, what);
}

Result<std::string> ReadPem(std::string_view setting, const std::string& path) {
  auto text = ReadFile(path, 1U << 20U);
  if (text) return text;
  return Fail(ErrorCode::kConfig, "proxy.tls.{}: {}", setting, text.error().message);
}

Bio Over(const std::string& text) {
  return Bio(::BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

/// The first certificate is the gateway's own, the others are its chain to a root.
Result<void> UseCertificates(SSL_CTX& context, const std::string& path) {
  auto text = ReadPem("certificate", path);
  if (!text) return std::move(text).error();
  const Bio bio = Over(*text);
  const Certificate own(::PEM_read_bio_X509_AUX(bio.get(), nullptr, nullptr, nullptr));
  if (!own) return AtFault("certificate", path, "expected a certificate in PEM, found none");
  if (::SSL_CTX_use_certificate(&context, own.get()) != 1) {
    return AtFault("certificate", path, "OpenSSL refuses it: " + Reason());
  }
  while (Certificate next{::PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)}) {
    if (::SSL_CTX_add1_chain_cert(&context, next.get()) != 1) {
      return AtFault("certificate", path, "OpenSSL refuses its chain: " + Reason());
    }
  }
  if (const auto end = ::ERR_peek_last_error();
      end != 0 && ERR_GET_REASON(end) != PEM_R_NO_START_LINE) {
    return AtFault("certificate", path, "a certificate of its chain is broken: " + Reason());
  }
  ::ERR_clear_error();
  return {};
}

/// OpenSSL calls this to ask for an encrypted key's passphrase; there is none to give.
int NotePassphrase(char*, int, int, void* asked) {
  *static_cast<bool*>(asked) = true;
  return -1;
}

Result<void> UseKey(SSL_CTX& context, const std::string& path, const std::string& certificate) {
  auto text = ReadPem("key", path);
  if (!text) return std::move(text).error();
  bool asked = false;
  const Key key(::PEM_read_bio_PrivateKey(Over(*text).get(), nullptr, &NotePassphrase, &asked));
  ::OPENSSL_cleanse(text->data(), text->size());
  if (asked) {
    return AtFault("key", path,
                   "the key is encrypted; expected one without a passphrase, as `openssl pkey "
                   "-in ENCRYPTED -out PLAIN` writes it");
  }
  if (!key) return AtFault("key", path, "expected a private key in PEM, found none");
  if (::SSL_CTX_use_PrivateKey(&context, key.get()) == 1) return {};
  const auto code = ::ERR_peek_last_error();
  const bool others =
      ERR_GET_LIB(code) == ERR_LIB_X509 && (ERR_GET_REASON(code) == X509_R_KEY_VALUES_MISMATCH ||
                                            ERR_GET_REASON(code) == X509_R_KEY_TYPE_MISMATCH);
  if (others) return AtFault("key", path, "it does not belong to the certificate " + certificate);
  return AtFault("key", path, "OpenSSL refuses it: " + Reason());
}

int ChooseHttp(SSL*, const unsigned char** chosen, unsigned char* size,
               const unsigned char* offered, unsigned int offered_size, void*) {
  static constexpr std::string_view kHttp11("\x08http/1.1", 9);
  unsigned char* out = nullptr;
  const int found =
      ::SSL_select_next_proto(&out, size, reinterpret_cast<const unsigned char*>(kHttp11.data()),
                              kHttp11.size(), offered, offered_size);
  *chosen = out;
  return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_NOACK;
}

void Prepare(SSL_CTX& context) {
  ::SSL_CTX_set_min_proto_version(&context, TLS1_2_VERSION);
  // HTTP marks the end of its messages itself, so a client may leave without TLS's close_notify.
  ::SSL_CTX_set_options(&context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                      SSL_OP_CIPHER_SERVER_PREFERENCE |
                                      SSL_OP_IGNORE_UNEXPECTED_EOF);
  // Release the buffers of idle connections; allow a buffer that could not be sent to move before
  // it is offered again, and to be sent in parts.
  ::SSL_CTX_set_mode(&context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                   SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  // Clients resume sessions with tickets, which need no memory on the server.
  ::SSL_CTX_set_session_cache_mode(&context, SSL_SESS_CACHE_OFF);
  ::SSL_CTX_set_alpn_select_cb(&context, &ChooseHttp, nullptr);
}

}  // namespace

Result<std::shared_ptr<const TlsIdentity>> TlsIdentity::Load(const TlsFiles& files) {
  ::ERR_clear_error();
  const Context context(::SSL_CTX_new(::TLS_server_method()), &::SSL_CTX_free);
  if (!context) return Fail(ErrorCode::kConfig, "proxy.tls: OpenSSL does not start: {}", Reason());
  Prepare(*context);
  if (auto used = UseCertificates(*context, files.certificate); !used) {
    return std::move(used).error();
  }
  if (auto used = UseKey(*context, files.key, files.certificate); !used) {
    ::ERR_clear_error();
    return std::move(used).error();
  }
  return std::shared_ptr<const TlsIdentity>(new TlsIdentity(context));
}

WallTime TlsIdentity::expires() const {
  const X509* certificate = ::SSL_CTX_get0_certificate(context_.get());
  std::tm end{};
  if (certificate == nullptr || ::ASN1_TIME_to_tm(::X509_get0_notAfter(certificate), &end) != 1) {
    return WallTime{};
  }
  return WallTime(std::chrono::seconds(::timegm(&end)));
}

std::unique_ptr<Wire> TlsIdentity::Wrap(UniqueFd socket) const {
  return NewTlsWire(*context_, std::move(socket));
}

}  // namespace agm::http
