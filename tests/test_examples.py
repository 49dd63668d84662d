"""The examples run as a newcomer would run them: the two applications over HTTP, the pipe from PHP and from Node."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import pytest
from conftest import PROJECT
from ports import free_port, wait_for

from modspam.corpora import read_examples

EXAMPLES = PROJECT / "examples"
SPAM = "Hi #WEBSITE# owner! I noticed Google is showing a unsafe website warning to your potential customers online."
HAM = "Thank you, the second diagram made it click. I had the two arrows the wrong way round for years."
MODERATOR = ("ana", "secret")
COMMANDS = {
    "flask": ["flask", "--app", "flask_app", "run", "--port", "{port}"],
    "fastapi": ["uvicorn", "--factory", "fastapi_app:create_app", "--port", "{port}"],
}


def test_what_the_documentation_shows_of_the_examples_stands_in_them():
    document = (PROJECT / "docs" / "adapters.md").read_text(encoding="utf-8")
    shown = re.findall(r"<!-- from: (\S+) -->\n```\w+\n(.*?)```", document, re.DOTALL)
    assert shown
    for path, code in shown:
        assert code in (PROJECT / path).read_text(encoding="utf-8"), code


@contextmanager
def served(name, folder):
    """Run an application's own command, from the folder of the examples; gives its address."""
    port = free_port()
    command = [sys.executable, "-m", *(part.format(port=port) for part in COMMANDS[name])]
    environment = os.environ | {
        "COMMENTS_FOLDER": str(folder), "MODERATOR_PASSWORD": "secret",
        "PYTHONPATH": os.pathsep.join([str(PROJECT), str(EXAMPLES)]), "PYTHONDONTWRITEBYTECODE": "1",
    }  # fmt: skip
    log = folder / "server.log"
    with log.open("w") as output:
        server = subprocess.Popen(command, cwd=folder, env=environment, stdout=output, stderr=subprocess.STDOUT)
    try:
        wait_for(port, server, log=log)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(timeout=30)
    assert "Traceback" not in log.read_text()


@pytest.fixture(params=COMMANDS)
def application(request, tmp_path):
    needed = {"flask": ["flask"], "fastapi": ["fastapi", "uvicorn", "python_multipart"]}[request.param]
    for package in [*needed, "requests"]:
        if find_spec(package) is None:
            pytest.skip(f"{package} is not installed: pip install -e '.[dev]'")
    with served(request.param, tmp_path) as address:
        yield address


def send(address, text, **fields):
    import requests

    fields = {"author": "Ana <b>", "text": text, "phone": ""} | fields
    return requests.post(f"{address}/", fields, headers={"Referer": f"{address}/"}, timeout=30)


def test_an_application_publishes_holds_and_learns(application, tmp_path):
    import requests

    assert [send(application, text).status_code for text in (HAM, SPAM, f"<script> {SPAM}")] == [201, 202, 202]
    page = requests.get(application, timeout=30).text
    assert HAM in page
    assert "Ana &lt;b&gt;" in page
    assert "#WEBSITE#" not in page
    queue = requests.get(f"{application}/queue", auth=MODERATOR, timeout=30).text
    assert "&lt;script&gt; Hi #WEBSITE#" in queue
    assert "placeholder was never filled in" in queue
    assert "<script>" not in queue
    for key, spam in ((2, "no"), (3, "yes"), (3, "yes")):
        answer = requests.post(f"{application}/queue/{key}", {"spam": spam}, auth=MODERATOR, timeout=30)
        assert answer.status_code == 200
    assert SPAM in requests.get(application, timeout=30).text
    assert "Hi #WEBSITE#" not in requests.get(f"{application}/queue", auth=MODERATOR, timeout=30).text
    labels = [(example.comment.text, example.spam) for example in read_examples(tmp_path / "feedback.jsonl")]
    assert labels == [(SPAM, False), (f"<script> {SPAM}", True)]


def test_an_application_reads_its_form(application):
    """The same comment, from a tool that fills in every field and comes from nowhere."""
    import requests

    send(application, SPAM, phone="555-0123")
    queue = requests.get(f"{application}/queue", auth=MODERATOR, timeout=30).text
    assert "a field that people cannot see was filled in" in queue


def test_an_applications_queue_is_for_its_moderator(application):
    import requests

    queue = f"{application}/queue"
    assert requests.get(queue, timeout=30).status_code == 401
    assert requests.get(queue, auth=("ana", "wrong"), timeout=30).status_code == 401
    send(application, SPAM)
    forged = {"Sec-Fetch-Site": "cross-site"}
    answer = requests.post(f"{queue}/1", {"spam": "no"}, auth=MODERATOR, headers=forged, timeout=30)
    assert answer.status_code == 403
    assert "#WEBSITE#" not in requests.get(application, timeout=30).text


