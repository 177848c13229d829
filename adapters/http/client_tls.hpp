#pragma once
// How we speak TLS to others.

#include <string>

#include <boost/asio/ssl/context.hpp>

namespace herald::http {

// TLS 1.2 or 1.3; the certificate must be signed by one of `ca_file` (PEM; empty: the system's). Whether it names the
// host is checked with each connection. Throws when the file cannot be read.
boost::asio::ssl::context client_tls(const std::string& ca_file);

}  // namespace herald::http
