"""The retrain script: labelled comments in, a model in use that is not worse than the one before.

``modspam train`` or ``python -m modspam.train``.  The whole of it, on one screen (`run`): read the labels,
set the gate's comments aside, move the base or train from scratch, and let the gate decide.  With ``--from-store``
the same is done for each site of a store (`modspam.train_sites`).
"""

import shutil
import sys
from argparse import Namespace
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Protocol

from modspam.adapt import Adapter
from modspam.cluster import workers
from modspam.corpora import (
    VARIANTS,
    Example,
    Source,
    files_of,
    load,
    read_reviews,
    reviewed,
    stream,
    uncorrected,
    unpacked_size,
    words_of,
)
from modspam.errors import ModelFormatError, SettingError
from modspam.fit import summary, train
from modspam.gate import Comparison, Decision, SetAside, decide
from modspam.model import LinearModel, bundled_path
from modspam.say import Say, to_stderr
from modspam.settings import IN_MEMORY, Settings
from modspam.stream import train_streamed
from modspam.versions import install, previous_path, refuse

__all__ = ["Labels", "adapted", "base_path", "main", "model_in_use", "put_into_use", "run"]

_REFUSED = 3  # the exit code
_GENTLER = 3  # times that an adaptation which the gate refuses is tried again


def run(arguments: Namespace) -> int:
    """Retrain as the command line says; progress goes to standard error, the summary to standard output."""
    say = to_stderr()
    settings = Settings(
        arguments.max_false_positive_rate,
        arguments.regularisation,
        arguments.adaptation,
        arguments.folds,
        arguments.jobs,
    )
    settings.check()
    if arguments.from_store is not None:
        from modspam.train_sites import run as run_sites  # brings the database library

        return run_sites(arguments, settings, say)
    if not arguments.inputs or arguments.output is None or arguments.models or arguments.sites:
        raise SettingError(
            "give files of labelled comments and --output FILE; or --from-store and --models FOLDER (and --site)"
        )
    output: Path = arguments.output
    base = LinearModel.load(base_path(arguments.base)) if arguments.base else None
    in_use = model_in_use(output) if arguments.gate and output.exists() else base
    labels = _Labels(arguments)
    with workers(arguments.dask):
        if base:
            model, decision = adapted(base, in_use, labels, settings, say)
        else:
            if arguments.stream or labels.size > IN_MEMORY:
                say("learning from disk")
                model = train_streamed(labels.files, labels.read, _work(output), settings, say)
            else:
                model = train(labels.examples, labels.sources, settings, say)
            print(summary(model))
            decision = decide(model, in_use, labels.held_out) if arguments.gate and in_use else None

    code = put_into_use(model, decision, output)
    if code == 0:
        shutil.rmtree(_work(output), ignore_errors=True)
    return code


def put_into_use(model: LinearModel, decision: Decision | None, output: Path) -> int:
    """Install a model, or write it beside the one in use if the gate said no; tells which, gives the exit code."""
    if decision:
        print(_told(decision.comparisons))
        if not decision.accepted:
            refused = refuse(model, output)
            print(f"refused: {'; '.join(decision.faults)}")
            print(f"written beside: {refused}; {output if output.exists() else 'the base'} stays in use")
            return _REFUSED
    replaced = output.exists()
    if not install(model, output):
        print(f"unchanged: {output} was made of the same")
        return 0
    print(f"written: {output} ({output.stat().st_size / 1e6:.2f} MB)")
    if replaced:
        print(f"the model before it: {previous_path(output)} ('modspam rollback {output}' puts it back)")
    return 0


class Labels(Protocol):
    """The labelled comments that a base is moved by."""

    gate: bool

    @property
    def examples(self) -> list[Example]:
        """Those that are learnt."""

    @property
    def held_out(self) -> list[Example]:
        """Those that the gate decides by."""

    @property
    def sources(self) -> list[Source]:
        """What the model's card says of them."""


