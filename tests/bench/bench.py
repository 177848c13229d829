"""Sends a campaign through herald and the same bodies through bare clients, and prints what each costs.

All run on the same two cores against a stand-in Intercom without a limit. CPU is user + system time of the one
process, between the moment it may start to send and the moment the last answer is dealt with. herald does all it
always does: it looks people up, and writes every intent and outcome to a real file with synchronous=FULL.
"""

import argparse
import http.client
import json
import os
import pathlib
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT / "tests" / "e2e"))
from processes import Herald, IntercomSim  # noqa: E402

CONNECTIONS = 128  # herald's own bound of calls in flight
TICKS = os.sysconf("SC_CLK_TCK")
UNLIMITED = {"HERALD_LIMITER_LIMIT_PER_WINDOW": "100000000"}
TOOLS = ROOT / "build" / "bench"
SENDERS = {
    "beast": [ROOT / "build" / "release" / "bin" / "bare-sender"],
    "undici": ["node", TOOLS / "undici_sender.mjs"],
    "go": [TOOLS / "go-sender"],
}


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def peak_mib(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("no VmHWM")


class Meter:
    """Wall time, and CPU time of the processes it is given, from start to stop."""

    def __init__(self, **pids):
        self.pids = pids
        self.began = time.monotonic()
        self.before = {name: cpu_seconds(pid) for name, pid in pids.items()}

    def stop(self):
        self.seconds = time.monotonic() - self.began
        self.cpu = {name: cpu_seconds(pid) - self.before[name] for name, pid in self.pids.items()}
        return self


def row(name, count, meter, peak):
    print(f"  {name:<22}{count / meter.seconds:>12,.0f}{meter.cpu['sender'] / count * 1e6:>14.1f}"
          f"{meter.cpu['sim'] / count * 1e6:>14.1f}{peak:>12.0f}", flush=True)
    return meter.cpu["sender"] / count * 1e6


def start_sim(folder, people):
    folder.mkdir()
    return IntercomSim(folder, "--seed", people, "--limit", 0)


def draft(herald):
    answer = herald.create({
        "name": "Bench", "channel": "email", "template_type": "onboarding", "subject": "Welcome {{ first_name }}",
        "body_html": '<p>Hi {{ first_name | default: "there" }}</p><p>Your account is ready.</p>',
        "track_event": False,
    })
    assert answer.status == 201, answer
    return answer.json["id"]


def upload(herald, campaign, lines):
    connection = http.client.HTTPConnection("127.0.0.1", herald.port, timeout=600, blocksize=1 << 18)
    meter = Meter(herald=herald.process.pid)
    with open(lines, "rb") as file:
        connection.request("POST", f"/v1/campaigns/{campaign}/recipients", file,
                           {"Content-Type": "application/x-ndjson", "Content-Length": str(lines.stat().st_size)})
        answer = connection.getresponse()
        body = answer.read()
    assert answer.status == 200, (answer.status, body[:500])
    return meter.stop(), json.loads(body)


def write_lines(path, order):
    with open(path, "w") as file:
        for k in order:
            file.write(f'{{"external_id":"client_{k}"}}\n')
    return path


def send_campaign(herald, sim, lines, count):
    campaign = draft(herald)
    upload(herald, campaign, lines)
    meter = Meter(sender=herald.process.pid, sim=sim.process.pid)
    launched = herald.post(f"/v1/campaigns/{campaign}/launch")
    assert launched.status in (200, 202), launched
    while herald.campaign(campaign).get("finished_at") is None:
        time.sleep(0.1)
    meter.stop()
    counts = herald.campaign(campaign)["counts"]
    assert counts["accepted"] == count, counts
    return campaign, meter


def bodies_of(ledger, path):
    """What herald sent, from the stand-in's ledger."""
    with open(ledger) as entries, open(path, "w") as out:
        for entry in map(json.loads, entries):
            body = {"message_type": "email", "subject": entry["subject"], "template": entry["template"],
                    "body": entry["body"], "from": {"type": "admin", "id": int(entry["admin_id"])},
                    "to": {"type": "user", "id": entry["contact_id"]}}
            out.write(json.dumps(body, separators=(",", ":"), ensure_ascii=False) + "\n")
    return path


def send_bare(command, sim, bodies, count):
    process = subprocess.Popen([*map(str, command), str(sim.port), str(bodies), str(CONNECTIONS)],
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
    try:
        assert process.stdout.readline() == "ready\n", command
        meter = Meter(sender=process.pid, sim=sim.process.pid)
        process.stdin.write("go\n")
        result = json.loads(process.stdout.readline())
        meter.stop()
        assert result == {"accepted": count, "failed": 0}, result
        return meter, peak_mib(process.pid)
    finally:
        process.stdin.close()
        process.wait(60)


def read_cost(herald, campaign, times=3000):
    connection = http.client.HTTPConnection("127.0.0.1", herald.port)
    waits = []
    meter = Meter(herald=herald.process.pid)
    for _ in range(times):
        began = time.monotonic()
        connection.request("GET", f"/v1/campaigns/{campaign}")
        answer = connection.getresponse()
        assert answer.status == 200
        answer.read()
        waits.append(time.monotonic() - began)
    waits = sorted(1e3 * wait for wait in waits)
    print(f"GET /v1/campaigns/{{id}}: {meter.stop().cpu['herald'] / times * 1e6:.0f} us of CPU, "
          f"p50 {statistics.median(waits):.2f} ms, p99 {waits[int(0.99 * times)]:.2f} ms", flush=True)


def bench_sending(folder, only, count):
    lines = write_lines(folder / "audience.ndjson", range(1, count + 1))
    sim = start_sim(folder / "sim", count)
    herald = Herald(folder, sim.url, **UNLIMITED)
    cost = {}
    try:
        print(f"{count:,} messages, {CONNECTIONS} connections\n"
              f"  {'':<22}{'messages/s':>12}{'us CPU each':>14}{'stand-in, us':>14}{'RSS, MiB':>12}")
        campaign, meter = send_campaign(herald, sim, lines, count)
        cost["herald"] = row("herald", count, meter, peak_mib(herald.process.pid))
        bodies = bodies_of(sim.ledger_path, folder / "bodies")
        sim.stop()
        for name, command in SENDERS.items():
            if name not in only or shutil.which(command[0]) is None:
                continue
            sim = start_sim(folder / f"sim-{name}", count)
            meter, peak = send_bare(command, sim, bodies, count)
            cost[name] = row(f"{name} (bare)", count, meter, peak)
            sim.stop()
        for name in SENDERS:
            if name in cost:
                print(f"herald's CPU is {cost['herald'] / cost[name]:.2f} times that of {name}")
        if "reads" in only:
            read_cost(herald, campaign)
        assert herald.stop() == 0
    finally:
        herald.ensure_stopped()
        sim.ensure_stopped()


def bench_upload(folder, count):
    folder.mkdir()
    herald = Herald(folder, "http://127.0.0.1:9", **UNLIMITED)
    try:
        print(f"upload of {count:,} lines")
        for name in ("sorted", "random"):
            # Of equal length, so that the order of the file is the order of the references.
            order = list(range(10**8, 10**8 + count))
            if name == "random":
                random.Random(1).shuffle(order)
            lines = write_lines(folder / f"{name}.ndjson", order)
            campaign = draft(herald)
            meter, report = upload(herald, campaign, lines)
            assert report["accepted"] == count, report
            print(f"  {name:<8}{count / meter.seconds:>12,.0f} lines/s{meter.cpu['herald'] / count * 1e6:>10.1f} us CPU"
                  f" each, RSS {peak_mib(herald.process.pid):.0f} MiB", flush=True)
        assert herald.stop() == 0
    finally:
        herald.ensure_stopped()


def main():
    parser = argparse.ArgumentParser(description="What herald costs beside bare HTTP clients.")
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--only", default="herald,beast,undici,go,reads,upload", help="which parts, by name")
    options = parser.parse_args()
    only = options.only.split(",")
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:2])  # for every process started from here
    # Not in /tmp, which is often memory: a commit must reach a disk.
    (ROOT / "build" / "bench").mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=ROOT / "build" / "bench", prefix="run.") as folder:
        folder = pathlib.Path(folder)
        if set(only) & {"herald", *SENDERS}:
            bench_sending(folder, only, options.messages)
        if "upload" in only:
            bench_upload(folder / "upload", options.lines)


if __name__ == "__main__":
    main()
