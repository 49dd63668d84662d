"""The command as a shell or a CMS meets it: exit codes, what goes to which stream, and what bad input does."""

import json
import os
import re
import shutil
import subprocess
import sys
import unicodedata
from concurrent.futures import ThreadPoolExecutor

import pytest
from conftest import PROJECT, short

import modspam
from modspam import Comment
from modspam.model import bundled_path
from modspam.registry import corpora as known_corpora

BORN_FROM = (
    "Hi #WEBSITE# owner!\n"
    "I noticed Google is showing a unsafe website warning to your potential customers online."
)  # fmt: skip
HONEST = "My bread stays flat in the middle, is the oven too hot or the dough too wet?"
COMMANDS = (
    *("check", "explain", "score", "train", "rollback", "evaluate", "model", "keys", "store", "serve", "corpora"),
    "wordpress-plugin",
)
PATIENCE = 60  # seconds, so that a bug fails instead of hanging

posix = pytest.mark.skipif(sys.platform == "win32", reason="needs bytes as arguments, a shell and terminals of POSIX")


def command(*arguments):
    return [sys.executable, "-W", "error", "-m", "modspam", *arguments]


def environment(**changes):
    unwanted = {"NO_COLOR", "FORCE_COLOR", "PYTHONUNBUFFERED"}  # buffered, as it is for most people
    kept = {name: value for name, value in os.environ.items() if name not in unwanted}
    quick = {"OPENBLAS_NUM_THREADS": "1"}  # starting threads takes longer than judging a comment
    return {**kept, **quick, "PYTHONPATH": str(PROJECT), "PYTHONIOENCODING": "utf-8", **changes}


def run(*arguments, given=b"", folder=None, **changes):
    """Run the command to its end; gives the exit code, standard output and standard error."""
    done = subprocess.run(
        command(*arguments),
        input=given,
        capture_output=True,
        cwd=folder,
        env=environment(**changes),
        timeout=2 * PATIENCE,
        check=False,
    )
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def lines_of(*values, end="\n"):
    return "".join(json.dumps(value) + end for value in values).encode()