def adapted(
    base: LinearModel, in_use: LinearModel | None, labels: Labels, settings: Settings, say: Say
) -> tuple[LinearModel, Decision | None]:
    """Move the base; where the gate does not let the model through, less far, and less again."""
    adapter = Adapter(base, labels.examples, labels.sources, settings, say)
    strength = settings.adaptation
    model = adapter.moved(strength)
    if not labels.gate or in_use is None:
        return model, None
    decision = decide(model, in_use, labels.held_out)
    for _ in range(_GENTLER):
        if decision.accepted:
            break
        say(f"the gate says no: {'; '.join(decision.faults)}; once more, moved a third as far")
        strength /= 3
        model = adapter.moved(strength)
        decision = decide(model, in_use, labels.held_out)
    return model, decision


class _Labels:
    """The labelled comments that are to be learnt: corrected, and without those that are the gate's."""

    def __init__(self, arguments: Namespace) -> None:
        self.gate: bool = arguments.gate
        self._aside = SetAside()
        self._variants = arguments.variants or VARIANTS
        self._reviews = read_reviews(arguments.reviews) if arguments.reviews else {}
        self._inputs: list[Path] = arguments.inputs
        self._appended: list[Path] = arguments.append
        self.files = list(files_of([*arguments.inputs, *arguments.append]))
        self._unread = set(self.files)

    @property
    def size(self) -> float:
        """How many bytes there are to read, roughly, once they are unpacked."""
        return sum(map(unpacked_size, self.files))

    @cached_property
    def examples(self) -> list[Example]:
        """All of them, in memory."""
        examples, _ = self._loaded
        self._unread.clear()
        return list(self._aside.without(examples)) if self.gate else examples

    @property
    def held_out(self) -> list[Example]:
        """The gate's comments; what a run that went on has not read again is read for them."""
        for path in sorted(self._unread):
            for _ in self.read(path, lambda _: None):
                pass
        return self._aside.examples

    @property
    def sources(self) -> list[Source]:
        """What was read of each file."""
        return self._loaded[1]

    def read(self, path: Path, at: Callable[[int], None]) -> Iterator[Example]:
        """Give those of one file, one at a time; ``at`` is told how many bytes have been read."""
        later = self._appended[self._appended.index(path) + 1 :] if path in self._appended else self._appended
        said_again = set().union(*(self._words[file] for file in later))
        examples = uncorrected(reviewed(stream(path, self._variants, at=at), self._reviews), said_again)
        yield from self._aside.without(examples) if self.gate else examples
        self._unread.discard(path)

    @cached_property
    def _words(self) -> dict[Path, set[str]]:
        """The words of every comment that is appended, by file."""
        return {path: {words_of(e.comment) for e in stream(path, self._variants)} for path in self._appended}

    @cached_property
    def _loaded(self) -> tuple[list[Example], list[Source]]:
        examples, sources = load(self._inputs, self._variants)
        examples = list(reviewed(examples, self._reviews))
        for path in self._appended:
            feedback, more = load([path], self._variants)
            examples = [*uncorrected(examples, {words_of(e.comment) for e in feedback}), *feedback]
            sources += more
        return examples, sources


def _work(output: Path) -> Path:
    """Name the folder of what is done; other machines may have another current folder."""
    return output.absolute().with_name(f"{output.name}.work")


def base_path(name: str) -> Path:
    """Say where a base is: a path, or the bundled model."""
    return bundled_path() if name == "bundled" else Path(name)


def model_in_use(path: Path) -> LinearModel:
    """Load the model that would be replaced.  Raises `ModelFormatError` if it is none."""
    try:
        return LinearModel.load(path)
    except ModelFormatError as error:
        raise ModelFormatError(
            f"what is at {path} would be replaced, and the new model cannot be held against it ({error}): "
            "give another output, or replace it unseen with --no-gate"
        ) from error


def _told(comparisons: Sequence[Comparison]) -> str:
    lines = ["held against the model in use        ham flagged: before, now   spam found: before, now"]
    for c in comparisons:
        name = f"{c.ham} ham, {c.spam} spam, {c.name}"
        lines.append(f"{name:36} {c.flagged_before:20} {c.flagged:6} {c.found_before:18} {c.found:6}")
    return "\n".join(lines)


def main(argv: Sequence[str] | None = None) -> int:
    """Run ``modspam train`` with these arguments."""
    from modspam.cli import main as command  # the one place that turns errors into exit codes

    return command(["train", *(sys.argv[1:] if argv is None else argv)])


if __name__ == "__main__":
    sys.exit(main())
