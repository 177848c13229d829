"""GET /v1/campaigns/{id}, with an API key, beside one nginx worker that answers a fixed body of the same size, in the same run."""

import argparse
import os
import pathlib
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parents[1] / "e2e")]

from processes import BIN, Herald, IntercomSim, clients, email_campaign  # noqa: E402

CONNECTIONS = 32
LEAST_SHARE, LONGEST_P99 = 0.25, 10.0  # of nginx's requests/s; ms at half of our own

NGINX = """
worker_processes 1;
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    keepalive_requests 1000000000;
    client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
    uwsgi_temp_path {folder}; scgi_temp_path {folder};
    server {{
        listen 127.0.0.1:{port};
        location / {{ default_type application/json; return 200 '{body}'; }}
    }}
}}
"""
# Requests spread over time, so that the load is what is asked for and not what is possible.
PACED = "math.randomseed(1)\nfunction delay() return math.random(%d, %d) end\n"


def in_ms(text):
    value, unit = re.fullmatch(r"([\d.]+)(us|ms|s)", text).groups()
    return float(value) * {"us": 0.001, "ms": 1, "s": 1000}[unit]


def wrk(url, seconds, headers=(), connections=CONNECTIONS, script=None):
    """(requests/s, p99 in ms)"""
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency"]
    for header in headers:
        command += ["-H", header]
    if script:
        command += ["-s", script]
    said = subprocess.run([*command, url], check=True, capture_output=True, text=True).stdout
    assert "Non-2xx" not in said and "Socket errors" not in said, said
    return (float(re.search(r"Requests/sec:\s+([\d.]+)", said).group(1)),
            in_ms(re.search(r"99%\s+(\S+)", said).group(1)))


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()[1]


def wait_until_open(port, patience=10):
    until = time.monotonic() + patience
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.02)


def make_key(folder):
    """An API key whose quota is no limit here."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("HERALD_", "INTERCOM_"))}
    return subprocess.run([BIN / "herald", "keys", "create", "--name", "bench", "--scopes", "admin",
                           "--requests-per-minute", "6000000"], env={**clean, "HERALD_DATA_DIR": str(folder / "data")},
                          check=True, capture_output=True, text=True).stdout.strip()


def measure(folder, seconds, rounds):
    sim = IntercomSim(folder, "--seed", 10_000)
    key = make_key(folder)
    herald = Herald(folder, sim.url)
    headers = [f"Authorization: Bearer {key}"]
    herald.default_headers = dict([headers[0].split(": ")])
    nginx = None
    try:
        campaign = herald.create(email_campaign(clients(10))).json["id"]
        herald.wait_finished(campaign)
        url = f"{herald.url}/v1/campaigns/{campaign}"
        body = herald.get(f"/v1/campaigns/{campaign}").body
        port = free_port()
        (folder / "nginx.conf").write_text(NGINX.format(folder=folder, port=port, body="x" * len(body)))
        nginx = subprocess.Popen(["nginx", "-c", folder / "nginx.conf", "-e", folder / "error.log"])
        wait_until_open(port)
        ours, theirs = [], []
        for _ in range(rounds):
            theirs.append(wrk(f"http://127.0.0.1:{port}/", seconds)[0])
            ours.append(wrk(url, seconds, headers)[0])
        rate, fixed = statistics.median(ours), statistics.median(theirs)
        pause = 10  # ms between two requests of a connection, on average
        (folder / "paced.lua").write_text(PACED % (pause // 2, pause + pause // 2))
        connections = max(1, round(rate / 2 * pause / 1000))
        half, p99 = wrk(url, 2 * seconds, headers, connections, folder / "paced.lua")
        busy = herald.create(email_campaign(clients(10_000))).json["id"]  # at Intercom's own limit, for a minute
        herald.wait_for(busy, lambda c: c["counts"]["accepted"] > 100)
        beside = wrk(url, 2 * seconds, headers, connections, folder / "paced.lua")[1]
        assert herald.campaign(busy)["counts"]["queued"] > 0, "the campaign was over too soon to tell"
        return len(body), rate, fixed, half, p99, beside
    finally:
        for program in (herald, sim):
            program.ensure_stopped()
        if nginx:
            nginx.terminate()
            nginx.wait(10)


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=int, default=5)
    options.add_argument("--rounds", type=int, default=3)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        size, rate, fixed, half, p99, beside = measure(pathlib.Path(folder), given.seconds, given.rounds)
    print(f"body of {size} bytes, {CONNECTIONS} connections\n"
          f"  nginx, one worker, fixed body   {fixed:10,.0f} requests/s\n"
          f"  GET /v1/campaigns/{{id}}          {rate:10,.0f} requests/s   {rate / fixed:.0%}\n"
          f"  at {half:,.0f} requests/s             p99 {p99:.2f} ms\n"
          f"  the same beside a campaign        p99 {beside:.2f} ms")
    # What is within a millisecond is noise, not a campaign.
    return 0 if rate >= LEAST_SHARE * fixed and p99 < LONGEST_P99 and beside <= 2 * max(p99, 1.0) else 1


if __name__ == "__main__":
    sys.exit(main())
