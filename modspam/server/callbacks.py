"""Telling sites what a newer model says of their comments: `docs/server.md` says when, and to whom.

A call needs the site's key, of which the store has a digest only.  It is known from the site's own checks and held in
memory alone: a worker calls the sites that have sent it a check since it was started.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any, NamedTuple

from modspam.errors import StoreError
from modspam.server.judge import InUse, Judge
from modspam.server.logs import failure, log
from modspam.server.metrics import Metrics
from modspam.server.webhook import CallError, acceptable, call
from modspam.store import Callback, Recheck, Site, Store
from modspam.verdict import Action

__all__ = ["Callbacks"]

Stored = Callable[..., Awaitable[Any]]
Clock = Callable[[], datetime]

_LOOK_EVERY = 2.0  # seconds
_AGAIN_AFTER = timedelta(minutes=1)  # until a site with nothing to do is looked at again, while its model stays
_PAUSE = 0.1  # seconds between two parts, for those who wait for a verdict
_WAITS = [timedelta(minutes=minutes) for minutes in (1, 5, 30, 120)]  # after the calls that fail; then it is given up
_RESULTS = {Action.FLAG: "true", Action.KEEP: "false"}
_LONGEST_POST = 20  # digits of a page's number


def _utc_now() -> datetime:
    return datetime.now(UTC)


class _Known(NamedTuple):
    """A site that can be called, and the key that it asks with."""

    site: Site
    key: str


class Callbacks:
    """Knows whom to call, and calls when the model in use says something else than the one before it."""

    def __init__(
        self, store: Store, stored: Stored, judge: Judge, metrics: Metrics, days: int, clock: Clock = _utc_now
    ) -> None:
        """Call about checks of the last ``days``; ``stored`` calls ``store`` in a thread, ``clock`` tells the time."""
        self._store = store
        self._stored = stored
        self._judge = judge
        self._metrics = metrics
        self._span = timedelta(days=days)
        self._clock = clock
        self._known: dict[int, _Known] = {}
        # By site: the model that has left nothing to do, and until when that is taken for granted.
        self._done: dict[int, tuple[str, datetime]] = {}

    def wanted(self, site: Site, key: str, url: str, post: str, page_text: str) -> Callback | None:
        """Give what to keep of a check that names a callback; None if it names none, or one that is not called."""
        if not url or not acceptable(url, site):
            return None
        self._known[site.id] = _Known(site, key)
        return Callback(url, post if post.isdecimal() and len(post) <= _LONGEST_POST else "", page_text)

    async def watch(self) -> None:
        """Look again and again, for ever."""
        while True:
            await asyncio.sleep(_LOOK_EVERY)
            await self.look()

    async def look(self) -> None:
        """Judge again what a model that is not in use any more has judged, and tell what has changed."""
        for known in list(self._known.values()):
            try:
                await self._look_at(known)
            except StoreError as error:
                log("callbacks put off", logging.WARNING, site=known.site.address, why=str(error))
            except Exception as error:  # noqa: BLE001 - the other sites must not wait for it
                failure("callbacks put off", error, site=known.site.address)

    async def _look_at(self, known: _Known) -> None:
        site = known.site
        model = await self._judge.model_of(site.model_name)
        done, until = self._done.get(site.id, ("", self._clock()))
        if done == model.digest and self._clock() < until:
            return
        self._done.pop(site.id, None)  # what another model has done says nothing any more
        if await self._stored(self._store.site_of, known.key) != site:
            self._known.pop(site.id, None)  # the key was revoked
            return
        # What another worker has judged by a file that this one has not loaded yet must not be turned back.
        while self._judge.is_newest(site.model_name, model):
            now = self._clock()
            part = await self._stored(self._store.claim_callbacks, site, model.digest, now - self._span, now)
            if not part or not await self._judge_again(known, model, part):
                self._done[site.id] = (model.digest, self._clock() + _AGAIN_AFTER)
                return
            await asyncio.sleep(_PAUSE)

    async def _judge_again(self, known: _Known, model: InUse, part: Sequence[Recheck]) -> bool:
        """Judge what was claimed, and tell what has changed; returns whether the site could be told."""
        verdicts = await self._judge.judge_many(model, [recheck.comment for recheck in part])
        actions = {recheck.id: verdict.action for recheck, verdict in zip(part, verdicts, strict=True)}
        news = [
            recheck
            for recheck in part
            if actions[recheck.id] in _RESULTS
            and actions[recheck.id] is not recheck.told
            and acceptable(recheck.url, known.site)
        ]
        same = {recheck.id: recheck.told for recheck in part if recheck not in news}
        await self._stored(self._store.settle_callbacks, same, model.digest)
        reached = True
        for url, group in groupby(sorted(news, key=_url_of), key=_url_of):
            reached &= await self._tell(known, model.digest, url, {each: actions[each.id] for each in group})
        return reached

    async def _tell(self, known: _Known, model: str, url: str, news: Mapping[Recheck, Action]) -> bool:
        """Call a site, and note that it knows; or when to try again.  Returns which."""
        results = [_result(recheck, action) for recheck, action in news.items()]
        try:
            await call(url, known.key, results)
        except CallError as error:
            tries = max(recheck.tries for recheck in news)
            over = tries >= len(_WAITS)
            if over:
                told = {recheck.id: recheck.told for recheck in news}
                await self._stored(self._store.settle_callbacks, told, model)
            else:
                later = self._clock() + _WAITS[tries]
                await self._stored(self._store.postpone_callbacks, [each.id for each in news], later)
            outcome, facts = "given up" if over else "failed", {"tries": tries + 1, "why": str(error)}
        else:
            told = {recheck.id: action for recheck, action in news.items()}
            await self._stored(self._store.settle_callbacks, told, model)
            outcome, facts = "taken", {}
        self._metrics.callbacks.labels(outcome).inc(len(news))
        level = logging.INFO if outcome == "taken" else logging.ERROR
        guids = {recheck.id: action for recheck, action in news.items()}
        log(f"callback {outcome}", level, site=known.site.address, verdicts=guids, **facts)
        return outcome == "taken"


def _url_of(recheck: Recheck) -> str:
    return recheck.url


def _result(recheck: Recheck, action: Action) -> dict[str, object]:
    result: dict[str, object] = {"guid": recheck.id, "result": _RESULTS[action]}
    return result | ({"comment_post_ID": int(recheck.post)} if recheck.post else {})
