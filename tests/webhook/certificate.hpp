#pragma once
// Certificates that exist for the length of a test.

#include <memory>
#include <string>

#include <boost/asio/ssl/context.hpp>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

namespace herald::webhook::test {

class Certificate {
 public:
    // Signed by `issuer`, or by itself: then it is an authority.
    Certificate(const std::string& name, const Certificate* issuer)
        : key_(EVP_EC_gen("P-256"), EVP_PKEY_free), x509_(X509_new(), X509_free) {
        X509_set_version(x509_.get(), X509_VERSION_3);
        ASN1_INTEGER_set(X509_get_serialNumber(x509_.get()), issuer == nullptr ? 1 : 2);
        X509_gmtime_adj(X509_getm_notBefore(x509_.get()), -3'600);
        X509_gmtime_adj(X509_getm_notAfter(x509_.get()), 3'600);
        X509_set_pubkey(x509_.get(), key_.get());
        X509_NAME_add_entry_by_txt(X509_get_subject_name(x509_.get()), "CN", MBSTRING_ASC,
                                   reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
        const auto& by = issuer == nullptr ? *this : *issuer;
        X509_set_issuer_name(x509_.get(), X509_get_subject_name(by.x509_.get()));
        if (issuer == nullptr)
            extend(NID_basic_constraints, "critical,CA:TRUE");
        else
            extend(NID_subject_alt_name, "DNS:" + name);
        X509_sign(x509_.get(), by.key_.get(), EVP_sha256());
    }

    std::string pem() const {
        const std::unique_ptr<BIO, decltype(&BIO_free)> out(BIO_new(BIO_s_mem()), BIO_free);
        PEM_write_bio_X509(out.get(), x509_.get());
        char* text = nullptr;
        const auto size = BIO_get_mem_data(out.get(), &text);
        return {text, static_cast<std::size_t>(size)};
    }
    void serve_with(boost::asio::ssl::context& tls) const {
        SSL_CTX_use_certificate(tls.native_handle(), x509_.get());
        SSL_CTX_use_PrivateKey(tls.native_handle(), key_.get());
    }

 private:
    void extend(int what, const std::string& value) {
        const std::unique_ptr<X509_EXTENSION, decltype(&X509_EXTENSION_free)> extension(
            X509V3_EXT_conf_nid(nullptr, nullptr, what, value.c_str()), X509_EXTENSION_free);
        X509_add_ext(x509_.get(), extension.get(), -1);
    }

    std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key_;
    std::unique_ptr<X509, decltype(&X509_free)> x509_;
};

}  // namespace herald::webhook::test
