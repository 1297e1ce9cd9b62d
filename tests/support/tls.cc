#include "tests/support/tls.h"

#include <fcntl.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <array>
#include <atomic>
#include <csignal>
#include <cstdlib>

namespace agm::test {
namespace {

template <class T, auto Free>
struct Freer {
  void operator()(T* it) const { Free(it); }
};
using Bio = std::unique_ptr<BIO, Freer<BIO, BIO_free_all>>;
using Key = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY, EVP_PKEY_free>>;
using X509Ptr = std::unique_ptr<X509, Freer<X509, X509_free>>;
using Extension = std::unique_ptr<X509_EXTENSION, Freer<X509_EXTENSION, X509_EXTENSION_free>>;

Bio Memory() { return Bio(BIO_new(BIO_s_mem())); }

std::string TextOf(BIO* bio) {
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio, &text);
  return {text, static_cast<std::size_t>(size)};
}

void Name(X509* certificate, const std::string& name) {
  X509_NAME* subject = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  X509_set_issuer_name(certificate, subject);
  const Extension hosts(
      X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1"));
  X509_add_ext(certificate, hosts.get(), -1);
}

std::string ReadName(X509* certificate) {
  std::array<char, 256> name{};
  X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name.data(),
                            static_cast<int>(name.size()));
  return name.data();
}

}  // namespace

Certificate MakeCertificate(const std::string& name, int days) {
  static std::atomic<long> serial = 1;
  const Key key(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"));
  const X509Ptr certificate(X509_new());
  X509_set_version(certificate.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), serial++);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), days * 86'400L);
  X509_set_pubkey(certificate.get(), key.get());
  Name(certificate.get(), name);
  const Bio certificate_text = Memory();
  const Bio key_text = Memory();
  const bool made = X509_sign(certificate.get(), key.get(), EVP_sha256()) > 0 &&
                    PEM_write_bio_X509(certificate_text.get(), certificate.get()) == 1 &&
                    PEM_write_bio_PrivateKey(key_text.get(), key.get(), nullptr, nullptr, 0,
                                             nullptr, nullptr) == 1;
  if (!made) std::abort();
  return {TextOf(certificate_text.get()), TextOf(key_text.get())};
}

std::string Encrypted(const std::string& key, const std::string& passphrase) {
  const Bio in(BIO_new_mem_buf(key.data(), static_cast<int>(key.size())));
  const Key read(PEM_read_bio_PrivateKey(in.get(), nullptr, nullptr, nullptr));
  const Bio out = Memory();
  if (!read ||
      PEM_write_bio_PKCS8PrivateKey(out.get(), read.get(), EVP_aes_128_cbc(), passphrase.c_str(),
                                    static_cast<int>(passphrase.size()), nullptr, nullptr) != 1) {
    std::abort();
  }
  return TextOf(out.get());
}

struct TlsLayer::Parts {
  explicit Parts(const SSL_METHOD* side) : context(SSL_CTX_new(side)), ssl(SSL_new(context.get())) {
    ::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes to sockets without MSG_NOSIGNAL
  }
  std::unique_ptr<SSL_CTX, Freer<SSL_CTX, SSL_CTX_free>> context;
  std::unique_ptr<SSL, Freer<SSL, SSL_free>> ssl;
};

TlsLayer::TlsLayer(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
TlsLayer::~TlsLayer() = default;

std::unique_ptr<TlsLayer> TlsLayer::Connect(int fd, std::string_view alpn) {
  auto parts = std::make_unique<Parts>(TLS_client_method());
  SSL* ssl = parts->ssl.get();
  SSL_set_alpn_protos(ssl, reinterpret_cast<const unsigned char*>(alpn.data()),
                      static_cast<unsigned>(alpn.size()));
  SSL_set_fd(ssl, fd);
  SSL_set_mode(ssl, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  if (SSL_connect(ssl) != 1) return nullptr;
  ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
  return std::unique_ptr<TlsLayer>(new TlsLayer(std::move(parts)));
}

std::unique_ptr<TlsLayer> TlsLayer::Accept(int fd, const Certificate& certificate) {
  auto parts = std::make_unique<Parts>(TLS_server_method());
  SSL* ssl = parts->ssl.get();
  const Bio key_text(
      BIO_new_mem_buf(certificate.key.data(), static_cast<int>(certificate.key.size())));
  const Bio text(BIO_new_mem_buf(certificate.certificate.data(),
                                 static_cast<int>(certificate.certificate.size())));
  const Key key(PEM_read_bio_PrivateKey(key_text.get(), nullptr, nullptr, nullptr));
  const X509Ptr read(PEM_read_bio_X509(text.get(), nullptr, nullptr, nullptr));
  SSL_use_certificate(ssl, read.get());
  SSL_use_PrivateKey(ssl, key.get());
  SSL_set_fd(ssl, fd);
  if (SSL_accept(ssl) != 1) return nullptr;
  return std::unique_ptr<TlsLayer>(new TlsLayer(std::move(parts)));
}

void TlsLayer::SendTicket() {
  SSL_new_session_ticket(parts_->ssl.get());
  SSL_do_handshake(parts_->ssl.get());
}

ssize_t TlsLayer::Judge(int result) const {
  if (result > 0) return result;
  const int error = SSL_get_error(parts_->ssl.get(), result);
  return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE ? -1 : 0;
}

ssize_t TlsLayer::Send(std::string_view bytes) {
  ERR_clear_error();
  return Judge(SSL_write(parts_->ssl.get(), bytes.data(), static_cast<int>(bytes.size())));
}

ssize_t TlsLayer::Receive(std::span<char> room) {
  ERR_clear_error();
  return Judge(SSL_read(parts_->ssl.get(), room.data(), static_cast<int>(room.size())));
}

bool TlsLayer::Ended() const {
  return (SSL_get_shutdown(parts_->ssl.get()) & SSL_RECEIVED_SHUTDOWN) != 0;
}

std::string TlsLayer::PeerName() const {
  const X509Ptr certificate(SSL_get1_peer_certificate(parts_->ssl.get()));
  return certificate ? ReadName(certificate.get()) : "";
}

std::string TlsLayer::Protocol() const {
  const unsigned char* chosen = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(parts_->ssl.get(), &chosen, &size);
  return {reinterpret_cast<const char*>(chosen), size};
}

}  // namespace agm::test
