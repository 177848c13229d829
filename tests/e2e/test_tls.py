"""TLS to Intercom: certificate and host name are verified, and what is refused was never sent."""

import socket
import ssl
import subprocess
import threading
import warnings

import pytest

from processes import clients, email_campaign


def openssl(folder, *args):
    subprocess.run(["openssl", *map(str, args)], cwd=folder, check=True, capture_output=True)


def make_ca(folder, name):
    openssl(folder, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{name}.key", "-out", f"{name}.pem",
            "-subj", f"/CN={name}", "-days", "2")


def make_certificate(folder, name, host, ca, days=1):
    openssl(folder, "req", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{name}.key", "-out", f"{name}.csr",
            "-subj", f"/CN={host}")
    (folder / f"{name}.ext").write_text(f"subjectAltName=DNS:{host}\n")
    openssl(folder, "x509", "-req", "-in", f"{name}.csr", "-CA", f"{ca}.pem", "-CAkey", f"{ca}.key",
            "-CAcreateserial", "-out", f"{name}.pem", "-days", str(days), "-extfile", f"{name}.ext")


class TlsProxy:
    """Ends TLS in front of the stand-in."""

    def __init__(self, folder, certificate, upstream_port, newest=None):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / f"{certificate}.pem", folder / f"{certificate}.key")
        if newest:
            context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
            with warnings.catch_warnings():  # that it is deprecated is the point
                warnings.simplefilter("ignore")
                context.maximum_version = newest
            context.set_ciphers("ALL:@SECLEVEL=0")
        self.upstream_port, self.context = upstream_port, context
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"https://localhost:{self.listener.getsockname()[1]}"
        self.versions = set()
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                raw, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(raw,), daemon=True).start()

    def serve(self, raw):
        try:
            with self.context.wrap_socket(raw, server_side=True) as client, \
                    socket.create_connection(("127.0.0.1", self.upstream_port)) as upstream:
                self.versions.add(client.version())
                back = threading.Thread(target=self.copy, args=(upstream, client), daemon=True)
                back.start()
                self.copy(client, upstream)
        except OSError:
            pass

    @staticmethod
    def copy(source, sink):
        try:
            while data := source.recv(65536):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def close(self):
        self.listener.close()


@pytest.fixture(scope="module")
def pki(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pki")
    make_ca(folder, "ca")
    make_ca(folder, "stranger")
    make_certificate(folder, "good", "localhost", "ca")
    make_certificate(folder, "other-host", "example.com", "ca")
    make_certificate(folder, "untrusted", "localhost", "stranger")
    make_certificate(folder, "expired", "localhost", "ca", days=-1)
    return folder


def campaign_through(start, pki, certificate, **proxy_options):
    sim = start.intercom("--seed", 20)
    proxy = TlsProxy(pki, certificate, sim.port, **proxy_options)
    herald = start.herald(proxy.url, INTERCOM_CA_FILE=str(pki / "ca.pem"))
    cid = herald.create(email_campaign(clients(20))).json["id"]
    return sim, proxy, herald, cid


def test_a_campaign_goes_out_over_verified_tls(start, pki):
    sim, proxy, herald, cid = campaign_through(start, pki, "good")
    assert herald.wait_finished(cid)["counts"]["accepted"] == 20
    assert proxy.versions <= {"TLSv1.2", "TLSv1.3"}
    proxy.close()


@pytest.mark.parametrize("certificate", ["other-host", "untrusted", "expired"])
def test_a_certificate_that_does_not_hold_is_refused_and_nothing_is_sent(start, pki, certificate):
    sim, proxy, herald, cid = campaign_through(start, pki, certificate)
    herald.wait_for(cid, lambda c: (c.get("waiting") or {}).get("reason") == "circuit_open"
                    and c["counts"]["queued"] == 20)
    assert sim.ledger() == [] and sim.stats()["calls"] == 0
    proxy.close()


def test_tls_1_1_is_refused(start, pki):
    sim, proxy, herald, cid = campaign_through(start, pki, "good", newest=ssl.TLSVersion.TLSv1_1)
    herald.wait_for(cid, lambda c: (c.get("waiting") or {}).get("reason") == "circuit_open")
    assert sim.stats()["calls"] == 0
    proxy.close()