def test_an_application_answers_what_is_no_comment(application):
    import requests

    assert requests.post(f"{application}/", {"author": "Ana"}, timeout=30).status_code in {400, 422}
    assert send(application, "x" * 200_000).status_code in {413, 422}
    assert send(application, HAM).status_code == 201


@pytest.fixture(params=["php", "node"])
def pipe(request):
    """The program that runs an example of the pipe, and the example."""
    program = shutil.which(request.param)
    if program is None:
        pytest.skip(f"{request.param} is not installed")
    return [program, str(EXAMPLES / {"php": "pipe.php", "node": "pipe.mjs"}[request.param])]


@contextmanager
def opened(pipe, *command):
    """Run an example, which asks modspam as the command line says; it runs until the block ends."""
    command = command or (sys.executable, "-m", "modspam", "check", "--jsonl")
    environment = os.environ | {"PYTHONPATH": str(PROJECT)}
    process = subprocess.Popen(
        [*pipe, *command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    )
    try:
        yield process
        process.stdin.close()
        assert process.wait(timeout=30) == 0
    finally:
        process.kill()
        process.wait(timeout=30)
        process.stdout.close()


def ask(process, comment):
    process.stdin.write(json.dumps(comment) + "\n")
    process.stdin.flush()
    return process.stdout.readline().strip()


def child_of(process):
    """Find the modspam that an example has opened."""
    tasks = Path(f"/proc/{process.pid}/task")
    if not tasks.is_dir():
        pytest.skip("this system has no /proc to find the process in")
    children = [pid for task in tasks.iterdir() for pid in (task / "children").read_text().split()]
    (child,) = [int(pid) for pid in children if "modspam" in Path(f"/proc/{pid}/cmdline").read_text()]
    return child


def test_the_pipe_answers_comments_with_one_process(pipe):
    with opened(pipe) as process:
        assert ask(process, {"text": HAM}) == "keep"
        first = child_of(process)
        assert ask(process, {"comment_content": SPAM, "comment_author": "Δημήτρης 🌳"}) == "flag"
        assert ask(process, {"text": f"{HAM}\n" * 5000}) == "keep"  # more than a pipe holds
        assert ask(process, {"author": "nobody"}).startswith("modspam: ")
        assert ask(process, {"text": HAM}) == "keep"
        assert child_of(process) == first


def test_the_pipe_survives_the_death_of_its_process(pipe):
    with opened(pipe) as process:
        assert ask(process, {"text": SPAM}) == "flag"
        for _ in range(3):
            os.kill(child_of(process), signal.SIGKILL)
            assert ask(process, {"text": SPAM}) == "flag"
            assert ask(process, {"text": HAM}) == "keep"


def test_the_pipe_gives_up_a_process_that_is_stuck_and_goes_on_with_another(pipe):
    with opened(pipe) as process:
        assert ask(process, {"text": SPAM}) == "flag"
        stuck = child_of(process)
        os.kill(stuck, signal.SIGSTOP)
        assert ask(process, {"text": SPAM}) == "no answer"
        assert ask(process, {"text": HAM}) == "keep"
        assert child_of(process) != stuck


def test_the_pipe_has_no_answer_where_there_is_no_modspam(pipe):
    with opened(pipe, "/nowhere/modspam", "check", "--jsonl") as process:
        assert ask(process, {"text": SPAM}) == "no answer"
        assert ask(process, {"text": HAM}) == "no answer"


def test_node_asks_about_many_comments_at_once(tmp_path):
    """... and again about those that were left open when the process died in between."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed")
    if not Path("/proc/self/task").is_dir():
        pytest.skip("this system has no /proc to find the process in")
    program = f"""
import {{ readFileSync }} from "node:fs";
import {{ ModspamPipe }} from {json.dumps((EXAMPLES / "pipe.mjs").as_uri())};
const modspam = new ModspamPipe({json.dumps([sys.executable, "-m", "modspam", "check", "--jsonl"])}, 60000);
const texts = Array.from({{ length: 400 }}, (_, n) => (n % 2 ? {json.dumps(SPAM)} : {json.dumps(HAM)}) + " " + n);
await modspam.check({{ text: texts[0] }});
const asked = Promise.all(texts.map((text) => modspam.check({{ text }})));
process.kill(Number(readFileSync(`/proc/self/task/${{process.pid}}/children`, "utf8")), "SIGKILL");
const verdicts = await asked;
console.log(verdicts.every((verdict, n) => verdict.flagged === (n % 2 === 1)), verdicts.length);
modspam.close();
console.log(await modspam.check({{ text: texts[1] }}).then((verdict) => verdict.action));
modspam.close();
"""
    (tmp_path / "many.mjs").write_text(program)
    done = subprocess.run(
        [node, str(tmp_path / "many.mjs")], capture_output=True, text=True, timeout=120, check=True,
        env=os.environ | {"PYTHONPATH": str(PROJECT)},
    )  # fmt: skip
    assert done.stdout.splitlines() == ["true 400", "flag"]
