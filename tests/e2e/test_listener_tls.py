"""The API over TLS: who it says it is, what it speaks, and certificates that change while it runs."""

import json
import os
import shutil
import socket
import ssl
import subprocess

import pytest

from processes import BIN, ROOT, clients, email_campaign
from test_tls import make_ca, make_certificate


@pytest.fixture(scope="module")
def pki(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pki")
    make_ca(folder, "ca")
    for name, days in (("first", 1), ("second", 1), ("other", 1), ("expired", -1)):
        make_certificate(folder, name, "localhost", "ca", days=days)
    (folder / "no-certificate.pem").write_text("-----BEGIN NONSENSE-----\n")
    return folder


def settings(certificate, key):
    return {"HERALD_TLS_CERTIFICATE": str(certificate), "HERALD_TLS_KEY": str(key)}


@pytest.fixture
def current(pki, tmp_path):
    """Where the service finds its pair; `renew` puts another one there."""

    class Current:
        certificate, key = tmp_path / "tls.pem", tmp_path / "tls.key"

        def renew(self, name, key=None):
            shutil.copy(pki / f"{name}.pem", self.certificate)
            shutil.copy(pki / f"{key or name}.key", self.key)

    current = Current()
    current.renew("first")
    return current


@pytest.fixture
def herald(start, current):
    return start.herald(start.intercom("--seed", 5), **settings(current.certificate, current.key))


def client_context(pki, **versions):
    context = ssl.create_default_context(cafile=pki / "ca.pem")
    for name, value in versions.items():
        setattr(context, name, value)
    return context


def connect(herald, context):
    raw = socket.create_connection(("127.0.0.1", herald.port), timeout=10)
    try:
        return context.wrap_socket(raw, server_hostname="localhost")
    except BaseException:
        raw.close()
        raise


def ask(herald, pki, request=b"GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", **versions):
    with connect(herald, client_context(pki, **versions)) as tls:
        tls.sendall(request)
        answer = b""
        while chunk := tls.recv(65536):  # an end without close_notify would raise
            answer += chunk
        return answer


def serial(herald, pki):
    with connect(herald, client_context(pki)) as tls:
        return tls.getpeercert()["serialNumber"]


def test_requests_are_answered_over_tls_and_the_ready_line_says_so(herald, pki):
    assert herald.ready["url"] == f"https://127.0.0.1:{herald.port}"
    answer = ask(herald, pki)
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"\r\nStrict-Transport-Security: max-age=31536000\r\n" in answer
    body = json.dumps(email_campaign(clients(500), launch=False)).encode()
    with connect(herald, client_context(pki)) as tls:
        for _ in range(3):
            tls.sendall(b"POST /v1/campaigns HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n"
                        b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
            assert tls.recv(65536).startswith(b"HTTP/1.1 201 ")


def test_tls_1_2_and_1_3_are_spoken_and_nothing_older(herald, pki):
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        context = client_context(pki, minimum_version=version, maximum_version=version)
        with connect(herald, context) as tls:
            assert tls.version() == version.name.replace("_", ".")
            assert "GCM" in tls.cipher()[0] or "CHACHA20" in tls.cipher()[0]
    with pytest.warns(DeprecationWarning):
        old = client_context(pki, minimum_version=ssl.TLSVersion.MINIMUM_SUPPORTED,
                             maximum_version=ssl.TLSVersion.TLSv1_1)
    old.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.raises((ssl.SSLError, ConnectionError)):
        connect(herald, old)


def test_http_1_1_is_agreed_on_and_a_client_of_other_protocols_only_is_told_so(herald, pki):
    context = client_context(pki)
    context.set_alpn_protocols(["h2", "http/1.1"])
    with connect(herald, context) as tls:
        assert tls.selected_alpn_protocol() == "http/1.1"
    context.set_alpn_protocols(["h2"])
    with pytest.raises(ssl.SSLError):
        connect(herald, context)


def test_plain_http_and_silence_get_nothing_and_harm_nobody(herald, pki):
    with socket.create_connection(("127.0.0.1", herald.port), timeout=10) as plain:
        plain.sendall(b"GET /livez HTTP/1.1\r\nHost: h\r\n\r\n")
        assert b"HTTP/1.1 200" not in plain.recv(65536)
    with socket.create_connection(("127.0.0.1", herald.port), timeout=30) as silent:
        assert silent.recv(65536) == b""  # cut off
    assert ask(herald, pki).startswith(b"HTTP/1.1 200 ")
    check = subprocess.run([ROOT / "deploy" / "healthcheck"], timeout=10,
                           env={**os.environ, "HERALD_LISTEN": f"127.0.0.1:{herald.port}",
                                "HERALD_TLS_CERTIFICATE": "given"})
    assert check.returncode == 0
    assert herald.stop() == 0


def test_a_renewed_pair_is_taken_without_a_restart_and_a_broken_one_is_not(herald, pki, current):
    first = serial(herald, pki)
    with connect(herald, client_context(pki)) as open_before:
        current.renew("second")
        herald.process.send_signal(1)  # SIGHUP
        herald.wait_logged("certificate_loaded", 2)
        second = serial(herald, pki)
        assert second != first
        open_before.sendall(b"GET /livez HTTP/1.1\r\nHost: h\r\n\r\n")
        assert open_before.recv(65536).startswith(b"HTTP/1.1 200 ")
    current.renew("first", key="other")
    herald.process.send_signal(1)
    herald.wait_logged("certificate_refused", 1)
    assert serial(herald, pki) == second
    assert herald.stop() == 0


@pytest.mark.parametrize("certificate, key, why", [
    ("first.pem", "other.key", "does not belong to the certificate"),
    ("expired.pem", "expired.key", "expired at"),
    ("no-certificate.pem", "first.key", "is no certificate in PEM"),
    ("absent.pem", "first.key", "is no certificate in PEM, or cannot be read"),
    ("first.pem", "first.pem", "is no private key in PEM"),
    ("first.pem", "", "a certificate needs its key"),
    ("", "first.key", "a key its certificate"),
])
@pytest.mark.parametrize("command", [["serve"], ["serve", "--check-config"]])
def test_a_pair_that_cannot_be_used_is_refused_at_the_start(pki, tmp_path, certificate, key, why, command):
    given = settings(pki / certificate if certificate else "", pki / key if key else "")
    done = subprocess.run([BIN / "herald", *command], capture_output=True, text=True, timeout=20,
                          env={"HERALD_DATA_DIR": str(tmp_path / "data"), "HERALD_LISTEN": "127.0.0.1:0", **given})
    assert done.returncode == 2 and why in done.stderr, done
    assert not (tmp_path / "data").exists()
