"""How does `modspam serve` bear load?  Latency, errors, memory, a retraining in the middle, beside spamd.

    python benchmarks/serve.py
    python benchmarks/serve.py CORPORA/dev --minutes 10 --workers 2 -o benchmarks/results/serve.json

The server is started as a process with a store in a temporary folder, and asked over loopback, on the same cores, by
this one.  Requests are what WordPress sends; they leave at set times, whether or not the answers to those before them
have come, and an answer's time counts from when its request was due: a server that stalls cannot slow down who
measures it.  One request in ten is a report, spam or not spam, of a comment that was checked before.  In the middle
`modspam train --from-store` retrains the site's model through its gate, and the server takes it up.

`spamd` (SpamAssassin's server, local rules only) is asked for the same comments as mails, one after the other on one
connection each, in rounds before and after, where it is installed.
"""

import asyncio
import json
import os
import platform
import random
import socket
import subprocess
import sys
from argparse import ArgumentParser, Namespace
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter, sleep
from typing import Any
from urllib.parse import urlencode

import psutil
from installed import MissingPeerError
from timing.mail import found_spamassassin, mail
from versions import versions

from modspam.corpora import Example, load, without_copies

DATASETS = Path(__file__).parents[1] / "datasets"
PACKAGES = ("fastapi", "uvicorn", "sqlalchemy", "numpy", "regex")
BLOG = "http://blog.example.org"
PAGE = f"{BLOG}/2026/rye-bread-in-a-cold-kitchen/"
THANKS = b"Thanks for making the web a better place."
CONNECTIONS = 64
REPORT_EVERY = 10  # requests, of which one is a report
TARGET_MS, TARGET_READY = 25.0, 1.0
MAILS = 150  # that spamd is asked for in each round


def main() -> int:
    parser = ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("inputs", nargs="*", type=Path, help="labelled comments (default: our own)")
    parser.add_argument("--rate", type=float, default=200, help="requests a second (default: %(default)s)")
    parser.add_argument("--minutes", type=float, default=0.5, help="how long (default: %(default)s)")
    parser.add_argument("--workers", type=int, default=1, help="the server's processes (default: %(default)s)")
    parser.add_argument("--store", help="address of the store (default: SQLite in a temporary folder)")
    parser.add_argument("-o", "--output", type=Path, help="write the figures as JSON, too")
    arguments = parser.parse_args()
    comments = drawn(arguments.inputs or [DATASETS], 4000)
    report: dict[str, Any] = {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores",
        "versions": versions(PACKAGES),
        "requests a second": arguments.rate,
        "minutes": arguments.minutes,
        "workers": arguments.workers,
    }
    with TemporaryDirectory() as folder:
        before = spamd_round(comments, Path(folder))
        report |= asyncio.run(measured(comments, arguments, Path(folder)))
        after = spamd_round(comments, Path(folder))
    report["spamd"] = [figures for figures in (before, after) if figures] or "not installed"
    print(table(report))
    if arguments.output:
        arguments.output.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    return int(bool(report["failed"]))


def drawn(inputs: Sequence[Path], count: int) -> list[Example]:
    """Draw comments, the same each time."""
    kept, _ = without_copies(load(inputs)[0])
    return random.Random(6).sample(  # noqa: S311 - a draw that is the same each time
        kept, min(count, len(kept))
    )


@dataclass(slots=True)
class Tally:
    """What came back."""

    milliseconds: dict[str, list[float]] = field(default_factory=lambda: {"check": [], "report": []})
    failed: Counter[str] = field(default_factory=Counter)
    verdicts: Counter[str] = field(default_factory=Counter)


async def measured(comments: Sequence[Example], arguments: Namespace, folder: Path) -> dict[str, Any]:
    """Start the server, put it under load, and have it retrained in the middle."""
    store = arguments.store or str(folder / "store.db")
    with running(store, folder, arguments.workers) as (server, port, opened, answered):
        requests = list(prepared(comments, int(arguments.rate * arguments.minutes * 60)))
        tally, memory = Tally(), Memory(server.pid)
        watching = asyncio.create_task(memory.watch())
        retraining = asyncio.create_task(retrained(store, folder, arguments.minutes * 30))
        started = perf_counter()
        await offered(requests, arguments.rate, port, tally)
        seconds = perf_counter() - started
        said = await retraining
        watching.cancel()
    checks, reports = tally.milliseconds["check"], tally.milliseconds["report"]
    return {
        "port open after": opened,
        "first answer after the port opened": answered,
        "requests": len(requests),
        "answered a second": len(requests) / seconds,
        "failed": dict(tally.failed),
        "verdicts": dict(tally.verdicts),
        "check, ms": quantiles(checks),
        "report, ms": quantiles(reports),
        "memory, MB": memory.summary(),
        "retrained": said,
    }


