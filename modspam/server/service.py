"""What every protocol asks of the server: judge a comment and remember it; take a label."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import NamedTuple, ParamSpec, TypeVar
from uuid import uuid4

from starlette.requests import HTTPConnection

from modspam.comment import Comment
from modspam.errors import StoreError
from modspam.server.callbacks import Callbacks
from modspam.server.judge import InUse, Judge
from modspam.server.keyring import Keyring
from modspam.server.logs import failure, log
from modspam.server.metrics import Metrics
from modspam.server.recorder import Recorder
from modspam.server.settings import Settings
from modspam.store import Callback, Check, Feedback, Site, Store
from modspam.verdict import Action, Verdict

__all__ = ["Judged", "Service", "new_id"]

P = ParamSpec("P")
T = TypeVar("T")

_STORE_SECONDS = 5.0  # that a call of the store may take
_PRUNE_EVERY = 6 * 3600.0  # seconds
_PRUNE_FIRST = 30.0


class Judged(NamedTuple):
    """A comment that was judged.

    - ``id``: of the check
    - ``action``: what to answer; keep in shadow mode
    - ``said``: what is said of the comment, in shadow mode too
    - ``verdict``: the model's, which a guaranteed value may have overruled
    - ``model``: that judged
    - ``stored``: whether the check is committed
    """

    id: str
    action: Action
    said: Action
    verdict: Verdict
    model: InUse
    stored: bool


class Service:
    """The models, the store, and what stands between them; one in each worker."""

    def __init__(self, settings: Settings, metrics: Metrics) -> None:
        """Open the store and load the model; raises `StoreError` and what `Moderator.load` raises.

        Needs a running event loop.
        """
        self.settings = settings
        self.metrics = metrics
        self.judge = Judge(settings, metrics)
        self.store = Store.open(settings.store)
        self.store.has_keys()  # the first call takes longer, and must not be a client's
        self.recorder = Recorder(self.store, metrics, settings.commit_wait)
        self._threads = ThreadPoolExecutor(4, "store")
        self.keyring = Keyring(self.store, self.stored, keyless=settings.keyless)
        self.callbacks: Callbacks | None = None
        watching = [self.judge.watch(), self._prune()]
        if settings.callback_days and not settings.shadow:
            self.callbacks = Callbacks(self.store, self.stored, self.judge, metrics, settings.callback_days)
            watching.append(self.callbacks.watch())
        self._tasks = [asyncio.create_task(each) for each in watching]

    async def close(self) -> None:
        """Store what is left and let go of everything."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.recorder.close()
        self._threads.shutdown(wait=False, cancel_futures=True)
        self.judge.close()
        self.store.close()

    async def stored(self, call: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
        """Call the store in a thread; raises `StoreError` if it fails or takes too long."""
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(_STORE_SECONDS):
                return await loop.run_in_executor(self._threads, lambda: call(*arguments, **named))
        except TimeoutError as error:
            self.metrics.store_errors.inc()
            raise StoreError(
                f"the store did not answer within {_STORE_SECONDS:.0f} seconds: try again later"
            ) from error
        except StoreError:
            self.metrics.store_errors.inc()
            raise

    async def check(
        self,
        site: Site,
        comment: Comment,
        protocol: str,
        connection: HTTPConnection,
        *,
        id: str | None = None,  # noqa: A002 - it is the check's id
        overruled: Action | None = None,
        test: bool = False,
        callback: Callback | None = None,
    ) -> Judged:
        """Judge a comment and remember it; with ``overruled`` the answer is that, whatever the model says."""
        model = await self.judge.model_of(site.model_name)
        verdict = await self.judge.judge(model, comment)
        facts = (id, overruled, test, callback)
        return (await self._remember(site, [comment], [verdict], model, protocol, connection, *facts))[0]

    async def check_many(
        self, site: Site, comments: Sequence[Comment], protocol: str, connection: HTTPConnection, *, test: bool
    ) -> list[Judged]:
        """Judge several comments and remember them."""
        model = await self.judge.model_of(site.model_name)
        verdicts = await self.judge.judge_many(model, comments)
        return await self._remember(site, comments, verdicts, model, protocol, connection, None, None, test, None)

    async def feedback(self, feedback: Feedback, site: Site, protocol: str, connection: HTTPConnection) -> str | None:
        """Store a label; returns the id of the check that it belongs to.

        Raises `StoreError` if it could not be stored, or what the store raises for a check that is not there.
        """
        check = await self.stored(self.store.add_feedback, feedback)
        label = "spam" if feedback.spam else "ham"
        self.metrics.feedback.labels(protocol, label).inc()
        note(connection, site=site.address, protocol=protocol, label=label, guid=check, test=feedback.test)
        return check

    async def _remember(
        self,
        site: Site,
        comments: Sequence[Comment],
        verdicts: Sequence[Verdict],
        model: InUse,
        protocol: str,
        connection: HTTPConnection,
        id: str | None,  # noqa: A002
        overruled: Action | None,
        test: bool,
        callback: Callback | None,
    ) -> list[Judged]:
        now = datetime.now(UTC)
        checks = [
            Check(
                id or new_id(), site.id, now, comment, overruled or verdict.action, verdict.probability, verdict.score,
                model.digest, protocol, test, callback,
            )
            for comment, verdict in zip(comments, verdicts, strict=True)
        ]  # fmt: skip
        kept = await asyncio.gather(*map(self.recorder.keep, checks))
        shadow = self.settings.shadow
        for check in checks:
            self.metrics.checks.labels(protocol, check.action).inc()
        said = [
            {"guid": check.id, "action": check.action, "probability": round(check.probability, 4)} for check in checks
        ]
        facts = said[0] if len(said) == 1 else {"verdicts": said}
        note(
            connection, site=site.address, protocol=protocol, shadow=shadow, test=test, stored=all(kept), **facts
        )  # fmt: skip
        return [
            Judged(check.id, Action.KEEP if shadow else check.action, check.action, verdict, model, stored)
            for check, verdict, stored in zip(checks, verdicts, kept, strict=True)
        ]

    async def _prune(self) -> None:
        """Delete checks that are older than the retention, now and then."""
        await asyncio.sleep(_PRUNE_FIRST)
        while True:
            before = datetime.now(UTC) - timedelta(days=self.settings.retention_days)
            try:
                loop = asyncio.get_running_loop()
                deleted = await loop.run_in_executor(self._threads, self.store.prune, before)
            except StoreError as error:
                log("checks not pruned", why=str(error))
            except Exception as error:  # noqa: BLE001 - it is tried again
                failure("checks not pruned", error)
            else:
                log("checks pruned", deleted=deleted, older_than_days=self.settings.retention_days)
            await asyncio.sleep(_PRUNE_EVERY)


def new_id() -> str:
    """Make the id of a check: 32 hexadecimal digits, never twice the same."""
    return uuid4().hex


def note(connection: HTTPConnection, **facts: object) -> None:
    """Add facts to the line that is logged of a request."""
    connection.scope.setdefault("modspam", {}).update(facts)
