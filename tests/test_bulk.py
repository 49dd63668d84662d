"""Bulk scoring: nothing of the input is lost or changed, and what stopped a run leaves no trace in the output."""

import json
import os
import re
import shutil
import signal
import struct
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pyarrow as pa
import pytest
from conftest import PROJECT
from pyarrow import parquet
from tables import bytes_of

import modspam
from modspam.bulk import Job, score
from modspam.cli import main
from modspam.errors import ModelFormatError
from modspam.model import LinearModel, bundled_path
from modspam.progress import progress
from modspam.rows import SUFFIXES, RowFile

HONEST = "My bread stays flat in the middle, is the oven too hot or the dough too wet?"
SPAM = "Hi #WEBSITE# owner! I noticed Google is showing a unsafe website warning to your customers."
ROWS = [
    {"id": "1", "text": HONEST, "author": "Žofie", "note": "of the first page"},
    {"id": "2", "text": SPAM, "author": "", "note": 'a "quoted",\n\u2028long one'},
    {"id": "3", "text": "", "author": "Ana", "note": "\N{BREAD}"},
    {"id": "4", "text": "Спасибо за рецепт! Хлеб получился с первого раза.", "author": "Оля", "note": ""},
]
PATIENCE = 60  # seconds, so that a bug fails instead of hanging

pytestmark = pytest.mark.usefixtures("folder")
posix = pytest.mark.skipif(sys.platform == "win32", reason="needs the signals, limits and devices of POSIX")
linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc or /dev/full")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Make a fresh folder the current one."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def told(capsys):
    """Run the command within this process, in one job; gives the exit code and what it said on standard error."""

    def told(*arguments):
        code = main(["score", *map(str, arguments), "--jobs=1"])
        return code, capsys.readouterr().err

    return told


def lines_of(path):
    return [json.loads(line) for line in Path(path).read_bytes().split(b"\n")[:-1]]


def command(*arguments):
    return [sys.executable, "-W", "error", "-m", "modspam", "score", *map(str, arguments)]


@contextmanager
def running(*arguments):
    """Start the command in a group of its own; it is killed in the end, with the processes that it has started."""
    with (
        Path("err.txt").open("wb") as errors,  # not a pipe, which a process that is left over would keep open
        subprocess.Popen(
            command(*arguments),
            stdout=subprocess.DEVNULL,
            stderr=errors,
            env=os.environ | {"PYTHONPATH": str(PROJECT)},
            start_new_session=True,
        ) as process,
    ):
        try:
            yield process
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def wait_for_lines(process, count):
    """Wait until the process has written so many lines of its draft."""
    part = Path("out.jsonl.part")
    end = time.monotonic() + PATIENCE
    while not part.exists() or part.read_bytes().count(b"\n") < count:
        assert process.poll() is None, Path("err.txt").read_text()
        assert time.monotonic() < end
        time.sleep(0.01)


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    """A file that takes seconds to score, some of its rows broken; and what is to come of it."""
    folder = tmp_path_factory.mktemp("many")
    source = folder / "many.jsonl"
    rows = [json.dumps({"id": number, "text": f"{number}: {HONEST} {SPAM}"}) for number in range(8000)]
    rows[5] = rows[1000] = "no JSON"
    source.write_text("\n".join(rows) + "\n")
    assert main(["score", str(source), "-o", str(folder / "whole.jsonl"), "--jobs=1"]) == 2
    return source, (folder / "whole.jsonl").read_bytes()


# What comes out


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_every_row_comes_out_in_order_with_its_fields_and_its_verdict(folder, told, moderator, suffix):
    source = folder / f"in{suffix}"
    source.write_bytes(bytes_of(suffix, ROWS))
    assert told(source, "-o", "out.jsonl") == (0, "4 comments: 3 keep, 1 flag\n")
    verdicts = [moderator.check({"text": row["text"], "author": row["author"]}) for row in ROWS]
    assert lines_of("out.jsonl") == [
        row | {"modspam": {"action": str(verdict.action), "probability": verdict.probability}}
        for row, verdict in zip(ROWS, verdicts, strict=True)
    ]
    assert sorted(path.name for path in folder.iterdir()) == [source.name, "out.jsonl"]


