"""POST /v1/events beside ten active automations: 2,000 a second that are not tracked, and how long the answer takes; then how
long it takes from an event to its request at Intercom when the limit is idle."""

import argparse
import json
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import time

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parents[1] / "e2e")]

from automations import Automations, in_app, on_event, tag  # noqa: E402
from processes import Herald, IntercomSim  # noqa: E402

RATE, LONGEST_P99, LONGEST_TO_INTERCOM = 2000, 50.0, 250.0  # a second; ms
CONNECTIONS = 64

# Every request is another event, of one of so many people; one in a hundred starts a run.
EVENTS = """
local n = 0
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
function request()
  n = n + 1
  local name = n %% 100 == 0 and "signed_up" or "page_viewed"
  local body = string.format('{"id":"%s-%%d","contact":{"external_id":"client_%%d"},"event_name":"%%s","track":false,' ..
                             '"metadata":{"page":"/p%%d"}}', n, n %% %d + 1, name, n %% 50)
  return wrk.format(nil, "/v1/events", nil, body)
end
local per_connection = %f
function delay() return math.random(math.floor(per_connection * 0.5), math.floor(per_connection * 1.5)) end
"""


def in_ms(text):
    value, unit = re.fullmatch(r"([\d.]+)(us|ms|s)", text).groups()
    return float(value) * {"us": 0.001, "ms": 1, "s": 1000}[unit]


def offered(herald, folder, people, seconds, pause):
    script = folder / "events.lua"
    script.write_text(EVENTS % (time.time_ns(), people, pause))
    said = subprocess.run(["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--latency", "-s", str(script), herald.url],
                          check=True, capture_output=True, text=True).stdout
    assert "Non-2xx" not in said and "Socket errors" not in said, said
    return (float(re.search(r"Requests/sec:\s+([\d.]+)", said).group(1)), in_ms(re.search(r"50%\s+(\S+)", said).group(1)),
            in_ms(re.search(r"99%\s+(\S+)", said).group(1)))


def to_intercom(automations, sim, count):
    """Milliseconds from the moment an event is sent to its message at Intercom, one by one."""
    sent = {}
    for n in range(1, count + 1):
        sent[f"client_{n}"] = time.time() * 1000
        assert automations.event({"external_id": f"client_{n}"}, "welcome").status == 202
        time.sleep(0.05)
    until = time.monotonic() + 30
    while len(took := {m["external_id"]: m["t_ms"] - sent[m["external_id"]] for m in sim.ledger()}) < count:
        assert time.monotonic() < until, f"{len(took)} of {count}"
        time.sleep(0.2)
    return sorted(took.values())


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=int, default=10)
    options.add_argument("--people", type=int, default=5000)
    options.add_argument("--sends", type=int, default=200)
    args = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="herald-events.") as made:
        folder = pathlib.Path(made)
        sim = IntercomSim(folder, "--seed", str(args.people))
        herald = Herald(folder, sim.url)
        try:
            automations = Automations(herald)
            welcome = automations.made(on_event("welcome"), [in_app("Welcome")])
            took = to_intercom(automations, sim, args.sends)
            p99 = took[int(len(took) * 0.99) - 1]
            print(f"event to Intercom: p50 {statistics.median(took):.0f} ms, p99 {p99:.0f} ms (at most {LONGEST_TO_INTERCOM:.0f})")
            automations.do(welcome, "deactivate")
            for n in range(9):
                automations.made(on_event("signed_up" if n == 0 else f"never_{n}",
                                          filter={"field": "event.metadata.page", "op": "exists", "value": True}), [tag("x")])
            automations.made({"type": "custom", "filter": {"field": "event.metadata.page", "op": "eq", "value": "/never"}}, [tag("y")])
            full, _, _ = offered(herald, folder, args.people, 2, 1)
            pause = CONNECTIONS * 1000 / (1.15 * RATE)  # a little more than asked for
            rate, p50, p99_answer = offered(herald, folder, args.people, args.seconds, pause)
            print(f"answers at {rate:,.0f}/s: p50 {p50:.2f} ms, p99 {p99_answer:.2f} ms (at most {LONGEST_P99:.0f}); "
                  f"at most {full:,.0f}/s were taken")
        finally:
            herald.stop()
            sim.stop()
    ok = p99 < LONGEST_TO_INTERCOM and p99_answer < LONGEST_P99 and rate >= RATE
    print(json.dumps({"to_intercom_p99_ms": p99, "answer_p99_ms": p99_answer, "rate": rate, "ok": ok}))
    return 0 if ok else 1


if __name__ == "__main__":
    sys.exit(main())
