"""Labels kept in a file: whole lines, whoever writes at once and whatever goes wrong."""

import subprocess
import sys

import pytest
from conftest import PROJECT

from modspam import Comment
from modspam.contrib.feedback import append
from modspam.corpora import Example, read_examples
from modspam.errors import OutputError

HAM = Comment("Thank you, Ana: «it works».\nBo", author="Bo", author_email="bo@example.org", page_title="Apples")


def python(program, *arguments):
    return subprocess.Popen([sys.executable, "-c", program, *map(str, arguments)], cwd=PROJECT, text=True)


def test_a_label_is_read_back_as_it_was_given_without_the_e_mail(tmp_path):
    path = tmp_path / "new folder" / "feedback.jsonl"
    append(path, HAM, spam=False, site="blog.example.org")
    append(path, Comment("Buy \ud800 pills"), spam=True)
    first, second = read_examples(path)
    assert first == Example(
        Comment("Thank you, Ana: «it works».\nBo", author="Bo", page_title="Apples"),
        False, "blog.example.org", "Apples", "blog.example.org",
    )  # fmt: skip
    assert (second.comment.text, second.spam) == ("Buy \ud800 pills", True)
    assert path.stat().st_mode & 0o777 == 0o600


def test_several_processes_write_at_once(tmp_path):
    path = tmp_path / "feedback.jsonl"
    program = """
import sys
from pathlib import Path
from modspam import Comment
from modspam.contrib.feedback import append
for number in range(40):
    append(Path(sys.argv[1]), Comment(f"{sys.argv[2]} {number} " + "x" * 9000), spam=True)
"""
    writers = [python(program, path, name) for name in range(3)]
    assert [writer.wait(timeout=120) for writer in writers] == [0, 0, 0]
    found = sorted(example.comment.text.rstrip("x ") for example in read_examples(path))
    assert found == sorted(f"{name} {number}" for name in range(3) for number in range(40))


def test_a_line_that_was_left_half_written_spoils_no_other(tmp_path):
    path = tmp_path / "feedback.jsonl"
    append(path, HAM, spam=False)
    with path.open("a") as file:
        file.write('{"label": "spam", "te')
    append(path, HAM, spam=True)
    first, broken, last, end = path.read_text().split("\n")
    assert broken == '{"label": "spam", "te'
    path.write_text(f"{first}\n{last}\n{end}")
    assert [example.spam for example in read_examples(path)] == [False, True]


def test_where_there_is_no_room_the_file_is_as_before(tmp_path):
    pytest.importorskip("resource", reason="this system knows no limits of files")
    path = tmp_path / "feedback.jsonl"
    append(path, HAM, spam=False)
    before = path.read_bytes()
    program = """
import resource, signal, sys
from pathlib import Path
from modspam import Comment
from modspam.contrib.feedback import append
from modspam.errors import OutputError
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
path = Path(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + 100, -1))
try:
    append(path, Comment("x" * 500), spam=True)
except OutputError as error:
    sys.exit(7 if "the label is not kept" in str(error) else 1)
"""
    assert python(program, path).wait(timeout=60) == 7
    assert path.read_bytes() == before
    append(path, HAM, spam=True)
    assert [example.spam for example in read_examples(path)] == [False, True]


def test_a_place_where_nothing_can_be_written_is_named(tmp_path):
    with pytest.raises(OutputError, match="cannot be written"):
        append(tmp_path, HAM, spam=False)
