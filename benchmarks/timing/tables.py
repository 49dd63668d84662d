"""The report as Markdown, and its place in the README."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from timing.contenders import OURS
from timing.rounds import rounded
from timing.targets import targets

__all__ = ["has_markers", "markdown", "put_between_markers"]

_BEGIN, _END = "<!-- speed: begin; written by speed.py -->", "<!-- speed: end -->"
_COLUMNS = (
    ("batch", "comments/s"),
    ("batch", "MB/s"),
    ("one check, median", "us"),
    ("one check, 99th percentile", "us"),
    ("one check, longest", "us"),
    ("import", "ms"),
    ("model load", "ms"),
    ("model file", "MB"),
)


def has_markers(path: Path) -> bool:
    """Whether the file has a place for the tables."""
    _, begin, rest = path.read_text(encoding="utf-8").partition(_BEGIN)
    return bool(begin) and _END in rest


def put_between_markers(path: Path, text: str) -> None:
    """Replace what stands between the markers."""
    before, begin, rest = path.read_text(encoding="utf-8").partition(_BEGIN)
    _, end, after = rest.partition(_END)
    path.write_text(f"{before}{begin}\n\n{text}\n\n{end}{after}", encoding="utf-8")


def markdown(report: Mapping[str, Any]) -> str:
    """Lay out everything."""
    return "\n".join(
        [
            *_setting(report),
            "",
            "Targets:",
            "",
            *_targets(report),
            "",
            f"On these comments; in brackets as many times modspam's figure. {_few(report)}".rstrip(),
            "",
            *_contenders(report),
            "",
            "One check of made texts, microseconds, the median:",
            "",
            *_shapes(report),
            "",
            *_growth(report),
            "",
            *_stages(report["stages"]),
            "",
            *_rest(report),
        ]
    )


def _setting(report: Mapping[str, Any]) -> Iterator[str]:
    machine, given = report["machine"], report["input"]
    versions = ", ".join(f"{name} {number}" for name, number in report["versions"].items() if number[0].isdigit())
    lengths = given["bytes_of_a_comment"]
    yield (
        f"{report['date']}; {machine['cpu']}, {machine['cores']} cores, {machine['system']}; load average "
        f"{machine['load_average_at_start']} at the start, {machine['load_average_at_end']} at the end; {versions}."
    )
    loads = [load for load in (machine["load_average_at_start"], machine["load_average_at_end"]) if load is not None]
    if max(loads, default=0) > machine["cores"]:
        yield ""
        yield "**Other jobs had the machine, too**: the ratios are worth more than the times."
    yield ""
    yield (
        f"{given['name']}: {given['comments']:,} comments of {lengths['p25']}, {lengths['p50']}, {lengths['p75']} and "
        f"{lengths['p99']:,} bytes (quartiles and 99th percentile), {lengths['longest']:,} at most; {report['rounds']} "
        f"rounds; the peers learned {given['learned']['spam']:,} spam and {given['learned']['ham']:,} ham."
    )
    missing = [f"{name}: {peer['missing']}" for name, peer in report["contenders"].items() if "missing" in peer]
    if missing:
        yield ""
        yield f"Left out: {'; '.join(missing)}."


def _few(report: Mapping[str, Any]) -> str:
    few = [name for name, peer in report["contenders"].items() if peer.get("comments") != len_of(report)]
    few = [name for name in few if "missing" not in report["contenders"][name]]
    if not few:
        return ""
    return f"{' and '.join(few)} had the first {report['contenders'][few[0]]['comments']} comments alone."


def len_of(report: Mapping[str, Any]) -> int:
    return int(report["input"]["comments"])


def _targets(report: Mapping[str, Any]) -> Iterator[str]:
    rows = [
        (
            target.job,
            target.wanted,
            "-" if target.value is None else f"{rounded(target.value)}{target.unit}",
            target.said,
        )
        for target in targets(report)
    ]
    return table(("job", "wanted", "measured", "outcome"), rows)


def _contenders(report: Mapping[str, Any]) -> Iterator[str]:
    found = {(m["measure"], m["unit"]): m["figures"] for m in report["measures"]}
    names = [name for name, peer in report["contenders"].items() if "missing" not in peer]
    rows = [(name, *(_cell(found[column], name) for column in _COLUMNS)) for name in names]
    return table(("", *(f"{measure}, {unit}" for measure, unit in _COLUMNS)), rows)


def _cell(figures: Mapping[str, Mapping[str, float]], name: str) -> str:
    if name not in figures:
        return "-"
    text = rounded(figures[name]["value"])
    return text if name == OURS else f"{text} ({rounded(figures[name]['ratio'])}x)"


def _shapes(report: Mapping[str, Any]) -> Iterator[str]:
    names = list(report["shapes"][0]["figures"])
    rows = [
        (row["kind"], f"{row['bytes']:,}", *(rounded(row["figures"][name]["value"]) for name in names))
        for row in report["shapes"]
    ]
    return table(("", "bytes", *names), rows)


def _growth(report: Mapping[str, Any]) -> Iterator[str]:
    growth = report["growth"]
    sizes = list(next(iter(growth["ns_per_byte"].values())))
    yield "modspam alone, nanoseconds for each byte of one comment:"
    yield ""
    rows = [
        (kind, *(rounded(row[size]) for size in sizes), f"{growth['highest_over_lowest'][kind]:.2f}x")
        for kind, row in growth["ns_per_byte"].items()
    ]
    yield from table(("", *(f"{int(size):,} bytes" for size in sizes), "highest over lowest"), rows)


def _stages(stages: Mapping[str, Any]) -> Iterator[str]:
    yield "Where the time goes, microseconds a comment:"
    yield ""
    blocks, single = stages["blocks"], stages["single"]
    rows = []
    for stage in blocks:
        cells = [
            f"{rounded(part[stage]['value'])} ({part[stage]['value'] / part['whole']['value']:.0%})"
            for part in (blocks, single)
        ]
        rows.append((f"**{stage}**" if stage in {"whole", "floor"} else stage, *cells))
    yield from table(("stage", "in blocks of 256", "one at a time"), rows)


def _rest(report: Mapping[str, Any]) -> Iterator[str]:
    own, memory, two, pipe = report["modspam"], report["memory"], report["two_processes"], report["pipe"]
    yield (
        f"A check with its reasons: {rounded(own['reasons']['median_us']['value'])} us (median), "
        f"{rounded(own['reasons']['p99_us']['value'])} us (99th percentile).  `modspam check`: "
        f"{rounded(own['modspam_check_ms']['value'])} ms, `import numpy, regex`: "
        f"{rounded(own['import_numpy_and_regex_ms']['value'])} ms.  `check --jsonl --no-reasons`: "
        f"{rounded(pipe['comments_per_second']['value'])} comments/s, `check_many` beside it "
        f"{rounded(pipe['check_many_per_second']['value'])}."
    )
    if two:
        yield (
            f"One process: {rounded(two['one_per_second']['value'])} comments/s, two: "
            f"{rounded(two['two_per_second']['value'])}."
        )
    if memory:
        peaks = {name: rounded(peak / 1024) for name, peak in memory["peak_kb"].items()}
        many = next(name for name in peaks if name.endswith("_times"))
        yield (
            f"Peak memory: {peaks['one_short']} MB for one short comment, {peaks['comments']} MB for these comments, "
            f"{peaks[many]} MB for ten times as many, {peaks['one_long']} MB for one of {report['longest']:,} bytes "
            f"({memory['long_comment_bytes_per_byte']:.0f} bytes a byte).  Of {memory['processes']} processes, each "
            f"holds {memory['model_in_memory_kb']:,} kB of the model's file, its share of that is "
            f"{memory['model_share_of_a_process_kb']:,} kB, {memory['model_private_dirty_kb']:,} kB is private; with "
            f"everything a process's share is {rounded(memory['process_share_kb'] / 1024)} MB."
        )


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    r"""Lay out a Markdown table.

    >>> print("\n".join(table(("", "ms"), [("load", "5")])))
    |  | ms |
    |---|---|
    | load | 5 |
    """
    yield f"| {' | '.join(head)} |"
    yield "|---" * len(head) + "|"
    for row in rows:
        yield f"| {' | '.join(row)} |"
