"""What can be chosen about training, with its defaults; light enough for the command line to import."""

from math import inf
from typing import NamedTuple

from modspam.errors import SettingError

__all__ = ["DEFAULTS", "IN_MEMORY", "Settings", "check_jobs"]

IN_MEMORY = 200e6  # bytes of comments that are held at once; more are learnt from disk, and measured as they are read


class Settings(NamedTuple):
    """Choices about training.

    - ``max_false_positive_rate``: the model's own threshold flags at most this share of unseen ham, 0..1
    - ``regularisation``: scikit-learn's ``C``; greater fits the comments more closely
    - ``adaptation``: the same, when a base is moved: greater lets the labels move it further
    - ``folds``: parts that the comments are split into for calibration, by source
    - ``jobs``: processes that extract features; -1 is one a core
    """

    max_false_positive_rate: float = 0.005
    regularisation: float = 8.0
    adaptation: float = 30.0
    folds: int = 5
    jobs: int = -1

    def check(self) -> None:
        """Raise `SettingError` if a choice is out of its range."""
        if not 0 < self.max_false_positive_rate < 1:
            raise SettingError(
                f"the false-positive rate is a share between 0 and 1, not {self.max_false_positive_rate}"
            )
        for name in ("regularisation", "adaptation"):
            if not 0 < getattr(self, name) < inf:
                raise SettingError(f"the {name} is a number above 0, not {getattr(self, name)}")
        check_jobs(self.jobs)
        if self.folds < 2:
            raise SettingError(f"at least 2 folds are needed, not {self.folds}")


def check_jobs(jobs: int) -> None:
    """Raise `SettingError` if no process would be left to do the work."""
    if jobs == 0:
        raise SettingError("the number of jobs is 1 or more, or -1 for one a core, not 0")


DEFAULTS = Settings()
