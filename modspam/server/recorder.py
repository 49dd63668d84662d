"""Writes checks to the store, many in one transaction, in a thread of its own.

A verdict waits for its check to be committed, but not for long: while the store is slow or gone the
verdict is given, and the check is kept here until the store takes it.  Once one has waited in vain, the next do not
wait until the store has taken something: a disk that stalls for a second must not hold up everybody in turn.
"""

import asyncio
import logging
import threading
from collections import deque
from collections.abc import Sequence
from queue import Empty, SimpleQueue
from time import monotonic
from typing import NamedTuple

from modspam.errors import StoreError
from modspam.server.logs import failure, log
from modspam.server.metrics import Metrics
from modspam.store import Check, Store

__all__ = ["Recorder"]

_ROOM = 10_000  # checks that are kept while the store is gone
_TOGETHER = 500  # checks in one transaction
_PAUSE = 0.5  # seconds between two attempts
_PATIENCE = 5.0  # seconds to write what is left, when the server stops


class _Waiting(NamedTuple):
    """A check that is not stored yet, and who waits for it."""

    check: Check
    done: asyncio.Future[bool]


class Recorder:
    """Takes checks and stores them; the event loop that makes it is the one that its answers go to."""

    def __init__(self, store: Store, metrics: Metrics, patience: float) -> None:
        """Store checks in ``store``; a verdict waits ``patience`` seconds for it, 0 or more."""
        self._store = store
        self._metrics = metrics
        self._patience = patience
        self._loop = asyncio.get_running_loop()
        self._arrivals: SimpleQueue[_Waiting | None] = SimpleQueue()  # None: the server stops
        self._closing = threading.Event()
        self._failing = False
        self._slow = False  # somebody has waited in vain since the store last took something
        self._outstanding = 0
        self._thread = threading.Thread(target=self._work, name="recorder", daemon=True)
        self._thread.start()

    @property
    def waiting(self) -> int:
        """How many checks are not stored yet."""
        return self._outstanding

    async def keep(self, check: Check) -> bool:
        """Store a check; returns whether it is committed by now."""
        done: asyncio.Future[bool] = self._loop.create_future()
        self._outstanding += 1
        no_use = self._failing or self._slow
        self._arrivals.put(_Waiting(check, done))
        if not no_use:
            await asyncio.wait([done], timeout=self._patience)
        if done.done() and done.result():
            return True
        self._slow = True
        self._metrics.late.inc()
        return False

    async def close(self) -> None:
        """Store what is left, if the store takes it within some seconds."""
        self._closing.set()
        self._arrivals.put(None)
        await asyncio.to_thread(self._thread.join, _PATIENCE + 1)

    def _work(self) -> None:
        backlog: deque[_Waiting] = deque()
        give_up_at = float("inf")
        while True:
            self._take_in(backlog)
            if self._closing.is_set():
                give_up_at = min(give_up_at, monotonic() + _PATIENCE)
                if not backlog:
                    return
                if monotonic() > give_up_at:
                    self._give_up(list(backlog), "the server stops and the store is not there")
                    return
            batch = [backlog.popleft() for _ in range(min(_TOGETHER, len(backlog)))]
            left = self._store_all(batch)
            backlog.extendleft(reversed(left))
            self._failing = bool(left)
            if left:
                self._closing.wait(_PAUSE)

    def _take_in(self, backlog: deque[_Waiting]) -> None:
        """Move what has arrived to the backlog; waits for something to arrive if there is nothing to do."""
        try:
            while not self._closing.is_set() or backlog:
                arrived = self._arrivals.get(block=not backlog)
                if arrived is None:
                    continue
                backlog.append(arrived)
        except Empty:
            pass
        excess = [backlog.popleft() for _ in range(len(backlog) - _ROOM)]
        self._give_up(excess, "more checks wait for the store than are kept")

    def _store_all(self, batch: list[_Waiting]) -> list[_Waiting]:
        """Store a batch and tell who waits; returns what has to be tried again."""
        try:
            self._store.record([waiting.check for waiting in batch])
        except StoreError as error:
            self._metrics.store_errors.inc()
            if not self._failing:
                log("store failed", logging.ERROR, why=str(error), waiting=len(batch))
            self._tell(batch, stored=False)
            return batch if len(batch) == 1 or not self._reachable() else self._one_by_one(batch)
        except Exception as error:  # noqa: BLE001 - a fault in one check must not stop the others
            failure("store failed", error, waiting=len(batch))
            return self._one_by_one(batch)
        if self._failing:
            log("store works again", stored=len(batch))
        self._tell(batch, stored=True)
        return []

    def _one_by_one(self, batch: list[_Waiting]) -> list[_Waiting]:
        """Store what can be: something is wrong with one of them, and the others must not wait for it."""
        for position, waiting in enumerate(batch):
            try:
                self._store.record([waiting.check])
            except StoreError:
                if not self._reachable():
                    return batch[position:]
                self._give_up([waiting], "the store refuses it")
            except Exception as error:  # noqa: BLE001 - as above
                failure("store failed", error)
                self._give_up([waiting], "it cannot be stored")
            else:
                self._tell([waiting], stored=True)
        return []

    def _reachable(self) -> bool:
        try:
            self._store.has_keys()
        except StoreError:
            return False
        return True

    def _give_up(self, lost: Sequence[_Waiting], why: str) -> None:
        if lost:
            self._metrics.unstored.inc(len(lost))
            guids = [waiting.check.id for waiting in lost[:100]]
            log("checks not stored", logging.ERROR, why=why, guids=guids, of=len(lost))
            self._tell(lost, stored=False, gone=True)

    def _tell(self, batch: Sequence[_Waiting], *, stored: bool, gone: bool = False) -> None:
        """Let those who wait know, in their own thread."""

        def settle() -> None:
            if stored or gone:
                self._outstanding -= len(batch)
            if stored:
                self._slow = False
            for waiting in batch:
                if not waiting.done.done():
                    waiting.done.set_result(stored)

        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(settle)
