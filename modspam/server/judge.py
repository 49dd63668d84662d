"""The models in use: one for each site that has its own, put into use while comments are judged.

Short comments are judged where they are asked about, since handing them to a thread takes longer than
judging them; long ones in a thread, so that nobody waits for them.
"""

import asyncio
import json
import logging
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from modspam.comment import Comment
from modspam.errors import ModelNotFoundError, ModspamError
from modspam.files import Stamp, stamp_of
from modspam.model import bundled_path
from modspam.moderator import Moderator
from modspam.server.logs import log
from modspam.server.metrics import Metrics
from modspam.server.settings import Settings
from modspam.verdict import Verdict

__all__ = ["InUse", "Judge"]

_LONG = 2_000  # characters; judged in some 3 ms
_MOST_MODELS = 128  # of sites' own, 2 MB each, held in memory at once
_LOOK_EVERY = 0.5  # seconds between two looks at the files
_DISGUISED = "Shop ch3äp píll\N{CYRILLIC SMALL LETTER ES}s4 a\N{COMBINING LONG STROKE OVERLAY}t [us](http://x.example)"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class InUse:
    """A model in use: the moderator that serves it, and the SHA-256 of its file."""

    moderator: Moderator
    digest: str
    stamp: Stamp


class Judge:
    """Judges comments by the models in use, and watches their files."""

    def __init__(self, settings: Settings, metrics: Metrics) -> None:
        """Load the default model and warm it; raises what `Moderator.load` raises."""
        self._settings = settings
        self._metrics = metrics
        self._path = settings.model or bundled_path()
        if not self._path.exists():
            raise ModelNotFoundError(f"no model at {self._path}: train one with 'modspam train', or leave --model out")
        self._default = self._load(self._path)
        # Refused where `Moderator` refuses it; for a site's own model it is cut to its threshold.
        Moderator(self._default.moderator.model, self._default.moderator.threshold, hold_from=settings.hold_from)
        _warm(self._default.moderator)
        # By the name of the file; None while there is no such file, or none that can be loaded.
        self._sites: OrderedDict[str, InUse | None] = OrderedDict()
        self._broken: dict[Path, Stamp] = {}
        self._threads = ThreadPoolExecutor(2, "judge")

    async def model_of(self, name: str) -> InUse:
        """Give the model for a site whose model would have this file name: its own, or the default one."""
        if self._settings.models is None:
            return self._default
        if name not in self._sites:
            found = await asyncio.get_running_loop().run_in_executor(
                self._threads, self._renewed, self._settings.models / name, None
            )
            self._sites.setdefault(name, found)
            while len(self._sites) > _MOST_MODELS:
                self._sites.popitem(last=False)
        with suppress(KeyError):
            self._sites.move_to_end(name)
        return self._sites.get(name) or self._default

    def is_own(self, model: InUse) -> bool:
        """Whether a model is a site's own, and not the default one."""
        return model is not self._default

    def is_newest(self, name: str, model: InUse) -> bool:
        """Whether a model is what the files hold at this moment for a site whose model would have this name."""
        own = self._settings.models / name if self._settings.models else None
        try:
            return stamp_of(own if own and own.exists() else self._path) == model.stamp
        except OSError:
            return False

    async def judge(self, model: InUse, comment: Comment) -> Verdict:
        """Judge a comment."""
        if len(comment.text) <= _LONG:
            return model.moderator.check(comment)
        return await self.aside(lambda: model.moderator.check(comment))

    async def judge_many(self, model: InUse, comments: Sequence[Comment]) -> list[Verdict]:
        """Judge several comments, in order."""
        return await self.aside(lambda: list(model.moderator.check_many(comments)))

    async def aside(self, work: Callable[[], T]) -> T:
        """Do something that takes long in a thread."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    async def watch(self) -> None:
        """Look for files that have changed, for ever, and put what they hold into use."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(_LOOK_EVERY)
            renewed = await loop.run_in_executor(self._threads, self._renewed, self._path, self._default)
            self._default = renewed or self._default
            for name, model in list(self._sites.items()):
                assert self._settings.models is not None  # noqa: S101 - else there are no names
                path = self._settings.models / name
                found = await loop.run_in_executor(self._threads, self._renewed, path, model)
                if name in self._sites:
                    self._sites[name] = found

    def close(self) -> None:
        """Let the threads end."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _renewed(self, path: Path, current: InUse | None) -> InUse | None:
        """Give what a file holds now: the model in use stays if it has not changed or cannot be loaded."""
        try:
            stamp = stamp_of(path)
        except FileNotFoundError:
            return None
        except OSError:
            return current
        if (current and stamp == current.stamp) or self._broken.get(path) == stamp:
            return current
        try:
            model = self._load(path)
        except (ModspamError, OSError) as error:
            self._broken[path] = stamp
            self._metrics.models.labels("broken").inc()
            log("model is broken", logging.ERROR, file=path.name, why=str(error))
            return current
        self._broken.pop(path, None)
        if current and self._settings.copies and current.digest != model.digest:
            with suppress(OSError):  # another worker may have done so; who has mapped the copy keeps it
                (self._settings.copies / current.digest).unlink()
        self._metrics.models.labels("in use").inc()
        log("model in use", file=path.name, model=model.digest)
        return model

    def _load(self, path: Path) -> InUse:
        stamp, settings = stamp_of(path), self._settings
        moderator, digest = Moderator.load_copy(
            path,
            threshold=settings.threshold,
            max_false_positive_rate=settings.max_false_positive_rate,
            hold_from=settings.hold_from,
            copies=settings.copies,
        )
        return InUse(moderator, digest, stamp)


def _warm(moderator: Moderator) -> None:
    """Have compiled what is compiled when it is first used: a client must not wait for that.

    The comments that the gate holds new models against are of many kinds and languages; none is disguised.
    """
    lines = bundled_path().with_name("frozen.jsonl").read_text(encoding="utf-8").splitlines()
    texts = [json.loads(line)["text"] for line in lines]
    list(moderator.check_many(texts))
    for text in (*texts[:3], _DISGUISED):
        moderator.check({"text": text, "author": "Ana", "page_title": "Rye bread, 黑麦面包"}).to_dict()