def quantiles(values: Sequence[float]) -> dict[str, float]:
    ordered = sorted(values)
    return {
        name: round(ordered[min(int(share * len(ordered)), len(ordered) - 1)], 2)
        for name, share in (("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("p99.9", 0.999), ("highest", 1.0))
    }


@contextmanager
def running(store: str, folder: Path, workers: int) -> Iterator[tuple[psutil.Process, int, float, float]]:
    """Run a server; gives its process, its port, and how long it took to listen and then to answer."""
    port = free_port()
    command = [sys.executable, "-m", "modspam", "serve", "--port", str(port), "--workers", str(workers)]
    command += ["--store", store, "--models", str(folder / "models")]
    with (folder / "server.log").open("wb") as log:
        started = perf_counter()
        process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            wait_for(port, process)
            opened = perf_counter() - started
            first = perf_counter()
            with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
                connection.sendall(request("comment-check", fields_of("Is the rye starter fed daily?", "Ana", "")))
                connection.recv(4096)
            yield psutil.Process(process.pid), port, opened, perf_counter() - first
        finally:
            process.terminate()
            process.wait(30)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    while True:
        if process.poll() is not None:
            sys.exit(f"the server ended with {process.returncode}")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            sleep(0.01)
        else:
            return


# ------------------------------------------------------------------ load


def fields_of(text: str, author: str, author_url: str) -> dict[str, str]:
    """What a blog's plugin sends."""
    return {
        "api_key": "123456789012", "blog": BLOG, "user_ip": "192.0.2.7", "user_agent": "Mozilla/5.0",
        "referrer": PAGE, "permalink": PAGE,
        "comment_type": "comment", "comment_author": author, "comment_author_email": "someone@example.com",
        "comment_author_url": author_url, "comment_content": text, "blog_lang": "en_GB", "blog_charset": "UTF-8",
    }  # fmt: skip


def request(endpoint: str, fields: dict[str, str]) -> bytes:
    body = urlencode(fields, errors="replace").encode()
    head = (
        f"POST /1.1/{endpoint} HTTP/1.1\r\nHost: rest.akismet.com\r\nUser-Agent: WordPress/7.1 | Akismet/5.7.2\r\n"
        f"Content-Type: application/x-www-form-urlencoded; charset=UTF-8\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def prepared(comments: Sequence[Example], count: int) -> Iterator[tuple[str, bytes]]:
    """Give ``count`` requests: checks, and now and then a report of what was checked a while before."""
    for index in range(count):
        example = comments[index % len(comments)]
        if index % REPORT_EVERY == REPORT_EVERY - 1:
            example = comments[(index - 5 * REPORT_EVERY) % len(comments)]
            endpoint = "submit-spam" if example.spam else "submit-ham"
        else:
            endpoint = "comment-check"
        comment = example.comment
        yield endpoint, request(endpoint, fields_of(comment.text, comment.author, comment.author_url))


async def offered(requests: Sequence[tuple[str, bytes]], rate: float, port: int, tally: Tally) -> None:
    """Send each request when it is due, over connections that are kept open."""
    due: asyncio.Queue[tuple[float, str, bytes] | None] = asyncio.Queue()
    senders = [asyncio.create_task(sender(due, port, tally)) for _ in range(CONNECTIONS)]
    start = perf_counter() + 0.1
    for index, (endpoint, data) in enumerate(requests):
        at = start + index / rate
        if (ahead := at - perf_counter()) > 0:
            await asyncio.sleep(ahead)
        due.put_nowait((at, endpoint, data))
    for _ in senders:
        due.put_nowait(None)
    await asyncio.gather(*senders)


async def sender(due: "asyncio.Queue[tuple[float, str, bytes] | None]", port: int, tally: Tally) -> None:
    reader = writer = None
    while (item := await due.get()) is not None:
        at, endpoint, data = item
        try:
            if writer is None or writer.is_closing():
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(data)
            status, headers, body = await asyncio.wait_for(answer(reader), 30)
        except (OSError, asyncio.IncompleteReadError, TimeoutError, ValueError) as error:
            tally.failed[type(error).__name__] += 1
            writer = None
            continue
        kind = "check" if endpoint == "comment-check" else "report"
        tally.milliseconds[kind].append(1000 * (perf_counter() - at))
        right = body in (b"true", b"false") and "x-akismet-guid" in headers if kind == "check" else body == THANKS
        if status != 200 or not right:
            tally.failed[f"{endpoint}: {status} {body[:60].decode('ascii', 'replace')}"] += 1
        elif kind == "check":
            tally.verdicts[body.decode()] += 1


async def answer(reader: asyncio.StreamReader) -> tuple[int, dict[str, str], bytes]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
    return int(head[0].split()[1]), headers, await reader.readexactly(int(headers["content-length"]))


async def retrained(store: str, folder: Path, after: float) -> str:
    """Retrain the site's model from the store while requests come in; gives the last line of what was said."""
    await asyncio.sleep(after)
    command = [sys.executable, "-m", "modspam", "train", "--from-store", store, "--models", str(folder / "models")]
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    said, _ = await process.communicate()
    lines = said.decode("utf-8", "replace").strip().splitlines()
    return f"exit code {process.returncode}: {lines[-1] if lines else ''}"


class Memory:
    """Private memory of a process and of those that it started, watched every two seconds."""

    def __init__(self, pid: int) -> None:
        self._process = psutil.Process(pid)
        self._seen: list[float] = []

    async def watch(self) -> None:
        """Look every two seconds, until it is cancelled."""
        while True:
            family = [self._process, *self._process.children(recursive=True)]
            self._seen.append(sum(process.memory_full_info().uss for process in family) / 1e6)
            await asyncio.sleep(2)

    def summary(self) -> dict[str, float]:
        """The first and the last tenth of the time after the first fifth, in which caches fill, and the most."""
        settled = self._seen[len(self._seen) // 5 :] or self._seen
        part = max(len(settled) // 10, 1)
        return {
            "at first": round(median(settled[:part]), 1),
            "at last": round(median(settled[-part:]), 1),
            "highest": round(max(self._seen), 1),
        }


# ------------------------------------------------------------------ spamd


def spamd_round(comments: Sequence[Example], folder: Path) -> dict[str, float] | None:
    """Ask spamd for some comments, as mails; None where it is not installed."""
    try:
        program = found_spamassassin("spamd")
    except MissingPeerError:
        return None
    port = free_port()
    command = [program, "--local", "--nouser-config", "--max-children=2", f"--port={port}", "--listen=127.0.0.1"]
    with (folder / "spamd.log").open("wb") as log:
        process = subprocess.Popen([*command, f"--helper-home-dir={folder}", "--syslog=stderr"], stdout=log, stderr=log)
    try:
        wait_for(port, process)
        times = [spamd_answer(port, example) for example in comments[:MAILS]]
    finally:
        process.terminate()
        process.wait(30)
    return quantiles(times)


def spamd_answer(port: int, example: Example) -> float:
    """Ask spamd for one comment; gives the milliseconds."""
    given = mail(example.comment)
    started = perf_counter()
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        connection.sendall(b"CHECK SPAMC/1.2\r\nContent-length: %d\r\n\r\n" % len(given) + given)
        connection.shutdown(socket.SHUT_WR)
        said = b"".join(iter(lambda: connection.recv(4096), b""))
    if not said.startswith(b"SPAMD/1.1 0 EX_OK"):
        sys.exit(f"spamd said: {said[:200]!r}")
    return 1000 * (perf_counter() - started)


def table(report: dict[str, Any]) -> str:
    """Say it for people, each target beside what was found."""
    check, failed, memory = report["check, ms"], report["failed"], report["memory, MB"]
    ready = report["first answer after the port opened"]
    rows = [
        ("comment-check, p99", f"{check['p99']} ms", f"{TARGET_MS:.0f} ms", check["p99"] < TARGET_MS),
        ("comment-check, median", f"{check['p50']} ms", "", True),
        ("reports, p99", f"{report['report, ms']['p99']} ms", "", True),
        ("failed requests", f"{sum(failed.values())} of {report['requests']:,}", "0", not failed),
        ("answered a second", f"{report['answered a second']:.0f}", f"{report['requests a second']:.0f}", True),
        ("memory, first and last", f"{memory['at first']} and {memory['at last']} MB", "flat",
         memory["at last"] < 1.05 * memory["at first"] + 2),
        ("first answer after the port opened", f"{ready:.3f} s", f"{TARGET_READY:.0f} s", ready < TARGET_READY),
        ("retrained under load", report["retrained"], "exit code 0", report["retrained"].startswith("exit code 0")),
    ]  # fmt: skip
    lines = [f"| {'what':34} | found | target | |", "|---|---|---|---|"]
    lines += [f"| {name:34} | {found} | {target} | {'' if met else 'MISSED'} |" for name, found, target, met in rows]
    if isinstance(report["spamd"], list):
        for figures in report["spamd"]:
            lines.append(f"| {'spamd, one at a time':34} | p50 {figures['p50']} ms, p99 {figures['p99']} ms | | |")
    else:
        lines.append(f"| {'spamd':34} | {report['spamd']} | | |")
    return "\n".join([*lines, *(f"failed {count}: {what}" for what, count in failed.items())])


if __name__ == "__main__":
    sys.exit(main())
