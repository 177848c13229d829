#include "service/server_tls.hpp"

#include <ctime>
#include <string_view>

#include <fmt/format.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

namespace herald::service {
namespace {

namespace ssl = boost::asio::ssl;
using boost::system::error_code;

// Forward secrecy and authenticated encryption; TLS 1.3 has nothing else.
constexpr auto ciphers = "ECDHE+AESGCM:ECDHE+CHACHA20";

std::unexpected<std::string> wrong(const std::string& file, std::string_view why) {
    return std::unexpected(fmt::format("{}: {}", file, why));
}

// A client that offers protocols, but not this one, would not understand a word.
int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* size, const unsigned char* offered,
                    unsigned int offered_size, void*) {
    static constexpr unsigned char spoken[] = "\x08http/1.1";
    auto** out = const_cast<unsigned char**>(chosen);  // as the example of the manual does
    const auto found = SSL_select_next_proto(out, size, spoken, sizeof(spoken) - 1, offered, offered_size);
    return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

void set_rules(SSL_CTX* context) {
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_cipher_list(context, ciphers);
    SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE);
    SSL_CTX_set_alpn_select_cb(context, choose_protocol, nullptr);
}

std::time_t seconds_of(WallTime time) {
    return std::chrono::floor<seconds>(time).time_since_epoch().count();
}

WallTime time_of(const ASN1_TIME* time) {
    int days = 0;
    int rest = 0;
    ASN1_TIME* epoch = ASN1_TIME_set(nullptr, 0);
    ASN1_TIME_diff(&days, &rest, epoch, time);
    ASN1_TIME_free(epoch);
    return WallTime{std::chrono::days(days) + seconds(rest)};
}

}  // namespace

std::expected<ServerTls, std::string> load_server_tls(const CertificateFiles& files, WallTime now) {
    if (files.certificate.empty() || files.key.empty())
        return std::unexpected(std::string("a certificate needs its key, and a key its certificate"));
    ssl::context context(ssl::context::tls_server);
    set_rules(context.native_handle());
    // A key with a passphrase would ask for it on the terminal.
    SSL_CTX_set_default_passwd_cb(context.native_handle(), [](char*, int, int, void*) { return 0; });
    error_code error;
    context.use_certificate_chain_file(files.certificate, error);
    if (error) return wrong(files.certificate, "is no certificate in PEM, or cannot be read");
    context.use_private_key_file(files.key, ssl::context::pem, error);
    if (error && ERR_GET_REASON(static_cast<unsigned long>(error.value())) == X509_R_KEY_VALUES_MISMATCH)
        return wrong(files.key, "does not belong to the certificate");
    if (error) return wrong(files.key, "is no private key in PEM without a passphrase, or cannot be read");
    if (SSL_CTX_check_private_key(context.native_handle()) != 1)
        return wrong(files.key, "does not belong to the certificate");
    const auto* certificate = SSL_CTX_get0_certificate(context.native_handle());
    auto at = seconds_of(now);
    const auto expires = time_of(X509_get0_notAfter(certificate));
    if (X509_cmp_time(X509_get0_notAfter(certificate), &at) <= 0)
        return wrong(files.certificate, fmt::format("expired at {}", to_rfc3339(expires)));
    if (X509_cmp_time(X509_get0_notBefore(certificate), &at) > 0)
        return wrong(files.certificate,
                     fmt::format("is not valid before {}", to_rfc3339(time_of(X509_get0_notBefore(certificate)))));
    return ServerTls{std::move(context), expires};
}

}  // namespace herald::service
