"""The command line: ``modspam check``, ``explain``, ``score``, ``train``, ``rollback``, ``evaluate``, ...

Standard output carries results only; progress and errors go to standard error.  Exit codes are
grep's: 0 keep (or done), 1 flag, 2 error; and 3 hold, where holding was asked for, or a model that was
refused.
"""

import json
import os
import sys
from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from io import TextIOWrapper
from pathlib import Path
from typing import Any, BinaryIO

import modspam
from modspam import cli_serve, cli_store
from modspam.comment import Comment
from modspam.errors import CommentError, ModspamError
from modspam.model import LinearModel, bundled_path
from modspam.moderator import Moderator
from modspam.settings import DEFAULTS
from modspam.signals import SIGNALS
from modspam.verdict import Action, Verdict, marked, printable

__all__ = ["main"]

Command = Callable[[Namespace], int]

_KEEP, _FLAG, _ERROR, _HOLD = 0, 1, 2, 3
_CODES = {Action.KEEP: _KEEP, Action.HOLD: _HOLD, Action.FLAG: _FLAG}
_CHUNK = 1 << 16

_CHECK_HELP = """\
Judge a comment.  The text is an argument, a file (--file), or standard input.

  modspam check "Nice blog! Visit my site for cheap loans"
  modspam check --author "Ana" --page-title "Sourdough at home" < comment.txt
  modspam check --jsonl < comments.jsonl > verdicts.jsonl

Exit code: 0 keep, 1 flag, 2 error; with --hold-from also 3, hold.

With --jsonl every line in is one comment and every line out its verdict, in order, written as soon
as the line has come: a CMS can keep the process open and talk to it through pipes.  A line is a JSON
object in modspam's names (text, author, author_url, author_email, permalink, page_title, page_text, and
form: honeypot, seconds, script, nonce, referrer) or Akismet's (comment_content, comment_author, ...), or a
JSON string.  A line that is broken gets a line
with "error", and the rest go on; the exit code is then 2.
"""
_EXPLAIN_HELP = """\
Show a comment with its evidence: red is what speaks for spam, green for an honest comment, and below
each reason with what it adds to the score, in log-odds.  Takes the same input as 'modspam check'.
"""
_SCORE_HELP = """\
Judge a file of comments: .jsonl or .csv, also .gz or .zst, or .parquet.  Each row comes out as a line of
JSON, in order, with all its fields and one more, "modspam".

  modspam score comments.jsonl.zst -o verdicts.jsonl
  modspam score comments.parquet -o verdicts.jsonl --reasons --jobs 4
  modspam score comments.csv -o - | zstd > verdicts.jsonl.zst

A run that was stopped, by whatever, goes on when the same command is given again: what is done stands in
OUTPUT.part, which becomes OUTPUT when it is complete.  An OUTPUT that is there already is only replaced
with --restart.  Rows that are broken get {"error": ...} for a verdict and the rest go on.

Exit code: 0 done, 2 error or some rows were broken.
"""
_TRAIN_HELP = """\
Train a model on labelled comments and write it to a file that 'modspam check --model' takes.

  modspam train comments.csv --base bundled -o site.model       the bundled model, moved by your labels
  modspam train comments.csv --base bundled --append feedback.jsonl -o site.model
  modspam train comments.csv -o site.model                      from scratch, for a thousand comments and more
  modspam train --from-store --models models/                   each site of a server, by its own moderators

A row of CSV, JSONL or Parquet needs the text (text or comment_content) and a label (label: spam or ham); author,
author_url, page_title, permalink and site are used where they are there.  Rows of one page, or of one
site where there are many sites, stay together when comments are held out to calibrate on.

With --base some twenty labels are enough to begin with: the model moves no further from its base than they
justify.  What --append names is learnt too; where it speaks of a comment that an earlier file has,
the later label counts.  Labels whose row names a reporter come from the public: all of one reporter's together
weigh as much as one of yours.

The gate: one comment in ten, always the same ones, is not learnt.  On these, and on cases that come with
modspam, the new model is held against the one at --output (or the base).  If it is worse, a base is moved
less far, up to three times; if it still is, it is written to OUTPUT.refused, the model in use stays, and the
exit code is 3.  The model before it is kept as OUTPUT.previous, and 'modspam rollback OUTPUT' puts it back.
--no-gate learns from every comment and replaces unseen.

With --from-store the labels are those that 'modspam serve' was sent (submit-spam, submit-ham, feedback): for each
site with 20 or more the base, which is the bundled model unless --base names another, is moved, and put into
FOLDER, where running servers pick it up.  A site whose model would stay the same is left alone.
"""
_ROLLBACK_HELP = """\
Put the model back into use that was there before the last training: MODEL.previous and MODEL change places, so a
second rollback undoes the first.  Readers of MODEL get one or the other, whole.
"""
_EVALUATE_HELP = """\
Measure a model on labelled comments that it was not trained on: recall at 1% and 5% false positives,
(1-ROCA)%, ham flagged and spam kept at the threshold, MCC, Brier score, a reliability table, speed; with
--evasions also under some forty disguises.  Intervals are 95% bootstrap over clusters of copies.

  modspam evaluate newer-comments.csv --model site.model
  modspam evaluate newer-comments.csv --evasions --report report.html

A report is one page to look at in a browser, whole in itself: the same figures with curves, what each
threshold costs, groups of comments, and the worst misses with their evidence.  Several inputs are pooled in
it.  It quotes comments, so it is readable by its owner alone.
"""
_CORPORA_HELP = """\
List the public corpora that modspam knows, with their licences; or fetch some and write them as files
that 'modspam train' takes.  They are other people's words: they are not part of modspam.

  modspam corpora
  modspam corpora youtube-uci sms-uci -o corpora/

What was fetched is checked against its SHA-256 and kept in a cache; with --from nothing is fetched.
"""
_WORDPRESS_HELP = """\
Print a must-use plugin that points WordPress's own Akismet plugin at your modspam server.

  modspam wordpress-plugin --server https://spam.example.org > wp-content/mu-plugins/modspam.php

Then give the site's key, which 'modspam keys' makes, in Akismet's settings.  While the server does not answer,
comments wait for a person; docs/wordpress.md goes through it step by step.
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit code and never lets an expected error out as a traceback."""
    if sys.stdout is None:
        return _failed("standard output is closed, so there is nowhere to answer")
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a terminal that lacks a letter still gets the verdict
    try:
        try:
            arguments = _parser().parse_args(argv)
            code: int = arguments.run(arguments)
        finally:
            sys.stdout.flush()
    except ModspamError as error:
        return _failed(str(error))
    except BrokenPipeError:
        # The reader has gone; Python would complain once more when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _ERROR
    except OSError as error:
        return _failed(f"{error.filename or 'input'}: {error.strerror or error}")
    except KeyboardInterrupt as stop:
        return _failed(": ".join(("interrupted", *map(str, stop.args))))
    return code