def test_the_fields_of_a_json_line_are_kept_to_the_byte(told):
    given = [
        b'{"text":"Rye or wheat?","price":1.10,"big":123456789012345678901234567890.5,"e":1E5}',
        b'{ "n" : NaN , "text" : "Rye \\u006fr wheat, \\ud83d?" , "n" : 2 }',
        '{"text": "Žofie", "modspam2": {"modspam": {"error": "not ours"}}}'.encode(),
        b'{\t"text": "the verdict is \\"modspam\\": {\\"error\\"", "cr":\r1}',
    ]
    Path("in.jsonl").write_bytes(b"\xef\xbb\xbf" + b" \r\n\n".join(given))
    assert told("in.jsonl", "-o", "out.jsonl", "--reasons") == (0, "4 comments: 4 keep\n")
    out = Path("out.jsonl").read_bytes().split(b"\n")[:-1]
    for line, told_line in zip(given, out, strict=True):
        assert told_line.startswith(line[:-1].rstrip() + b', "modspam": {"action": "keep", ')
        assert json.loads(told_line)["modspam"]["threshold"] > 0


def test_reasons_are_told_where_they_are_asked_for(told, moderator):
    Path("in.csv").write_bytes(bytes_of("in.csv", ROWS))
    told("in.csv", "-o", "out.jsonl", "--reasons")
    expected = [moderator.check({"text": row["text"], "author": row["author"]}).to_dict() for row in ROWS]
    assert [line["modspam"] for line in lines_of("out.jsonl")] == expected


def test_threshold_band_rate_and_model_may_be_chosen(told):
    Path("in.csv").write_bytes(bytes_of("in.csv", ROWS))
    shutil.copy(bundled_path(), "own.model")

    def counted(*options):
        return told("in.csv", "-o", "out.jsonl", "--restart", *options)[1]

    assert counted("--threshold=0") == "4 comments: 1 keep, 3 flag\n"  # an empty one cannot be judged
    assert counted("--threshold=1", "--hold-from=0", "--model=own.model") == "4 comments: 1 keep, 3 hold\n"
    assert counted("--max-false-positive-rate=0.05") == "4 comments: 3 keep, 1 flag\n"
    assert "not both" in counted("--max-false-positive-rate=0.05", "--threshold=1")


def test_what_parquet_has_and_json_has_not_comes_as_text(told):
    table = pa.table(
        {
            "text": [HONEST, None],
            "at": pa.array([1, None], pa.timestamp("ns")),
            "raw": [b"\x00\xff", None],
            "price": pa.array(["1.10", None]).cast(pa.decimal128(5, 2)),
            "rate": [float("nan"), 0.5],
            "days": pa.array([[1], []], pa.list_(pa.date32())),
        }
    )
    parquet.write_table(table, "in.parquet")
    assert told("in.parquet", "-o", "out.jsonl")[0] == 2  # a row without text
    first, second = lines_of("out.jsonl")
    assert first.pop("modspam")["action"] == "keep"
    assert first == {
        "text": HONEST,
        "at": "1970-01-01 00:00:00.000000001",
        "raw": "AP8=",
        "price": "1.10",
        "rate": None,
        "days": ["1970-01-02"],
    }
    assert second["modspam"]["error"].startswith("the comment has no text")


def test_a_file_without_rows_gives_one_without_lines(told):
    Path("in.jsonl").touch()
    assert told("in.jsonl", "-o", "deep/down/out.jsonl") == (0, "0 comments: none\n")
    assert Path("deep/down/out.jsonl").read_bytes() == b""


def test_the_number_of_jobs_changes_no_byte(many):
    source, whole = many
    done = subprocess.run(command(source, "-o", "out.jsonl", "--jobs=2"), capture_output=True, check=False)
    assert done.returncode == 2
    assert Path("out.jsonl").read_bytes() == whole


