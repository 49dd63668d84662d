"""The command ``modspam serve``: its options, light enough for the command line to import."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from modspam.defaults import DISCARD_FROM, RETENTION_DAYS

__all__ = ["SERVE_HELP", "add_serve", "run"]

SERVE_HELP = """\
Answer every CMS that knows Akismet's protocol or BlogSpam's, or modspam's own API, until stopped with SIGTERM
or Ctrl-C; requests in flight are then answered first.

  modspam serve                                        to try it: this machine alone, no key needed
  modspam keys create https://blog.example.org         a key, from then on demanded
  modspam serve --host 0.0.0.0 --workers 2             for others, with keys

Each site has its model, FOLDER/NAME.model, where there is one (modspam train --from-store writes them), else the
default one.  A model file that is replaced is in use within about a second, and no request is dropped for that.

Every option can stand in the environment, too: MODSPAM_STORE, MODSPAM_MODELS, MODSPAM_SHADOW=1, ...
"""


def add_serve(parser: ArgumentParser) -> None:
    """Add the options; one that is not given has None, so that the environment can say it."""
    add = parser.add_argument
    add("--host", default="127.0.0.1", metavar="ADDRESS", help="listen here (default: %(default)s)")
    add("--port", type=int, default=8799, metavar="N", help="(default: %(default)s)")
    add("--workers", type=int, default=1, metavar="N", help="processes that share the port (default: %(default)s)")
    add("--store", metavar="URL", help="the database: a file, or postgresql://... (default: a file of this user's)")
    add("--models", type=Path, metavar="FOLDER", help="the sites' own models")
    add("--model", type=Path, metavar="FILE", help="the model of sites without their own (default: the bundled one)")
    add("--threshold", type=float, metavar="P", help="flag from this probability on, 0..1 (default: each model's own)")
    add(
        "--max-false-positive-rate", type=float, metavar="RATE",
        help="instead of a threshold: flag at most this share of honest comments, by each model's table",
    )  # fmt: skip
    add("--hold-from", type=float, metavar="P", help="hold for a person what is below the threshold and from here on")
    add(
        "--discard-from", type=float, metavar="P",
        help=f"from this probability on tell the CMS that it may throw spam away unseen (default: {DISCARD_FROM})",
    )  # fmt: skip
    add(
        "--shadow", action="store_true", default=None,
        help="answer keep to everything; log and store what would have been said",
    )  # fmt: skip
    add(
        "--callback-days", type=int, metavar="N",
        help="tell a site, at its own host, when a newer model changes the verdict on a comment of the last N days "
        "(default: 0, never)",
    )  # fmt: skip
    add(
        "--retention-days", type=int, metavar="N",
        help=f"delete checks after so many days (default: {RETENTION_DAYS}); labels stay",
    )  # fmt: skip
    add("--log-format", choices=("json", "text"), help="of the lines on standard error (default: json)")


def run(arguments: Namespace) -> int:
    """Serve until stopped; raises `ModspamError` for what keeps it from starting."""
    from modspam.server.run import serve  # brings the web framework

    given = ("store", "models", "model", "threshold", "max_false_positive_rate", "hold_from", "discard_from", "shadow",
             "callback_days", "retention_days", "log_format")  # fmt: skip
    chosen = {name: getattr(arguments, name) for name in given if getattr(arguments, name) is not None}
    return serve(arguments.host, arguments.port, arguments.workers, chosen)