def _failed(message: str) -> int:
    """Say on standard error, in one line that is safe to print, what went wrong."""
    if sys.stderr is not None:
        print(f"modspam: {printable(message)}", file=sys.stderr)
    return _ERROR


def _parser() -> ArgumentParser:
    parser = ArgumentParser(
        prog="modspam",
        description="Read a comment and say keep or flag, and why.",
        epilog="'modspam COMMAND --help' tells more about each.",
    )
    parser.add_argument("--version", action="version", version=f"modspam {modspam.__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def command(name: str, summary: str, description: str, run: Command) -> ArgumentParser:
        added = commands.add_parser(
            name, help=summary, description=description, formatter_class=RawDescriptionHelpFormatter
        )
        added.set_defaults(run=run)
        return added

    check = command("check", "judge comments", _CHECK_HELP, _check)
    _add_comment_arguments(check)
    form = check.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print the verdict as JSON, with all reasons")
    form.add_argument(
        "--jsonl", action="store_true", help="judge a stream: one comment a line in, one verdict a line out"
    )
    check.add_argument(
        "--no-reasons",
        dest="reasons",
        action="store_false",
        help="leave the reasons out of JSON: about three times as fast",
    )
    _add_comment_arguments(command("explain", "show a comment with its evidence", _EXPLAIN_HELP, _explain))
    _add_score_arguments(command("score", "judge a file of comments", _SCORE_HELP, _score))
    _add_train_arguments(command("train", "train a model on your own comments", _TRAIN_HELP, _train))
    rollback = command("rollback", "put the model before the last training back", _ROLLBACK_HELP, _rollback)
    rollback.add_argument("model", type=Path, metavar="MODEL", help="the model in use")
    _add_evaluate_arguments(command("evaluate", "measure a model on labelled comments", _EVALUATE_HELP, _evaluate))
    model = command("model", "say what a model was made of", "Print a model's card as JSON.", _model)
    model.add_argument("path", nargs="?", type=Path, help="a model file (default: the bundled one)")
    cli_store.add_keys(command("keys", "make, list and revoke the keys of sites", cli_store.KEYS_HELP, cli_store.run))
    cli_store.add_store(command("store", "keep house in what a server has stored", cli_store.STORE_HELP, cli_store.run))
    cli_serve.add_serve(command("serve", "answer a CMS over HTTP", cli_serve.SERVE_HELP, cli_serve.run))
    _add_corpora_arguments(command("corpora", "list and fetch public corpora", _CORPORA_HELP, _corpora))
    wordpress = command("wordpress-plugin", "point WordPress's Akismet at your server", _WORDPRESS_HELP, _wordpress)
    wordpress.add_argument(
        "--server", default="http://127.0.0.1:8799", metavar="URL",
        help="where WordPress reaches modspam (default: %(default)s)",
    )  # fmt: skip
    return parser


def _add_comment_arguments(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add("text", nargs="?", help="the comment; standard input if neither this nor --file is given")
    add("-f", "--file", type=Path, metavar="FILE", help="read the comment from a file")
    add("--author", default="", metavar="TEXT", help="the author's name")
    add("--author-url", default="", metavar="TEXT", help="the author's address")
    add("--page-title", default="", metavar="TEXT", help="the title of the page that it stands under")
    add("--permalink", default="", metavar="TEXT", help="the address of that page")
    _add_verdict_arguments(parser)


def _add_verdict_arguments(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add("--model", type=Path, metavar="FILE", help="a model file (default: the bundled model)")
    add("--threshold", type=float, metavar="P", help="flag from this probability on, 0..1 (default: the model's own)")
    add(
        "--max-false-positive-rate",
        type=float,
        metavar="RATE",
        help="instead of a threshold: flag at most this share of honest comments, by the model's table",
    )
    add("--hold-from", type=float, metavar="P", help="hold for a person what is below the threshold and from here on")


def _add_score_arguments(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add("input", type=Path, metavar="INPUT", help="the comments")
    add(
        "-o",
        "--output",
        required=True,
        metavar="OUTPUT",
        help="where the verdicts go, as .jsonl; - for standard output",
    )
    _add_verdict_arguments(parser)
    add("--reasons", action="store_true", help="tell the whole verdict, with its reasons: about three times as slow")
    add("--jobs", type=int, default=DEFAULTS.jobs, metavar="N", help="processes that score (default: one a core)")
    _add_dask(add)
    add("--restart", action="store_true", help="begin anew, and replace what is there")


def _add_train_arguments(parser: ArgumentParser) -> None:
    add, default = parser.add_argument, DEFAULTS
    add(
        "inputs", nargs="*", type=Path, metavar="INPUT",
        help="labelled comments: .csv or .jsonl (also .gz, .zst), .parquet; families of spam as .toml; or folders",
    )  # fmt: skip
    add("-o", "--output", type=Path, metavar="FILE", help="where the model goes")
    add(
        "--from-store", nargs="?", const="", metavar="URL",
        help="instead of INPUT and --output: a model for each site, from what its moderators told 'modspam serve'",
    )  # fmt: skip
    add("--models", type=Path, metavar="FOLDER", help="with --from-store: where the sites' models go")
    add(
        "--site", dest="sites", action="append", default=[], metavar="ADDRESS",
        help="with --from-store: this site only; may be given again and again",
    )  # fmt: skip
    add(
        "--nice", type=int, default=19, metavar="N",
        help="with --from-store: give way to other programs, the server before all, 0 not at all to 19 (default: 19)",
    )  # fmt: skip
    add(
        "--base", metavar="FILE",
        help="move this model instead of beginning from scratch; 'bundled' is the one that comes with modspam",
    )  # fmt: skip
    add(
        "--append", type=Path, action="append", default=[], metavar="FILE",
        help="more labelled comments, which correct what earlier files say; may be given again and again",
    )  # fmt: skip
    add(
        "--stream", action="store_true",
        help="from scratch: learn from disk, in the same memory however many comments there are, in OUTPUT.work, and "
        "go on there if stopped (chosen by itself from about 200 MB of comments on)",
    )  # fmt: skip
    add(
        "--no-gate", dest="gate", action="store_false",
        help="learn from every comment, and replace the model in use even by a worse one",
    )  # fmt: skip
    add(
        "--max-false-positive-rate", type=float, default=default.max_false_positive_rate, metavar="RATE",
        help="share of unseen ham that the model's own threshold may flag (default: %(default)s)",
    )  # fmt: skip
    add(
        "--regularisation", type=float, default=default.regularisation, metavar="C",
        help="from scratch: greater fits the comments more closely (default: %(default)s)",
    )  # fmt: skip
    add(
        "--adaptation", type=float, default=default.adaptation, metavar="C",
        help="with --base: greater lets the labels move it further (default: %(default)s)",
    )  # fmt: skip
    add(
        "--reviews", type=Path, metavar="FILE",
        help="corrected labels: a table with tabs, columns sha256 (of a comment's text) and label",
    )  # fmt: skip
    add(
        "--folds",
        type=int,
        default=default.folds,
        metavar="N",
        help="parts to split into for calibration (default: %(default)s)",
    )
    add("--variants", type=int, metavar="N", help="comments to make of each family of spam (default: 24)")
    add(
        "--jobs",
        type=int,
        default=default.jobs,
        metavar="N",
        help="processes that extract features (default: one a core)",
    )
    _add_dask(add)


def _add_evaluate_arguments(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add(
        "inputs",
        nargs="+",
        type=Path,
        metavar="INPUT",
        help="labelled comments, as for 'modspam train'; each is measured on its own",
    )
    add("--model", type=Path, metavar="FILE", help="the model to measure (default: the bundled one)")
    add("--threshold", type=float, metavar="P", help="measure at this threshold (default: the model's own)")
    add("--evasions", action="store_true", help="also disguise the comments in every way that modspam.evasions knows")
    add("--json", action="store_true", help="print JSON instead of a table")
    add(
        "--report",
        type=Path,
        metavar="FILE",
        help="also write a page to look at, as HTML (needs modspam[report])",
    )
    add("--jobs", type=int, default=1, metavar="N", help="processes (default: %(default)s)")
    add(
        "--stream", action="store_true",
        help="read files through and keep no comments, so that memory does not grow (by itself from 200 MB on)",
    )  # fmt: skip
    _add_dask(add)


def _add_dask(add: Callable[..., object]) -> None:
    add(
        "--dask", metavar="ADDRESS",
        help="work on the Dask cluster whose scheduler is at this address (tcp://host:port) and not on this machine",
    )  # fmt: skip


def _add_corpora_arguments(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add("names", nargs="*", metavar="NAME", help="corpora to fetch; all that are known are listed if none is given")
    add("-o", "--output", type=Path, metavar="FOLDER", help="where the labelled comments go, one .jsonl.gz a corpus")
    add(
        "--from",
        dest="folder",
        type=Path,
        metavar="FOLDER",
        help="read the sources' files from this folder instead of the network",
    )


def _check(arguments: Namespace) -> int:
    moderator = _moderator(arguments)
    if arguments.jsonl:
        if arguments.text is not None:
            raise CommentError("--jsonl reads comments from standard input or --file, not from an argument")
        return _check_stream(moderator, arguments.file, arguments.reasons)
    verdict = moderator.check(_comment(arguments))
    print(json.dumps(verdict.to_dict(reasons=arguments.reasons)) if arguments.json else verdict)
    return _CODES[verdict.action]


def _moderator(arguments: Namespace) -> Moderator:
    return Moderator.load(
        arguments.model,
        threshold=arguments.threshold,
        max_false_positive_rate=arguments.max_false_positive_rate,
        hold_from=arguments.hold_from,
    )


def _comment(arguments: Namespace) -> Comment:
    if arguments.text is not None and arguments.file is not None:
        raise CommentError("the comment is given twice: as an argument and as --file; leave one out")
    if arguments.text is not None:
        text = arguments.text
    else:
        data = arguments.file.read_bytes() if arguments.file else _standard_input().read()
        text = data.decode("utf-8", "replace")
    return Comment(
        text,
        author=arguments.author,
        author_url=arguments.author_url,
        permalink=arguments.permalink,
        page_title=arguments.page_title,
    )


def _standard_input() -> BinaryIO:
    if sys.stdin is None:
        raise CommentError("standard input is closed: give the comment as an argument or with --file")
    if sys.stdin.isatty():
        print("modspam: reading from the terminal; end it with Ctrl-D", file=sys.stderr)
    return sys.stdin.buffer


def _check_stream(moderator: Moderator, path: Path | None, reasons: bool) -> int:
    """Answer line by line; what has arrived together is judged together."""
    code = _KEEP
    number = 0
    with path.open("rb") if path else nullcontext(_standard_input()) as source:
        for lines in _arrivals(source.fileno()):
            answers = list(_answers(moderator, lines, number + 1, reasons))
            number += len(lines)
            for answer in answers:
                if "error" in answer:
                    code = _failed(f"line {answer['line']}: {answer['error']}")
                elif answer["flagged"]:
                    code = max(code, _FLAG)
            sys.stdout.write("".join(json.dumps(answer) + "\n" for answer in answers))
            sys.stdout.flush()
    return code


def _arrivals(descriptor: int) -> Iterator[list[bytes]]:
    """Give the lines as they come: all that are complete by now, without waiting for more."""
    pieces: list[bytes] = []  # of a line whose end has not come
    while chunk := os.read(descriptor, _CHUNK):
        complete, end, begun = chunk.rpartition(b"\n")
        if end:
            yield b"".join([*pieces, complete]).split(b"\n")
            pieces = []
        pieces.append(begun)
    if last := b"".join(pieces):
        yield [last]


def _answers(moderator: Moderator, lines: Sequence[bytes], first: int, reasons: bool) -> Iterator[dict[str, Any]]:
    """Judge the lines that hold a comment, and say of the others what is wrong with them."""
    comments: list[Comment] = []
    faults: dict[int, str] = {}
    for index, line in enumerate(lines):
        try:
            comments.append(Comment.of(json.loads(line)))
        except CommentError as error:
            faults[index] = str(error)
        except (ValueError, RecursionError) as error:
            faults[index] = f"no JSON: {error}"
    verdicts = moderator.check_many(comments)
    for index in range(len(lines)):
        if index in faults:
            yield {"line": first + index, "error": faults[index]}
        else:
            yield next(verdicts).to_dict(reasons=reasons)


def _explain(arguments: Namespace) -> int:
    comment = _comment(arguments)
    verdict = _moderator(arguments).check(comment)
    colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    print(_painted(comment.text, verdict, colour))
    print()
    print(f"{verdict.action}: probability {verdict.probability:.4f}, flagged from {verdict.threshold:.4f} on")
    explanation = verdict.explanation
    for reason in explanation.reasons:
        seen = f": {printable(reason.text, 70)}" if reason.text else ""
        line = f"  {reason.contribution:+7.2f}  {reason.message}{seen}"
        print(_coloured(line, reason.contribution) if colour else line)
    print(f"  {explanation.rest:+7.2f}  the rest of the wording")
    print(f"  {explanation.intercept:+7.2f}  where the model starts from")
    print(f"  {verdict.score:+7.2f}  log-odds of spam")
    return _CODES[verdict.action]


def _painted(text: str, verdict: Verdict, colour: bool) -> str:
    """Mark the evidence in the text: in colour, or in brackets where there is none."""
    pieces = []
    for start, end, reason in marked(text, verdict.reasons):
        piece = "\n".join(printable(line) for line in text[start:end].split("\n"))
        if reason:
            piece = _coloured(piece, reason.contribution) if colour else f"[{piece}]"
        pieces.append(piece)
    return "".join(pieces)


def _coloured(text: str, contribution: float) -> str:
    return f"\x1b[{31 if contribution > 0 else 32}m{text}\x1b[0m"


def _model(arguments: Namespace) -> int:
    model = LinearModel.load(arguments.path or bundled_path())
    weights = dict(zip((signal.name for signal in SIGNALS), model.signal_weights.tolist(), strict=True))
    document = {
        "threshold": model.threshold,
        "thresholds": [row._asdict() for row in model.thresholds],
        "intercept": model.intercept,
        "signals": dict(sorted(weights.items(), key=lambda item: -item[1])),
        **model.card,
    }
    print(json.dumps(document, indent=1, ensure_ascii=False))
    return _KEEP


def _score(arguments: Namespace) -> int:
    from modspam.bulk import run  # brings joblib

    return run(arguments)


def _train(arguments: Namespace) -> int:
    if arguments.from_store is not None:
        from modspam.niceness import give_way

        give_way(arguments.nice)  # before the imports, which take a second of processor time
    from modspam.train import run  # brings scikit-learn

    return run(arguments)


def _rollback(arguments: Namespace) -> int:
    from modspam.versions import previous_path, rollback

    rollback(arguments.model)
    print(f"in use again: {arguments.model}; what it replaced is kept as {previous_path(arguments.model)}")
    return _KEEP


def _evaluate(arguments: Namespace) -> int:
    from modspam.evaluate import run  # brings scikit-learn

    return run(arguments)


def _corpora(arguments: Namespace) -> int:
    from modspam.registry import run  # brings a downloader, if one is needed

    return run(arguments)


def _wordpress(arguments: Namespace) -> int:
    from modspam.contrib.wordpress import must_use_plugin

    print(must_use_plugin(arguments.server), end="")
    return _KEEP