@pytest.mark.parametrize("jobs", [1, 2])
def test_one_job_starts_no_process_and_two_do(jobs):
    Path("in.csv").write_bytes(bytes_of("in.csv", ROWS))
    program = "import sys; from modspam.cli import main; main(sys.argv[1:]); print(*sys.modules)"
    arguments = ["score", "in.csv", "-o", "out.jsonl", f"--jobs={jobs}"]
    done = subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=True)
    assert ("loky.backend.popen_loky" in done.stdout) == (jobs == 2)
    assert "sklearn" not in done.stdout
    assert "tqdm" not in done.stdout  # there is no terminal


# Broken rows

FAULTS = {
    b"Nice bread": ("Nice bread", "broken JSON"),
    b'{"text": "half an obj': ('{"text": "half an obj', "broken JSON"),
    b'["Nice bread"]': ('["Nice bread"]', "a JSON object was expected, not list"),
    b'{"text": "caf\xe9"}': ('{"text": "caf\\xe9"}', "not UTF-8"),
    b"[" * 100_000: ("[" * 100_000, "broken JSON"),
    b'{"author": "Ana"}': (None, "the comment has no text"),
    b"{}": (None, "the comment has no text"),
    b'{"comment_content": 3}': (None, "must be a str, not int: write what stands under 'comment_content' in quotation"),
    b'{"text": "Nice bread", "author": ["Ana"]}': (None, "the comment's author must be a str, not list"),
}


@pytest.mark.parametrize("jobs", [1, 2])
def test_broken_rows_come_out_with_what_is_wrong_and_the_others_with_verdicts(jobs):
    good = json.dumps(ROWS[0]).encode()
    Path("in.jsonl").write_bytes(b"\n".join(line for fault in FAULTS for line in (good, fault)))
    done = subprocess.run(command("in.jsonl", "-o", "out.jsonl", f"--jobs={jobs}"), capture_output=True, check=False)
    assert done.returncode == 2
    assert done.stderr.decode().splitlines() == [
        f"{2 * len(FAULTS)} comments: {len(FAULTS)} keep, {len(FAULTS)} broken",
        "modspam: broken rows have no verdict: modspam.error says why",
    ]
    out = lines_of("out.jsonl")
    assert all(line["modspam"]["action"] == "keep" for line in out[::2])
    for number, (told_line, (line, (raw, error))) in enumerate(zip(out[1::2], FAULTS.items(), strict=True), start=1):
        ours = told_line.pop("modspam")
        assert error in ours["error"]
        assert ours["line"] == 2 * number
        assert told_line == (json.loads(line) if raw is None else {"raw": raw})


def test_a_broken_row_of_a_table_keeps_its_fields(told):
    Path("in.csv").write_bytes(b"text,author\nBread, butter,Ana\ncaf\xe9,Bo\nIs rye bread hard to bake?\n")
    assert told("in.csv", "-o", "out.jsonl")[0] == 2
    first, second, third = lines_of("out.jsonl")
    assert (first["raw"], first["modspam"]["line"]) == (["Bread", " butter", "Ana"], 2)
    assert (second["raw"], second["modspam"]["line"]) == (["caf\\xe9", "Bo"], 3)
    assert set(third) == {"text", "modspam"}


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_field_of_ours_that_is_there_already_is_not_overwritten(jobs):
    Path("in.jsonl").write_bytes(json.dumps({"text": HONEST, "modspam": {"action": "keep"}}).encode())
    done = subprocess.run(command("in.jsonl", "-o", "out.jsonl", f"--jobs={jobs}"), capture_output=True, check=False)
    assert done.returncode == 2
    assert done.stderr.decode() == (
        "modspam: line 1 has a field 'modspam' already, where the verdict goes: rename it or take it out\n"
    )
    assert not Path("out.jsonl").exists()


# Stopped and gone on with


