"""Checks reach the store in groups, whatever is wrong with one of them or with the store."""

import asyncio
from datetime import UTC, datetime

import pytest
from servers import until

from modspam import Action, Comment
from modspam.server.metrics import Metrics
from modspam.server.recorder import Recorder
from modspam.server.service import new_id
from modspam.store import Check, Store

WHEN = datetime(2026, 11, 24, tzinfo=UTC)


@pytest.fixture
def store(tmp_path):
    with Store.open(tmp_path / "store.sqlite3") as opened:
        yield opened


def made(site, at=WHEN):
    return Check(new_id(), site.id, at, Comment("Hello"), Action.KEEP, 0.1, -2.0, "", "native")


def count(metrics, name):
    lines = metrics.text().decode().splitlines()
    return next(float(line.split()[1]) for line in lines if line.startswith(f"modspam_{name}_total "))


def test_checks_that_come_at_once_are_committed_when_that_is_said(store):
    site = store.site("example.org")

    async def scenario():
        recorder = Recorder(store, Metrics(), 30)
        checks = [made(site) for _ in range(300)]
        assert all(await asyncio.gather(*map(recorder.keep, checks)))
        assert all(store.find(site, check.id) for check in checks)
        await recorder.close()

    asyncio.run(scenario())


def test_one_that_cannot_be_stored_does_not_stop_the_others(store):
    site, metrics = store.site("example.org"), Metrics()
    checks = [made(site), made(site), made(site, WHEN.replace(tzinfo=None)), made(site)]

    async def scenario():
        recorder = Recorder(store, metrics, 0.5)
        kept = await asyncio.gather(*map(recorder.keep, checks))
        await recorder.close()
        return kept

    assert asyncio.run(scenario()) == [True, True, False, True]
    assert [bool(store.find(site, check.id)) for check in checks] == [True, True, False, True]
    assert count(metrics, "checks_unstored") == 1


def test_once_one_has_waited_in_vain_the_next_do_not_until_the_store_takes_something(store):
    site = store.site("example.org")

    async def scenario():
        recorder = Recorder(store, Metrics(), 0.05)
        with store._database.writing():  # noqa: SLF001 - nobody else can write meanwhile
            assert not await recorder.keep(made(site))
            recorder._patience = 3600  # noqa: SLF001 - whoever waited now would wait for ever
            for _ in range(5):
                assert not await asyncio.wait_for(recorder.keep(made(site)), 30)
        await asyncio.to_thread(until, lambda: not recorder.waiting)
        assert await recorder.keep(made(site))
        await recorder.close()

    asyncio.run(scenario())
    assert store.counts(site)[0].checks == 7


def test_what_is_left_at_the_end_is_stored(store):
    site = store.site("example.org")
    checks = [made(site) for _ in range(50)]

    async def scenario():
        recorder = Recorder(store, Metrics(), 0)
        await asyncio.gather(*map(recorder.keep, checks))
        await recorder.close()

    asyncio.run(scenario())
    assert all(store.find(site, check.id) for check in checks)


def test_while_the_store_is_gone_so_many_are_kept_and_the_oldest_given_up(tmp_path):
    path, metrics = tmp_path / "store.sqlite3", Metrics()
    with Store.open(path) as store:
        site = store.site("example.org")
        path.rename(tmp_path / "away")
        path.mkdir()
        checks = [made(site) for _ in range(10_002)]

        async def scenario():
            recorder = Recorder(store, metrics, 0.01)
            assert not await recorder.keep(checks[0])
            await asyncio.to_thread(until, lambda: count(metrics, "store_errors"))
            for check in checks[1:]:
                assert not await recorder.keep(check)
            await asyncio.to_thread(until, lambda: recorder.waiting == 10_000)
            path.rmdir()
            (tmp_path / "away").rename(path)
            await asyncio.to_thread(until, lambda: not recorder.waiting)
            await recorder.close()

        asyncio.run(scenario())
        kept = [bool(store.find(site, check.id)) for check in checks]
    assert kept == [False] * 2 + [True] * 10_000
    assert count(metrics, "checks_unstored") == 2
