"""How far a long job is, on standard error: a bar on a terminal, elsewhere a line every ten seconds.

For whatever knows how much there is: bytes of a file (`modspam.bulk`), or comments.  The rate is
always in comments a second, the time left follows from the share that is done.
"""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

__all__ = ["Show", "progress"]

Show = Callable[[int, int], None]

_EVERY = 10  # seconds between lines
_BAR = "{percentage:3.0f}%|{bar}| {desc} [{elapsed}, {remaining} left]"


@contextmanager
def progress(total: int, position: int = 0, comments: int = 0) -> Iterator[Show]:
    """Give what shows the progress: to be called often with the position, 0..``total``, and the comments done.

    A job that goes on where another run stopped gives its first ``position`` and the ``comments`` before it.
    """
    started = time.monotonic()

    def rate(done: int) -> str:
        seconds = max(time.monotonic() - started, 1e-3)
        return f"{done:,} comments, {(done - comments) / seconds:,.0f}/s"

    if sys.stderr is not None and sys.stderr.isatty():
        from tqdm import tqdm

        with tqdm(total=total, initial=position, bar_format=_BAR, dynamic_ncols=True) as bar:

            def draw(reached: int, done: int) -> None:
                bar.set_description_str(rate(done), refresh=False)
                bar.update(reached - bar.n)

            yield draw
        return

    told = started

    def write(reached: int, done: int) -> None:
        nonlocal told
        now = time.monotonic()
        if now - told >= _EVERY and sys.stderr is not None:
            told = now
            left = (now - started) * (total - reached) / max(reached - position, 1)
            print(f"{reached / total:4.0%}: {rate(done)}, {_duration(left)} left", file=sys.stderr, flush=True)

    yield write


def _duration(seconds: float) -> str:
    """Say a time as people do.

    >>> _duration(42.3), _duration(150), _duration(7500)
    ('42 s', '2 min', '2 h 5 min')
    """
    if seconds < 100:
        return f"{seconds:.0f} s"
    minutes = int(seconds // 60)
    return f"{minutes} min" if minutes < 100 else f"{minutes // 60} h {minutes % 60} min"