def is_safe_to_print(text):
    return all(
        character == "\n" or (unicodedata.category(character) != "Cc" and character not in "\u202a\u202e\u2066\u2069")
        for character in text
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Where the commands that fail are run: a file that is no model, a folder, a comment."""
    folder = tmp_path_factory.mktemp("commands")
    folder.joinpath("foreign.txt").write_text("Flour, water, salt.\n" * 40)
    folder.joinpath("folder").mkdir()
    return folder


# One comment in


@pytest.mark.parametrize(
    ("way", "text", "code", "word"),
    [
        ("argument", BORN_FROM, 1, "flag"),
        ("argument", HONEST, 0, "keep"),
        ("file", BORN_FROM, 1, "flag"),
        ("standard input", BORN_FROM, 1, "flag"),
    ],
    ids=short,
)
def test_the_exit_code_and_one_line_tell_the_verdict(tmp_path, way, text, code, word):
    path = tmp_path / "comment.txt"
    path.write_text(text, encoding="utf-8")
    if way == "argument":
        got, out, err = run("check", text)
    elif way == "file":
        got, out, err = run("check", "--file", path, given=b"not this")
    else:
        got, out, err = run("check", given=text.encode())
    assert (got, err) == (code, "")
    assert re.fullmatch(rf"{word} \(probability [01]\.\d+, threshold [01]\.\d+\): .+\n", out)


def test_the_comment_that_modspam_was_born_from_is_told_as_one_json_object():
    text = "\N{GRINNING FACE}\r\n" + BORN_FROM  # offsets count characters, not bytes or UTF-16 units
    code, out, err = run("check", "--json", text)
    told = json.loads(out)
    assert (code, err, out.count("\n")) == (1, "", 1)
    assert set(told) == {
        *("action", "flagged", "probability", "threshold", "score"),
        *("enough_text", "intercept", "rest", "reasons"),
    }
    assert (told["action"], told["flagged"], told["enough_text"]) == ("flag", True, True)
    assert told["probability"] >= 0.99
    first = told["reasons"][0]
    assert (first["name"], first["text"]) == ("unfilled_placeholder", "#WEBSITE#")
    pointed = [reason for reason in told["reasons"] if reason["spans"]]
    assert len(pointed) > 2
    for reason in pointed:
        assert set(reason) == {"name", "contribution", "message", "spans", "text"}
        assert text[slice(*reason["spans"][0])] == reason["text"]
        assert all(0 <= start < end <= len(text) for start, end in reason["spans"])


@pytest.mark.parametrize(
    "known",
    [
        {
            "author": "Cheap Casino Bonus",
            "author_url": "http://casino-bonus.example.com/win",
            "page_title": "Bread that does not rise",
        },
        {"permalink": "http://example.org/why-bread-stays-flat"},  # its words stand in for a title
    ],
    ids=["author and page", "address of the page"],
)
def test_what_is_known_beside_the_text_reaches_the_model(moderator, known):
    options = [f"--{name.replace('_', '-')}={value}" for name, value in known.items()]
    _, out, _ = run("check", "--json", *options, HONEST)
    told = json.loads(out)
    assert told == moderator.check(Comment(HONEST, **known)).to_dict()
    assert told["score"] != moderator.check(HONEST).score


def test_a_threshold_and_a_model_may_be_chosen(tmp_path):
    own = tmp_path / "own.model"
    shutil.copy(bundled_path(), own)
    assert run("check", "--threshold", "0", HONEST)[::2] == (1, "")
    code, out, _ = run("check", "--threshold=1", "--model", own, BORN_FROM)
    assert (code, out[:5]) == (0, "keep ")
    assert "threshold 1.000" in out


def test_a_band_to_hold_and_a_false_positive_rate_may_be_chosen():
    code, out, _ = run("check", "--threshold=1", "--hold-from=0", HONEST)
    assert (code, out[:5]) == (3, "hold ")
    strict = json.loads(run("check", "--json", "--max-false-positive-rate=0.0005", HONEST)[1])
    loose = json.loads(run("check", "--json", "--max-false-positive-rate=0.05", HONEST)[1])
    assert strict["threshold"] > loose["threshold"]
    code, _, err = run("check", "--max-false-positive-rate=0", HONEST)
    assert code == 2
    assert "begins at a false-positive rate" in err


# A stream of comments


def test_a_stream_is_answered_in_order_in_all_the_names_that_a_comment_comes_in(moderator):
    given = [
        {"text": BORN_FROM, "page_title": "Bread", "user_ip": "192.0.2.1", "author": None},
        {"comment_content": HONEST, "comment_author": "Ana", "comment_author_url": "http://ana.example.org"},
        "Спасибо за рецепт! Хлеб получился с первого раза.",
        {"text": HONEST, "comment_content": "the first name wins"},
        {"text": HONEST, "comment_post_raw": "longer than what is read at once" * 10_000},
        "line one\nline two\u2028line three\x85 of one and the same comment",
        "",
    ]
    code, out, err = run("check", "--jsonl", given=lines_of(*given))
    told = [json.loads(line) for line in out.splitlines()]
    assert told == [moderator.check(value).to_dict() for value in given]
    assert [answer["flagged"] for answer in told] == [True, *[False] * 6]
    assert (code, err) == (1, "")


def test_the_reasons_may_be_left_out(moderator):
    code, out, _ = run("check", "--jsonl", "--no-reasons", given=lines_of(BORN_FROM, HONEST))
    told = [json.loads(line) for line in out.splitlines()]
    assert told == [moderator.check(text).to_dict(reasons=False) for text in (BORN_FROM, HONEST)]
    whole = moderator.check(BORN_FROM).to_dict()
    assert told[0] == {key: value for key, value in whole.items() if key not in {"intercept", "rest", "reasons"}}
    assert code == 1
    assert json.loads(run("check", "--json", "--no-reasons", BORN_FROM)[1]) == told[0]


@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_a_stream_may_come_from_a_file_and_lack_its_last_line_end(tmp_path, moderator, end):
    path = tmp_path / "comments.jsonl"
    path.write_bytes(lines_of(HONEST, {"text": "Rye or wheat, does it matter?"}, end=end).removesuffix(end.encode()))
    code, out, err = run("check", "--jsonl", "--file", path, given=b"not this")
    assert [json.loads(line)["score"] for line in out.splitlines()] == [
        moderator.check(text).score for text in (HONEST, "Rye or wheat, does it matter?")
    ]
    assert (code, err) == (0, "")


BROKEN = {
    "no JSON": b"Nice bread",
    "half an object": b'{"text": "Nice bread',
    "no text": b'{"author": "Ana"}',
    "a number": b"3",
    "null": b"null",
    "a list": b'["Nice bread"]',
    "text that is a number": b'{"text": 3}',
    "author that is a list": b'{"text": "Nice bread", "author": ["Ana"]}',
    "an empty line": b"",
    "white space": b" \t",
    "no UTF-8": b'"caf\xe9"',
    "NUL": b"\0",
    "deeply nested": b"[" * 100_000,
    "a number with too many digits": b"9" * 10_000,
    "ten megabytes": b"[" + b'"bread", ' * 1_100_000,
}


def test_broken_lines_are_answered_by_number_and_the_others_get_through(moderator):
    sent = [b for broken in BROKEN.values() for b in (broken, lines_of(HONEST).strip())]
    sent[-1] = lines_of(BORN_FROM).strip()
    code, out, err = run("check", "--jsonl", given=b"\n".join(sent))
    told = [json.loads(line) for line in out.splitlines()]
    assert len(told) == len(sent)
    assert {answer["score"] for answer in told[1:-1:2]} == {moderator.check(HONEST).score}
    assert told[-1]["flagged"]
    for index, (kind, answer) in enumerate(zip(BROKEN, told[::2], strict=True)):
        assert set(answer) == {"line", "error"}, kind
        assert answer["line"] == 2 * index + 1, kind
        assert len(answer["error"]) < 1000, kind
    assert err.splitlines() == [f"modspam: line {answer['line']}: {answer['error']}" for answer in told[::2]]
    assert code == 2


def test_what_a_broken_line_holds_does_not_reach_the_terminal_raw():
    code, _, err = run("check", "--jsonl", given=lines_of({"\x1b[2Jred\nmodspam: line 9": 1}))
    assert code == 2
    assert is_safe_to_print(err)
    assert err.count("\n") == 1


def next_answer(process):
    with ThreadPoolExecutor(1) as pool:
        line = pool.submit(process.stdout.readline)
        try:
            return json.loads(line.result(PATIENCE))
        except TimeoutError:
            process.kill()
            raise


def test_a_process_that_is_kept_open_answers_each_line_before_the_next_is_written(moderator):
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command("check", "--jsonl"), stdin=pipe, stdout=pipe, stderr=pipe, env=environment(), bufsize=0
    ) as process:
        for text in (HONEST, BORN_FROM, "ok"):
            process.stdin.write(lines_of(text))
            assert next_answer(process)["score"] == moderator.check(text).score
        line = lines_of({"text": HONEST, "author": "Žofie"})
        process.stdin.write(lines_of(BORN_FROM) + line[:20])  # half a line waits for its other half
        assert next_answer(process)["flagged"]
        process.stdin.write(line[20:])
        assert next_answer(process)["score"] == moderator.check(Comment(HONEST, author="Žofie")).score
        process.stdin.close()
        assert process.wait(PATIENCE) == 1
        assert (process.stdout.read(), process.stderr.read()) == (b"", b"")


def test_a_reader_that_goes_away_in_the_middle_of_a_stream_is_no_drama(tmp_path):
    path = tmp_path / "comments.jsonl"
    path.write_bytes(lines_of(HONEST) * 300)  # verdicts for several times what a pipe holds
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command("check", "--jsonl", "-f", path), stdout=pipe, stderr=pipe, env=environment()
    ) as process:
        assert json.loads(process.stdout.readline())["action"] == "keep"
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(PATIENCE) == 2


@posix
@pytest.mark.parametrize("arguments", [["check", HONEST], ["--help"]], ids=" ".join)
def test_a_reader_that_was_never_there_is_no_drama(arguments):
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(
            command(*arguments), stdout=writing, stderr=subprocess.PIPE, env=environment(), check=False
        )
    finally:
        os.close(writing)
    assert done.stderr == b""
    assert done.returncode in {0, 2}


# Bad input

ODD = {
    "nothing": b"",
    "white space": b" \r\n\t\n",
    "NUL among words": b"Good bread\0 and good butter\0\0 to you",
    "no UTF-8": b"Caf\xe9 au lait \xff\xfe and good bread \xed\xa0\x80 to you",
    "a megabyte of one letter": b"a" * 1_000_000,
    "half a megabyte of words": b"It rained all day and the bread was late again. " * 10_000,
}


@pytest.mark.parametrize("given", ODD.values(), ids=ODD)
def test_odd_standard_input_gets_a_verdict(given):
    code, out, err = run("check", given=given)
    assert (code, err) == (0, "")
    assert out.startswith("keep (")
    assert len(out) < 500
    assert is_safe_to_print(out)


@posix
@pytest.mark.parametrize("arguments", [["check"], ["check", "--json"], ["explain"]], ids=" ".join)
def test_an_argument_that_is_no_utf_8_gets_a_verdict(arguments):
    code, out, err = run(*arguments, b"--author=Andr\xe9", b"The caf\xe9 has good bread \xff, is it open on Sundays?")
    assert (code, err) == (0, "")
    assert "keep" in out


@pytest.mark.parametrize("name", ["check", "explain"])
def test_a_comment_cannot_talk_to_the_terminal(name):
    text = "\x1b[2JBuy \x1b]0;owned\x07cheap\r \x9b31mpills\x08 at\u202e http://pills.example.com\x00 now #NAME#"
    code, out, err = run(name, "--author", "\x1b[5mCheap Pills\x07 Online", given=text.encode())
    assert (code, err) == (1, "")
    assert "Cheap Pills" in out
    assert is_safe_to_print(out)


@pytest.mark.parametrize("name", ["check", "explain"])
def test_an_output_that_cannot_show_the_comment_still_gets_the_verdict(name):
    code, out, err = run(name, "Спасибо за рецепт! Хлеб получился с первого раза.", PYTHONIOENCODING="ascii")
    assert (code, err) == (0, "")
    assert "keep" in out


@posix
@pytest.mark.parametrize("closed", ["<&-", ">&-"], ids=["standard input", "standard output"])
def test_a_stream_that_is_closed_is_not_taken_for_spam(closed):
    done = subprocess.run(
        ["sh", "-c", f'exec "$@" {closed}', "sh", *command("check", *[HONEST] * (closed == ">&-"))],  # noqa: S607
        capture_output=True,
        env=environment(),
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode in {0, 2}  # a traceback would end with 1, which says spam
    assert b"Traceback" not in done.stderr


# Errors

ERRORS = [
    (["check", "--model", "missing.model", "hi"], "no model at missing.model"),
    (["check", "--model", "foreign.txt", "hi"], "foreign.txt is no modspam model"),
    (["explain", "--model", "folder", "hi"], "folder cannot be read as a model"),
    (["check", "--threshold", "2", "hi"], "from 0 to 1, not 2.0"),
    (["explain", "--threshold", "nan", "hi"], "from 0 to 1, not nan"),
    (["check", "--file", "missing.txt"], "missing.txt: No such file"),
    (["check", "--file", "folder"], "folder: Is a directory"),
    (["check", "--jsonl", "--file", "folder"], "folder: Is a directory"),
    (["check", "--file", "foreign.txt", "hi"], "given twice"),
    (["check", "--jsonl", "hi"], "--jsonl reads comments from standard input"),
    (["corpora", "sms-uci", "no-such-corpus", "-o", "out"], "no corpus is called no-such-corpus; there are: youtube"),
    (["corpora", "sms-uci"], "-o FOLDER"),
]


@posix
@pytest.mark.parametrize(("arguments", "words"), ERRORS, ids=[" ".join(arguments) for arguments, _ in ERRORS])
def test_an_error_is_one_line_that_says_what_is_wrong(folder, arguments, words):
    code, out, err = run(*arguments, folder=folder)
    assert (code, out) == (2, "")
    assert err.startswith("modspam: ")
    assert err.count("\n") == 1
    assert words in err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "required: COMMAND"),
        (["judge", "hi"], "invalid choice: 'judge'"),
        (["check", "--threshold", "high", "hi"], "invalid float value: 'high'"),
    ],
    ids=str,
)
def test_a_command_that_cannot_be_understood_shows_how_it_is_used(arguments, words):
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert err.startswith("usage: modspam")
    assert re.search(rf"\nmodspam[a-z ]*: error: .*{re.escape(words)}", err)


# The other commands


@pytest.mark.parametrize("text", [f"{BORN_FROM} {HONEST}", "ok"], ids=["long", "short"])
def test_explain_lists_numbers_that_add_up_to_the_score(moderator, text):
    code, out, err = run("explain", text)
    verdict = moderator.check(text)
    assert (code, err) == (int(verdict.flagged), "")
    numbers = [float(number) for number in re.findall(r"^ +([+-]\d+\.\d\d)  ", out, re.MULTILINE)]
    *parts, score = numbers
    assert len(parts) == len(verdict.reasons) + 2
    assert sum(parts) == pytest.approx(score, abs=0.005 * len(numbers) + 1e-9)
    assert score == pytest.approx(verdict.score, abs=0.0051)


def test_explain_brackets_the_evidence_and_changes_nothing_else():
    _, out, _ = run("explain", given=f"{BORN_FROM}\n\nCall +1 555 0100 now".encode())
    shown, _, told = out.partition("\n\nflag: ")
    assert "[#WEBSITE#]" in shown
    assert shown.replace("[", "").replace("]", "") == f"{BORN_FROM}\n\nCall +1 555 0100 now"
    assert "\x1b" not in out
    assert "template's placeholder was never filled in: #WEBSITE#" in told


def on_a_terminal(*arguments, **changes):
    """Run the command with a terminal for standard output; gives what the terminal was sent."""
    import pty
    import select

    ours, theirs = pty.openpty()
    with subprocess.Popen(command(*arguments), stdout=theirs, env=environment(**changes)) as process:
        os.close(theirs)
        sent = b""
        try:
            while select.select([ours], [], [], PATIENCE)[0] and (piece := os.read(ours, 4096)):
                sent += piece
        except OSError:  # the terminal's way of saying that the other side has closed
            pass
        finally:
            os.close(ours)
            process.kill()
    return sent.decode().replace("\r\n", "\n")


@posix
def test_explain_is_coloured_on_a_terminal_red_for_spam_and_green_for_ham():
    spam, ham = on_a_terminal("explain", BORN_FROM), on_a_terminal("explain", HONEST)
    assert "\x1b[31m#WEBSITE#\x1b[0m" in spam
    assert "[#WEBSITE#]" not in spam
    rows = re.findall(r"^\x1b\[(3[12])m +([+-])\d", spam + ham, re.MULTILINE)
    assert set(rows) == {("31", "+"), ("32", "-")}
    assert (spam + ham).count("\x1b") == 2 * (spam + ham).count("\x1b[0m")  # all that is opened is closed


@posix
def test_explain_is_not_coloured_where_that_is_not_wanted():
    sent = on_a_terminal("explain", BORN_FROM, NO_COLOR="1")
    assert "\x1b" not in sent
    assert "[#WEBSITE#]" in sent


def test_help_lists_the_commands():
    code, out, err = run("--help")
    assert (code, err) == (0, "")
    assert re.findall(r"^    ([a-z-]+)(?:  +\S|$)", out, re.MULTILINE) == list(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_describes_itself(name):
    code, out, err = run(name, "--help")
    assert (code, err) == (0, "")
    usage, description, *_ = re.split(r"\n\n", out)
    assert usage.startswith(f"usage: modspam {name} ")
    assert re.match(r"[A-Z].{20}", description)
    assert all(len(line) < 120 for line in out.splitlines())


def test_version():
    assert run("--version") == (0, f"modspam {modspam.__version__}\n", "")


def test_model_tells_what_the_bundled_model_was_made_of():
    code, out, err = run("model")
    card = json.loads(out)
    assert (code, err) == (0, "")
    assert card["sources"]
    for source in card["sources"]:
        assert re.fullmatch(r"[0-9a-f]{64}", source["sha256"]), source
        assert source["name"]
        assert source["spam"] + source["ham"] > 0, source
    assert 0 < card["threshold"] < 1
    assert card["signals"]["unfilled_placeholder"] > 0
    rates = [row["false_positive_rate"] for row in card["thresholds"]]
    assert rates == sorted(rates)


def test_corpora_lists_what_there_is_with_its_licence():
    code, out, err = run("corpora")
    assert (code, err) == (0, "")
    for name, corpus in known_corpora().items():
        assert f"{name}\n    {corpus.title}\n" in out
        assert corpus.licence in out
        assert corpus.home in out
