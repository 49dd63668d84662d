"""The filters of mail: SpamAssassin's spamd, asked by spamc, and bogofilter.  A comment is a mail of plain text."""

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from installed import MissingPeerError, found_program
from peer_settings import ASSASSIN, BOGOFILTER, HEAD, mailbox

from modspam import Comment
from timing.contenders import Contender, Maker
from timing.inputs import Sample, clean
from timing.rounds import process_seconds, seconds_of
from timing.worker import each_call

__all__ = ["BOGOFILTER_NAME", "FILTERS", "SPAMASSASSIN"]

SPAMASSASSIN = "SpamAssassin"
BOGOFILTER_NAME = "bogofilter"
_READY_SECONDS = 60
_LEARNED = 1000  # enough for its Bayes, which wants 200 spam and 200 ham; more takes minutes


def mail(comment: Comment) -> bytes:
    return (HEAD + "\n".join(clean(comment.text).splitlines()) + "\n").encode()


def bogofilter(sample: Sample, folder: Path, _: ExitStack) -> Contender:
    program, words, box = found_program("bogofilter"), folder / "bogofilter", folder / "box"
    words.mkdir()
    common = [program, *BOGOFILTER, "-d", str(words)]
    learn(sample, box, lambda spam: [*common, "-s" if spam else "-n", "-M", "-I", str(box)])
    test = [*common, "-T"]

    def batch(mails: Sequence[bytes]) -> float:
        mailbox(box, [given.removeprefix(HEAD.encode()).decode() for given in mails])
        return process_seconds([*common, "-TT", "-M", "-I", str(box)])

    return Contender(
        settings="min_dev and robs 0.1; a process for one comment, one for a mailbox of all",
        prepare=mail,
        each=partial(each_call, lambda given: process_seconds(test, given=given)),
        batch=batch,
        slow=True,
    )


def spamassassin(sample: Sample, folder: Path, stack: ExitStack) -> Contender:
    daemon, client, learner = map(found_spamassassin, ("spamd", "spamc", "sa-learn"))
    state, box = folder / "spamassassin", folder / "box"
    state.mkdir()
    # spamd gives root's rights up, and must still reach the folder.
    folder.chmod(0o711)
    state.chmod(0o777)
    options = ["--siteconfigpath=/etc/spamassassin"] if Path("/etc/spamassassin").is_dir() else []
    lines = [*ASSASSIN.format(state).split("\n"), "bayes_file_mode 0777"]
    options += [f"--cf={line}" for line in lines if line]
    learn(sample, box, lambda spam: [learner, *options, "-L", "--spam" if spam else "--ham", "--mbox", str(box)])
    socket = state / "socket"
    command = [daemon, *options, "-L", "-x", "--max-children=1", "--min-children=1", f"--socketpath={socket}"]
    command += ["--socketmode=0777", "--syslog=null", *(["--username=nobody"] if os.geteuid() == 0 else [])]
    said = state / "said"
    with said.open("wb") as file:  # a pipe that nobody reads would fill up, and stop it
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=file, stderr=file)
    stack.callback(end, process)
    ask = [client, "-c", "-x", "-U", str(socket)]
    await_answer(process, [client, "-K", "-x", "-U", str(socket)], said)

    def check(given: bytes) -> None:
        process_seconds(ask, given=given)

    return Contender(
        settings="spamd with Debian's rules and Bayes, no network, one child; spamc asks for each comment",
        prepare=mail,
        each=partial(each_call, check),
        batch=lambda mails: seconds_of(lambda: [check(given) for given in mails]),
        slow=True,
    )


def learn(sample: Sample, box: Path, command: Callable[[bool], list[str]]) -> None:
    """Teach a filter from mailboxes."""
    for spam in (True, False):
        pairs = zip(sample.learned[:_LEARNED], sample.spam[:_LEARNED], strict=True)
        mailbox(box, [text for text, label in pairs if label == spam])
        done = subprocess.run(command(spam), check=False, capture_output=True)
        if done.returncode:
            raise MissingPeerError(
                f"{command(spam)[0]} could not learn: {done.stderr.decode(errors='replace').strip()}"
            )


def found_spamassassin(name: str) -> str:
    """Find one of its programs; the daemon lies where not everybody looks."""
    path = shutil.which(name, path=os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin")))
    return path or found_program(name)


def await_answer(process: subprocess.Popen[bytes], ping: Sequence[str], said: Path) -> None:
    """Wait until the daemon answers."""
    started = time.monotonic()
    while subprocess.run(ping, check=False, capture_output=True).returncode:
        if process.poll() is not None or time.monotonic() - started > _READY_SECONDS:
            raise MissingPeerError(f"spamd does not answer: {said.read_text(errors='replace').strip()}")
        time.sleep(0.2)


def end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


FILTERS: dict[str, Maker] = {SPAMASSASSIN: spamassassin, BOGOFILTER_NAME: bogofilter}
