"""The retrain script: labelled comments in, a model in use that is not worse than the one before.

``modspam train`` or ``python -m modspam.train``.  The whole of it, on one screen (`run`): read the labels,
set the gate's comments aside, move the base or train from scratch, and let the gate decide.
"""

import sys
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

from modspam.adapt import adapt
from modspam.corpora import VARIANTS, Example, Source, corrected, load, read_reviews, reviewed
from modspam.errors import ModelFormatError
from modspam.fit import summary, train
from modspam.gate import Comparison, decide, split
from modspam.model import LinearModel, bundled_path
from modspam.say import to_stderr
from modspam.settings import Settings
from modspam.versions import install, previous_path, refuse

__all__ = ["main", "run"]

_REFUSED = 3  # the exit code


def run(arguments: Namespace) -> int:
    """Retrain as the command line says; progress goes to standard error, the summary to standard output."""
    say = to_stderr()
    output: Path = arguments.output
    settings = Settings(
        arguments.max_false_positive_rate,
        arguments.regularisation,
        arguments.adaptation,
        arguments.folds,
        arguments.jobs,
    )
    settings.check()
    base = LinearModel.load(_base_path(arguments.base)) if arguments.base else None
    in_use = _in_use(output) if arguments.gate and output.exists() else base
    examples, sources = _labels(arguments)
    learnt, held_out = split(examples) if arguments.gate else (examples, [])
    if base:
        model = adapt(base, learnt, sources, settings, say)
    else:
        model = train(learnt, sources, settings, say)
        print(summary(model))

    if arguments.gate and in_use:
        say("asking the gate")
        decision = decide(model, in_use, held_out)
        print(_told(decision.comparisons))
        if not decision.accepted:
            refused = refuse(model, output)
            print(f"refused: {'; '.join(decision.faults)}")
            print(f"written beside: {refused}; {output if output.exists() else 'the base'} stays in use")
            return _REFUSED
    replaced = output.exists()
    install(model, output)
    print(f"written: {output} ({output.stat().st_size / 1e6:.2f} MB)")
    if replaced:
        print(f"the model before it: {previous_path(output)} ('modspam rollback {output}' puts it back)")
    return 0


def _labels(arguments: Namespace) -> tuple[list[Example], list[Source]]:
    """Read the comments, correct their labels, add the feedback, the later one in place of the earlier."""
    variants = arguments.variants or VARIANTS
    examples, sources = load(arguments.inputs, variants)
    if arguments.reviews:
        examples = list(reviewed(examples, read_reviews(arguments.reviews)))
    for path in arguments.append:
        feedback, more = load([path], variants)
        examples = corrected(examples, feedback)
        sources += more
    return examples, sources


def _base_path(name: str) -> Path:
    return bundled_path() if name == "bundled" else Path(name)


def _in_use(path: Path) -> LinearModel:
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
