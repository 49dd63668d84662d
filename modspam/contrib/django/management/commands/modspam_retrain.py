"""``manage.py modspam_retrain``: a model of the site's own, from what its moderators have said."""

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from modspam.contrib.django.conf import chosen
from modspam.contrib.django.marks import labelled
from modspam.contrib.django.reading import comment_of
from modspam.contrib.feedback import row_of
from modspam.files import replaced

__all__ = ["Command"]

_REFUSED = 3  # the exit code of a training whose model the gate did not let through


class Command(BaseCommand):
    """Retrain; see ``modspam train --help`` for what it does with the labels."""

    help = (
        "Move the bundled model by what moderators have marked and approved, and put it into use at MODSPAM['MODEL'] "
        "if it is not worse than the one that is there.  Running servers pick it up with the next comment.  Exit code: "
        "0 done, 1 error, 3 refused."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Say what can be given."""
        parser.add_argument(
            "files", nargs="*", type=Path, metavar="FILE",
            help="more labelled comments (.csv, .jsonl, .parquet); the moderators' word goes before theirs",
        )  # fmt: skip
        parser.add_argument(
            "--export", type=Path, metavar="FILE",
            help="write the labels to this .jsonl and train nothing: do so before marked comments are deleted for good",
        )  # fmt: skip
        parser.add_argument("--jobs", type=int, default=1, help="processes that extract features (default: 1)")

    def handle(self, *, files: list[Path], export: Path | None, jobs: int, **_: Any) -> None:
        """Retrain, or write the labels to a file."""
        model = chosen().model
        if export is None and model is None:
            raise CommandError("say where the site's model goes: MODSPAM = {'MODEL': BASE_DIR / 'site.model'}")
        rows = list(_rows())
        if export is not None:
            self._export(export, rows)
            return
        if not rows:
            raise CommandError(
                "no comment has a label yet: in the comments' admin, mark some as spam and some as not spam "
                "(approving one counts as not spam); twenty are enough to begin with"
            )
        self.stderr.write(_counted(rows))
        with TemporaryDirectory() as folder:  # readable by its owner alone
            labels = Path(folder, "moderators.jsonl")
            labels.write_bytes(_lines(rows))
            self._train([*map(str, files or [labels])], [str(labels)] if files else [], str(model), jobs)

    def _train(self, inputs: list[str], appended: list[str], model: str, jobs: int) -> None:
        from modspam.train import main  # brings scikit-learn

        told = StringIO()
        with redirect_stdout(told):
            append = [part for path in appended for part in ("--append", path)]
            code = main([*inputs, *append, "--base", "bundled", "--jobs", str(jobs), "-o", model])
        self.stdout.write(told.getvalue())
        if code == _REFUSED:
            raise CommandError("the new model is worse in something and was refused; see above", returncode=_REFUSED)
        if code:
            raise CommandError("nothing was trained; the reason stands above")

    def _export(self, path: Path, rows: list[dict[str, Any]]) -> None:
        try:
            with replaced(path, 0o600) as file:
                file.write(_lines(rows))
        except OSError as error:
            raise CommandError(f"{path} cannot be written: {error}") from error
        self.stdout.write(f"written: {path} ({_counted(rows)})")


def _rows() -> Iterator[dict[str, Any]]:
    for comment, spam in labelled():
        yield row_of(comment_of(comment, comment.content_object), spam, comment.site.domain)


def _lines(rows: list[dict[str, Any]]) -> bytes:
    return "".join(f"{json.dumps(row)}\n" for row in rows).encode("ascii")


def _counted(rows: list[dict[str, Any]]) -> str:
    spam = sum(row["label"] == "spam" for row in rows)
    return f"{spam} marked as spam, {len(rows) - spam} as not spam or approved"
