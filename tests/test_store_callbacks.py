"""Checks with a callback, on SQLite and on PostgreSQL: who gets them, when, and what is kept for that."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from modspam import Action, Comment, Form
from modspam.store import Callback, Check, Feedback, Store

NOON = datetime(2026, 3, 31, 12, tzinfo=UTC)
MONTH = NOON - timedelta(days=30)
URL = "https://blog.example.org/?rest_route=/akismet/v1/webhook"
CALLBACK = Callback(URL, "7")


@pytest.fixture
def store(store_url):
    with Store.open(store_url) as opened:
        yield opened


@pytest.fixture
def site(store):
    return store.site("https://blog.example.org")


def recorded(store, site, text="The rye bread failed twice.", at=NOON, callback=CALLBACK, **more):
    comment = text if isinstance(text, Comment) else Comment(text, author="Ana")
    made = Check(uuid4().hex, site.id, at, comment, Action.KEEP, 0.1, -2.0, "old", "akismet", callback=callback, **more)
    store.record([made])
    return made


def claimed(store, site, model="new", since=MONTH, now=NOON, **more):
    return [recheck.id for recheck in store.claim_callbacks(site, model, since, now, **more)]


def test_a_check_is_claimed_once_for_each_model(store, site):
    check = recorded(store, site)
    recorded(store, site, callback=None)
    assert claimed(store, site, model="old") == []
    (recheck,) = store.claim_callbacks(site, "new", MONTH, NOON)
    assert (recheck.url, recheck.post, recheck.told, recheck.tries) == (URL, "7", Action.KEEP, 0)
    assert claimed(store, site) == []
    store.settle_callbacks({check.id: Action.FLAG}, "new")
    assert claimed(store, site, now=NOON + timedelta(days=1)) == []
    (recheck,) = store.claim_callbacks(site, "newer", MONTH, NOON)
    assert (recheck.id, recheck.told) == (check.id, Action.FLAG)


def test_a_claim_of_one_who_died_lapses(store, site):
    check = recorded(store, site)
    assert claimed(store, site) == [check.id]
    assert claimed(store, site, now=NOON + timedelta(minutes=1)) == []
    assert claimed(store, site, now=NOON + timedelta(minutes=3)) == [check.id]


def test_what_is_postponed_comes_back_with_its_failures_counted(store, site):
    check = recorded(store, site)
    claimed(store, site)
    store.postpone_callbacks([check.id], NOON + timedelta(minutes=5))
    assert claimed(store, site, now=NOON + timedelta(minutes=4)) == []
    (recheck,) = store.claim_callbacks(site, "newer still", MONTH, NOON + timedelta(minutes=5))
    assert (recheck.id, recheck.tries) == (check.id, 1)


def test_the_newest_are_claimed_first_and_those_before_a_moment_never(store, site):
    days = [recorded(store, site, at=NOON - timedelta(days=days)).id for days in range(5)]
    since = NOON - timedelta(days=3)
    assert claimed(store, site, since=since, limit=2) == days[:2]
    assert claimed(store, site, since=since) == days[2:4]
    assert claimed(store, site, since=since) == []


def test_what_somebody_has_labelled_is_not_judged_again(store, site):
    by_id, by_words, other = (recorded(store, site, text) for text in ("First!", "Second!", "Third!"))
    store.add_feedback(Feedback(site.id, None, False, NOON, check=by_id.id))
    store.add_feedback(Feedback(site.id, Comment("second", author="ana"), False, NOON, reporter="reader"))
    assert claimed(store, site) == [other.id]
    assert by_words.id not in claimed(store, site, now=NOON + timedelta(days=1))


def test_another_sites_checks_are_not_claimed(store, site):
    recorded(store, site)
    assert claimed(store, store.site("https://other.example")) == []


def test_many_who_claim_at_once_share_what_there_is(store, site):
    checks = {recorded(store, site, f"{'abcdefghij'[n % 10] * (n + 1)}").id for n in range(60)}
    with ThreadPoolExecutor(6) as crowd:
        shares = list(crowd.map(lambda _: [*claimed(store, site), *claimed(store, site)], range(6)))
    got = [id_ for share in shares for id_ in share]
    assert len(got) == len(set(got))
    while part := claimed(store, site):
        got += part
    assert (len(got), set(got)) == (60, checks)


@pytest.mark.parametrize("page", ["", "Bread, rye, sourdough starter"])
def test_what_is_kept_is_scored_as_the_comment_was(store, site, moderator, page):
    form = Form(honeypot="x", seconds=1.5, script=False, nonce=True, referrer="https://elsewhere.example/path")
    comment = Comment(
        "My sourdough starter is slow in winter, and the second loaf came out flat as well.", author="Ana",
        author_url="http://a.example", author_email="a@example.org", page_text=page, form=form,
        permalink="https://blog.example.org/2026/how-to-keep-summer-flowers/",
    )  # fmt: skip
    recorded(store, site, comment, callback=Callback(URL, page_text=page))
    (recheck,) = store.claim_callbacks(site, "new", MONTH, NOON)
    assert moderator.check(recheck.comment).score == moderator.check(comment).score


def test_a_callback_goes_with_its_check(store, site):
    recorded(store, site)
    again = recorded(store, site, at=NOON + timedelta(days=1))
    store.prune(NOON + timedelta(hours=1))
    assert claimed(store, site) == [again.id]


def test_recording_again_keeps_one_callback(store, site):
    check = recorded(store, site)
    more = check._replace(id=uuid4().hex)
    store.record([check, more])
    assert sorted(claimed(store, site)) == sorted([check.id, more.id])
