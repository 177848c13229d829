#pragma once
// The certificate with which the API shows itself.

#include <expected>
#include <string>

#include <boost/asio/ssl/context.hpp>

#include "domain/core/time.hpp"

namespace herald::service {

struct CertificateFiles {
    std::string certificate;  // PEM: the server's own first, then those between it and a root
    std::string key;          // PEM, without a passphrase

    bool given() const { return !certificate.empty() || !key.empty(); }
};

struct ServerTls {
    boost::asio::ssl::context context;
    WallTime expires;
};

// TLS 1.2 and 1.3, HTTP/1.1 by ALPN. An error that names the file when the pair is none, cannot be read, does not
// belong together, or is not valid at that time.
std::expected<ServerTls, std::string> load_server_tls(const CertificateFiles& files, WallTime now);

}  // namespace herald::service