@posix
@pytest.mark.parametrize("jobs", [1, 2])
def test_a_run_that_was_killed_goes_on_to_the_same_bytes(folder, many, jobs):
    source, whole = many
    for lines in (1, 600):
        with running(source, "-o", "out.jsonl", f"--jobs={jobs}") as process:
            wait_for_lines(process, lines)
    assert not Path("out.jsonl").exists()
    with Path("out.jsonl.part").open("ab") as part:
        part.write(b'{"id": 9999, "text": "half a li')  # as far as a kill within a write may have come
    done = subprocess.run(
        command(source, "-o", "out.jsonl", f"--jobs={jobs}"), capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "going on after " in done.stderr
    assert "8,000 comments: " in done.stderr
    assert ", 2 broken\n" in done.stderr
    assert Path("out.jsonl").read_bytes() == whole
    assert not list(folder.glob("*.part*"))


@posix
@pytest.mark.parametrize("jobs", [1, 2])
def test_ctrl_c_says_how_to_go_on_and_nothing_else(many, jobs):
    source, whole = many
    with running(source, "-o", "out.jsonl", f"--jobs={jobs}") as process:
        wait_for_lines(process, 1)
        os.killpg(process.pid, signal.SIGINT)  # to all of its processes, as a terminal sends it
        assert process.wait(PATIENCE) == 2
    assert Path("err.txt").read_text() == (
        "modspam: interrupted: what is done is kept in out.jsonl.part: run the same command again to go on\n"
    )
    assert main(["score", str(source), "-o", "out.jsonl", "--jobs=1"]) == 2
    assert Path("out.jsonl").read_bytes() == whole


@linux
def test_a_process_that_is_ended_from_outside_is_told(many):
    source, _ = many
    with running(source, "-o", "out.jsonl", "--jobs=2") as process:
        wait_for_lines(process, 1)
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        worker = next(child for child in children if b"LokyProcess" in Path(f"/proc/{child}/cmdline").read_bytes())
        os.kill(int(worker), signal.SIGKILL)
        assert process.wait(PATIENCE) == 2
    said = Path("err.txt").read_text()
    assert said.startswith("modspam: a process that scores was ended, ")
    assert said.endswith("what is done is kept in out.jsonl.part: run the same command again to go on\n")
    assert said.count("\n") == 1


@pytest.fixture
def draft(folder, told):
    """A draft of two lines that a run was stopped after, and its bytes."""
    folder.joinpath("in.csv").write_bytes(bytes_of("in.csv", ROWS))
    folder.joinpath("in2.csv").write_bytes(bytes_of("in.csv", ROWS * 2))
    model = LinearModel.load(bundled_path())
    replace(model, intercept=model.intercept + 1).save("own.model")
    told("in.csv", "-o", "out.jsonl")
    note = {
        "format": 1,
        "version of modspam": modspam.__version__,
        "input": {"size": Path("in.csv").stat().st_size, "modified": Path("in.csv").stat().st_mtime_ns},
        "model": sha256(bundled_path().read_bytes()).hexdigest(),
        "threshold": model.threshold,
        "hold from": model.threshold,
        "reasons": False,
    }
    lines = Path("out.jsonl").read_bytes().splitlines(keepends=True)
    Path("out.jsonl").rename("whole.jsonl")
    Path("out.jsonl.part").write_bytes(b"".join(lines[:2]))
    Path("out.jsonl.part.json").write_text(json.dumps(note))
    return Path("out.jsonl.part").read_bytes()


@pytest.mark.usefixtures("draft")
def test_the_same_command_goes_on(told):
    assert told("in.csv", "-o", "out.jsonl") == (0, "going on after 2 comments\n4 comments: 3 keep, 1 flag\n")
    assert Path("out.jsonl").read_bytes() == Path("whole.jsonl").read_bytes()


OTHERS = {
    "another input": (["in2.csv"], "input"),
    "another model": (["in.csv", "--model=own.model"], "model"),
    "another threshold": (["in.csv", "--threshold=0.5"], "threshold, hold from"),
    "a band": (["in.csv", "--hold-from=0.1"], "hold from"),
    "reasons": (["in.csv", "--reasons"], "reasons"),
}


@pytest.mark.parametrize(("arguments", "other"), OTHERS.values(), ids=OTHERS)
def test_a_draft_of_something_else_is_left_alone(draft, told, arguments, other):
    code, said = told(*arguments, "-o", "out.jsonl")
    assert code == 2
    assert said.startswith(f"modspam: out.jsonl.part was begun with something else ({other}): ")
    assert "--restart" in said
    assert Path("out.jsonl.part").read_bytes() == draft
    code, said = told(*arguments, "-o", "out.jsonl", "--restart")
    assert code == 0
    assert "going on" not in said
    assert not Path("out.jsonl.part").exists()


@pytest.mark.parametrize("note", [None, "", "[1]", '{"format": 0}'], ids=repr)
def test_a_draft_of_nobody_knows_what_is_left_alone(draft, told, note):
    if note is None:
        Path("out.jsonl.part.json").unlink()
    else:
        Path("out.jsonl.part.json").write_text(note)
    code, said = told("in.csv", "-o", "out.jsonl")
    assert code == 2
    assert "was begun with something else" in said
    assert Path("out.jsonl.part").read_bytes() == draft


@posix
def test_two_runs_do_not_write_the_same_output(many, told):
    source, _ = many
    with running(source, "-o", "out.jsonl", "--jobs=1") as process:
        wait_for_lines(process, 1)
        for options in ([], ["--restart"]):
            code, said = told(source, "-o", "out.jsonl", *options)
            assert code == 2
            assert "out.jsonl.part is being written by another run" in said
        assert process.poll() is None


def test_a_model_that_changes_on_the_way_is_told():
    Path("in.csv").write_bytes(bytes_of("in.csv", ROWS))
    with RowFile(Path("in.csv")) as source, pytest.raises(ModelFormatError, match="has changed since this run began"):
        score(source, Job(bundled_path(), "0" * 64, 0.5, 0.5, reasons=False), lambda _: None)


# Outputs


@posix
def test_a_run_that_was_to_replace_a_result_and_was_killed_goes_on_without_being_told_again(many):
    source, whole = many
    Path("out.jsonl").write_text("precious\n")
    with running(source, "-o", "out.jsonl", "--jobs=1", "--restart") as process:
        wait_for_lines(process, 1)
    assert Path("out.jsonl").read_text() == "precious\n"
    assert main(["score", str(source), "-o", "out.jsonl", "--jobs=1"]) == 2
    assert Path("out.jsonl").read_bytes() == whole


def test_a_result_is_only_replaced_where_that_is_asked_for_and_only_by_a_whole_one(told):
    Path("in.csv").write_bytes(bytes_of("in.csv", ROWS))
    Path("out.jsonl").write_text("precious\n")
    code, said = told("in.csv", "-o", "out.jsonl")
    assert code == 2
    assert said == "modspam: out.jsonl is there already: choose another name, or replace it with --restart\n"
    Path("bad.csv").write_text('text\nBread\n"left open\n')
    assert told("bad.csv", "-o", "out.jsonl", "--restart")[0] == 2
    assert told("in.csv", "-o", "out.jsonl") == (code, said)  # though there is a draft now, without lines
    assert Path("out.jsonl").read_text() == "precious\n"
    assert told("in.csv", "-o", "out.jsonl", "--restart")[0] == 0
    assert len(lines_of("out.jsonl")) == 4


OUTPUTS = {
    "in.jsonl": "is the input, too",
    "out.jsonl.gz": "pack it",
    "out.parquet": "lines of JSON are written",
    "folder": "is a folder",
    "in.jsonl/out.jsonl": "cannot be written: ",
}


@posix
@pytest.mark.parametrize(("output", "message"), OUTPUTS.items(), ids=OUTPUTS)
def test_outputs_that_would_be_a_mistake_are_refused(folder, told, output, message):
    Path("in.jsonl").write_bytes(bytes_of("in.jsonl", ROWS))
    Path("folder").mkdir()
    code, said = told("in.jsonl", "-o", output, "--restart")
    assert code == 2
    assert message in said
    assert len(lines_of("in.jsonl")) == 4
    assert sorted(path.name for path in folder.iterdir()) == ["folder", "in.jsonl"]


@posix
def test_a_full_disk_is_told_and_the_run_goes_on_once_there_is_room(many):
    source, whole = many
    full = subprocess.run(
        ["sh", "-c", 'ulimit -f 500; exec "$@"', "sh", *command(source, "-o", "out.jsonl", "--jobs=1")],  # noqa: S607
        capture_output=True,
        text=True,
        check=False,
    )
    assert full.returncode == 2
    assert full.stderr.endswith(
        "modspam: out.jsonl.part cannot be written: File too large; "
        "what is done is kept in out.jsonl.part: run the same command again to go on\n"
    )
    assert Path("out.jsonl.part").stat().st_size > 100_000
    assert main(["score", str(source), "-o", "out.jsonl", "--jobs=1"]) == 2
    assert Path("out.jsonl").read_bytes() == whole


@linux
def test_a_device_that_is_full_is_told_and_stays_a_device(told):
    Path("in.csv").write_bytes(bytes_of("in.csv", ROWS))
    assert told("in.csv", "-o", "/dev/full") == (2, "modspam: the output cannot be written: No space left on device\n")
    assert told("in.csv", "-o", "/dev/null")[0] == 0
    assert Path("/dev/null").is_char_device()
    done = subprocess.run(
        ["sh", "-c", 'exec "$@" > /dev/full', "sh", *command("in.csv", "-o", "-")],  # noqa: S607
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (2, "modspam: the output cannot be written: No space left on device\n")


def test_standard_output_gets_the_same_bytes(many):
    source, whole = many
    done = subprocess.run(command(source, "-o", "-", "--jobs=2"), capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (2, whole)


def test_a_reader_that_goes_away_is_no_drama(many):
    source, _ = many
    with subprocess.Popen(
        command(source, "-o", "-", "--jobs=2"), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert json.loads(process.stdout.readline())["modspam"]["action"]
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(PATIENCE) == 2


@posix
def test_an_input_that_changes_while_it_is_read_gives_no_output(many):
    source = Path(shutil.copy(many[0], "in.jsonl"))
    with running(source, "-o", "out.jsonl", "--jobs=1") as process:
        wait_for_lines(process, 1)
        with source.open("ab") as file:
            file.write(b'{"text": "One more."}\n')
        assert process.wait(PATIENCE) == 2
    assert "in.jsonl changed while it was read" in Path("err.txt").read_text()
    assert not Path("out.jsonl").exists()
    assert Path("out.jsonl.part").exists()


# Progress and memory


def test_progress_is_a_line_now_and_then_where_there_is_no_terminal(capsys, monkeypatch):
    with progress(1000) as show:
        show(10, 1)
    assert capsys.readouterr().err == ""
    monkeypatch.setattr("modspam.progress._EVERY", 0)
    with progress(1000, position=500, comments=50) as show:
        show(750, 1050)
    assert capsys.readouterr().err.startswith(" 75%: 1,050 comments, ")


@posix
def test_progress_is_a_bar_on_a_terminal(many):
    import fcntl
    import pty
    import termios

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("4H", 24, 100, 0, 0))
    with subprocess.Popen(command(many[0], "-o", "out.jsonl", "--jobs=1"), stderr=theirs) as process:
        os.close(theirs)
        shown = b""
        try:
            while piece := os.read(ours, 4096):
                shown += piece
        except OSError:  # the terminal's way of saying that the other side has closed
            pass
        finally:
            os.close(ours)
        assert process.wait(PATIENCE) == 2
    assert b"100%|" in shown
    assert b"| 8,000 comments, " in shown
    assert b" left]" in shown


@linux
def test_memory_does_not_grow_with_the_input():
    row = json.dumps({"text": "Rye or wheat?", "page": "x" * 20_000}) + "\n"
    program = "import sys; from modspam.cli import main; main(sys.argv[1:]); print(open('/proc/self/status').read())"
    peaks = []
    for rows in (500, 4000):  # 10 and 80 MB
        with Path("in.jsonl").open("w") as file:
            file.writelines(row for _ in range(rows))
        arguments = ["score", "in.jsonl", "-o", "out.jsonl", "--jobs=1", "--restart"]
        done = subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=True)
        peaks.append(int(re.search(r"VmHWM:\s+(\d+) kB", done.stdout)[1]) / 1000)
    assert peaks[1] - peaks[0] < 20
