"""The store, on SQLite and on PostgreSQL: keys, checks, labels, counts, and what is forgotten."""

import random
import string
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from uuid import uuid4

import pytest
from conftest import short

from modspam import Action, Comment, CommentError, Form, SettingError
from modspam.store import Check, Feedback, Store
from modspam.store.address import file_name, site_address

NOON = datetime(2026, 3, 31, 12, tzinfo=UTC)


@pytest.fixture
def store(store_url):
    with Store.open(store_url) as opened:
        yield opened


@pytest.fixture
def site(store):
    return store.site("https://blog.example.org")


def check(site, text="The rye bread failed twice.", author="Ana", at=NOON, action=Action.KEEP, **more):
    comment = text if isinstance(text, Comment) else Comment(text, author=author)
    probability = 0.99 if action is Action.FLAG else 0.1
    facts = {"score": 1.5, "model": "ab12", "protocol": "akismet"} | more
    return Check(uuid4().hex, site.id, at, comment, action, probability, **facts)


def recorded(store, *arguments, **more):
    made = check(*arguments, **more)
    store.record([made])
    return made


def report(site, comment, spam=True, at=NOON, **more):
    return Feedback(site.id, Comment(comment) if isinstance(comment, str) else comment, spam, at, **more)


def said(store, site):
    return [(example.comment.text, example.comment.author, example.spam) for example in store.examples(site)]


# Sites and keys


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("https://blog.example.org", "blog.example.org"),
        ("HTTP://WWW.Example.ORG:80/", "example.org"),
        ("https://example.org:443/Blog/?p=1#top", "example.org/blog"),
        ("http://example.org:443", "example.org:443"),
        ("http://user:secret@example.org:8080/a/b//", "example.org:8080/a/b"),
        ("example.org.", "example.org"),
        ("localhost:8000", "localhost:8000"),
        ("http://[::1]:8080/x", "[::1]:8080/x"),
        ("https://bücher.example/", "xn--bcher-kva.example"),
        (" https://example.org/a\u202eb\x00 ", "example.org/ab"),
    ],
    ids=short,
)
def test_a_site_has_one_address_however_it_is_written(url, address):
    assert site_address(url) == address
    assert site_address(address) == address


@pytest.mark.parametrize(
    "url", ["", "   ", "http://", "http:///path", "https://a b", "http://a:99999", "http://[::1", "http://a\x00b"]
)
def test_what_is_no_address_is_refused(store, url):
    with pytest.raises(SettingError, match="no address of a site"):
        store.create_key(url)


def test_an_address_that_is_too_long_is_refused(store):
    with pytest.raises(SettingError, match="300 characters"):
        store.site("example.org/" + "a" * 288)


def test_the_name_of_a_model_is_a_safe_file_name_and_no_other_sites():
    addresses = [
        *("blog.example.org", "example.org/blog", "example.org-blog", "example.org:8000", "example.org-8000"),
        *("..", "../../etc", "a" * 101, "a" * 102, "[::1]:80", "-rf", "example.org/ä", "example.org/ö"),
        *("my_blog.example.org", "my-blog.example.org", ".model"),
    ]
    names = [file_name(address) for address in addresses]
    assert len(set(names)) == len(names)
    allowed = set(string.ascii_lowercase + string.digits + "._-")
    for name in names:
        assert set(name) <= allowed
        assert name[0] not in ".-"
        assert name.endswith(".model")
        assert len(name) <= 110


def test_a_key_opens_its_site_until_it_is_revoked(store):
    assert not store.has_keys()
    key = store.create_key("https://www.Blog.example.org/", note="WordPress")
    other = store.create_key("http://blog.example.org")
    foreign = store.create_key("https://shop.example.org")
    assert all(len(k) == 12 and set(k) <= set(string.digits + string.ascii_lowercase) for k in (key, other, foreign))
    site = store.site_of(key)
    assert site == store.site_of(other) == store.site("blog.example.org")
    assert store.site_of(foreign).address == "shop.example.org"
    assert store.has_keys()

    listed = store.keys()
    assert [(k.site.address, k.note, k.revoked) for k in listed] == [
        ("blog.example.org", "WordPress", None),
        ("blog.example.org", "", None),
        ("shop.example.org", "", None),
    ]
    assert listed[0].created.utcoffset() == timedelta(0)

    assert store.revoke_key(listed[0].id).site == site
    assert store.site_of(key) is None
    assert store.revoke_key(other).id == listed[1].id
    assert store.site_of(other) is None
    assert store.site_of(foreign)
    revoked = store.keys()[1].revoked
    assert revoked is not None
    assert store.revoke_key(other).revoked == revoked
    store.revoke_key(foreign)
    assert not store.has_keys()
    assert [s.address for s in store.sites()] == ["blog.example.org", "shop.example.org"]


@pytest.mark.parametrize("key", ["", "x", "0" * 12, "A" * 5000, "ключ", "\ud800", "\x00", "' OR 1=1 --"], ids=short)
def test_what_is_no_key_opens_nothing(store, key):
    store.create_key("example.org")
    assert store.site_of(key) is None


@pytest.mark.parametrize("key", [0, -1, 7, 2**40, "000000000000"], ids=short)
def test_a_key_that_is_not_there_cannot_be_revoked(store, key):
    store.create_key("example.org")
    with pytest.raises(SettingError, match="modspam keys list"):
        store.revoke_key(key)


def test_keys_are_kept_as_digests_only(tmp_path):
    with Store.open(tmp_path / "s.sqlite3") as store:
        key = store.create_key("example.org")
        for path in tmp_path.iterdir():
            assert key.encode() not in path.read_bytes()


def test_a_store_is_readable_by_its_owner_alone(tmp_path):
    with Store.open(tmp_path / "folder" / "s.sqlite3") as store:
        store.site("example.org")
        assert {path.stat().st_mode & 0o077 for path in (tmp_path / "folder").iterdir()} == {0}
    assert (tmp_path / "folder").stat().st_mode & 0o077 == 0


# Checks


def test_a_check_is_found_again_and_what_is_personal_is_not_kept(store, site):
    form = Form(
        honeypot="bob@example.com", seconds=2.5, script=False, nonce=True,
        referrer="https://blog.example.org/private?user=bob",
    )  # fmt: skip
    comment = Comment(
        "Text", author="Bob", author_url="http://bob.example", author_email="bob@example.com",
        permalink="http://blog.example.org/a", page_title="Bread", page_text="Long page", form=form,
    )  # fmt: skip
    at = NOON.astimezone(timezone(timedelta(hours=9)))
    made = recorded(store, site, comment, at=at, action=Action.HOLD, test=True)
    found = store.find(site, made.id)
    kept = Form("(filled in)", 2.5, script=False, nonce=True, referrer="http://blog.example.org/")
    assert found == made._replace(
        comment=Comment(
            "Text", author="Bob", author_url="http://bob.example", permalink="http://blog.example.org/a",
            page_title="Bread", form=kept,
        )
    )  # fmt: skip
    assert found.at.utcoffset() == timedelta(0)
    assert found.action is Action.HOLD


@pytest.mark.parametrize(
    "form",
    [
        None,
        Form(),
        Form(honeypot="x", seconds=0.4, script=True, nonce=False, referrer=""),
        Form(referrer="https://blog.example.org/page?x=1"),
        Form(referrer="http://elsewhere.example/form", seconds=3),
        Form(honeypot="  ", referrer="not an address"),
    ],
    ids=short,
)
def test_what_is_kept_of_a_form_is_scored_as_the_form_was(store, site, moderator, form):
    comment = Comment("Thank you, the second diagram helped.", permalink="http://blog.example.org/a", form=form)
    found = store.find(site, recorded(store, site, comment).id)
    assert moderator.check(found.comment).score == moderator.check(comment).score


@pytest.mark.parametrize(
    "text", ["", "\x00", "a\x00b", "\ud83d", "ok \ud800 then", "😀" * 3000, "'; DROP TABLE x"], ids=short
)
def test_any_text_can_be_kept_and_labelled(store, site, text):
    made = recorded(store, site, text, author=text)
    expected = text.replace("\x00", "\ufffd").encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    assert store.find(site, made.id).comment.text == expected
    assert store.add_feedback(report(site, Comment(text, author=text), reporter=text[:200])) == made.id
    assert store.examples(site)[0].comment.text == expected


def test_a_site_sees_its_own_checks_only(store, site):
    made = recorded(store, site)
    other = store.site("other.example.org")
    assert store.find(other, made.id) is None
    assert store.add_feedback(report(other, made.comment, check=made.id)) is None
    assert store.add_feedback(report(other, made.comment)) is None
    assert store.examples(site) == []
    assert store.counts(other) == []


@pytest.mark.parametrize("id_", ["", "x", "0" * 32, "0" * 10_000, "\x00", "' OR 1=1"], ids=short)
def test_an_id_of_nothing_finds_nothing(store, site, id_):
    assert store.find(site, id_) is None
    with pytest.raises(CommentError, match="send the comment with the feedback"):
        store.add_feedback(Feedback(site.id, None, True, NOON, check=id_))


def test_recording_again_changes_nothing(store, site):
    many = [check(site, f"Comment {n}") for n in range(700)]
    store.record(many[:300])
    store.record([*many, many[0], many[-1]])
    store.record(many)
    store.record([])
    assert store.counts(site)[0].checks == len(many)
    assert all(store.find(site, made.id) for made in many)


def test_checks_of_a_forgotten_site_are_passed_over(store, site):
    gone = store.site("gone.example.org")
    store.forget_site(gone)
    store.record([check(gone), kept := check(site)])
    assert store.find(site, kept.id)
    assert store.sites() == [site]
    assert store.site("gone.example.org").id != gone.id


def test_a_time_without_a_zone_is_refused(store, site):
    naive = datetime(2026, 3, 31, 12)  # noqa: DTZ001 - that is the point
    for call in (
        lambda: store.record([check(site, at=naive)]),
        lambda: store.add_feedback(report(site, "a", at=naive)),
        lambda: store.prune(naive),
        lambda: store.counts(site, naive),
    ):
        with pytest.raises(SettingError, match="time zone"):
            call()


# Feedback


def test_feedback_finds_the_newest_check_of_the_same_words_and_author(store, site):
    hour = timedelta(hours=1)
    old = recorded(store, site, "Nice post!", author="Ana", at=NOON)
    ana = recorded(store, site, "Nice post!", author="Ana", at=NOON + hour)
    bob = recorded(store, site, "Nice post!", author="Bob", at=NOON + 2 * hour)
    recorded(store, site, "Another.", author="Ana", at=NOON + 3 * hour)
    assert store.add_feedback(report(site, Comment("nice post", author=" ANA"))) == ana.id
    assert store.add_feedback(report(site, Comment("Nice post!", author="Carol"))) == bob.id
    assert store.add_feedback(report(site, "Nice post!", check=old.id)) == old.id
    assert store.add_feedback(report(site, "Never seen.")) is None


def test_feedback_finds_its_check_after_the_cms_has_escaped_it(store, site):
    made = recorded(store, site, 'Salt & "pepper" <3\r\nnow', author="O'Hara & Sons")
    escaped = Comment("Salt &amp; &quot;pepper&quot; &lt;3\nnow", author="O&#039;Hara &amp; Sons")
    assert store.add_feedback(report(site, escaped)) == made.id


def test_a_label_takes_the_comment_of_its_check_or_the_comment_as_submitted(store, site):
    full = Comment("Nice post!", author="Ana", author_url="http://a.example", page_title="Bread", form=Form(seconds=1))
    recorded(store, site, full)
    store.add_feedback(report(site, Comment("nice post", author="somebody")))
    alone = Comment("Never seen.", author="Bob", author_email="bob@example.com")
    store.add_feedback(report(site, alone, spam=False, at=NOON + timedelta(hours=1)))
    labelled, submitted = store.examples(site)
    assert (labelled.comment, labelled.spam, labelled.group) == (full, True, "Bread")
    assert (submitted.comment, submitted.spam) == (Comment("Never seen.", author="Bob"), False)
    assert (labelled.source, labelled.site, labelled.reporter) == (site.address, site.address, "")


def test_the_owners_last_word_counts_however_often_it_is_said(store, site):
    minutes = [NOON + timedelta(minutes=n) for n in range(4)]
    made = recorded(store, site, "Nice post!")
    words = [(True, 0), (True, 2), (False, 3), (True, 1)]  # the last was under way for long
    for spam, minute in words:
        assert store.add_feedback(report(site, "Nice post!", spam, minutes[minute])) == made.id
    assert said(store, site) == [("Nice post!", "Ana", False)]


def test_the_owners_word_stands_above_what_others_say(store, site):
    recorded(store, site, "Nice post!")
    recorded(store, site, "Buy pills")
    store.add_feedback(report(site, "Nice post!", spam=True, reporter="r1"))
    store.add_feedback(report(site, "Nice post!", spam=False, reporter="r2"))
    store.add_feedback(report(site, "Buy pills", spam=False, reporter="r1"))
    assert {(e.comment.text, e.spam, e.reporter) for e in store.examples(site)} == {
        ("Nice post!", True, "r1"),
        ("Nice post!", False, "r2"),
        ("Buy pills", False, "r1"),
    }
    store.add_feedback(report(site, "Nice post!", spam=True))
    store.add_feedback(report(site, "Buy pills", spam=True, reporter="r1"))
    assert {(e.comment.text, e.spam, e.reporter) for e in store.examples(site)} == {
        ("Nice post!", True, ""),
        ("Buy pills", True, "r1"),
    }
    assert store.counts(site)[0].missed_spam == 1


def test_a_reporter_with_an_endless_name_is_refused(store, site):
    with pytest.raises(SettingError, match="200 at most"):
        store.add_feedback(report(site, "a", reporter="r" * 201))


def test_trials_are_neither_counted_nor_learnt(store, site):
    made = recorded(store, site, "A trial", action=Action.FLAG, test=True)
    assert store.add_feedback(report(site, "A trial", spam=False)) == made.id
    store.add_feedback(report(site, "Another trial", test=True))
    assert store.examples(site) == []
    assert store.counts(site) == []


def test_a_hundred_reports_at_once_make_one_label(store, site):
    recorded(store, site, "Buy pills", action=Action.KEEP)
    with ThreadPoolExecutor(20) as pool:
        ids = set(pool.map(lambda _: store.add_feedback(report(site, "Buy pills")), range(100)))
    assert len(ids) == 1
    assert said(store, site) == [("Buy pills", "Ana", True)]
    assert store.counts(site)[0].missed_spam == 1


def test_labels_outlive_their_checks_and_can_still_be_changed(store, site):
    made = recorded(store, site, "Buy pills", at=NOON)
    later = recorded(store, site, "Good bread", at=NOON + timedelta(days=1))
    store.add_feedback(report(site, "Buy pills"))
    assert store.prune(NOON + timedelta(hours=1)) == 1
    assert store.find(site, made.id) is None
    assert store.find(site, later.id)
    assert [counts.checks for counts in store.counts(site)] == [1, 1]
    assert said(store, site) == [("Buy pills", "Ana", True)]
    by_id = Feedback(site.id, None, False, NOON + timedelta(days=2), check=made.id)
    assert store.add_feedback(by_id) == made.id
    assert said(store, site) == [("Buy pills", "Ana", False)]
    assert store.counts(site)[0].missed_spam == 0


def test_many_checks_are_pruned(store, site):
    store.record([check(site, f"Comment {n}", at=NOON + timedelta(minutes=n)) for n in range(2500)])
    assert store.prune(NOON + timedelta(minutes=2400)) == 2400
    assert store.prune(NOON + timedelta(minutes=2400)) == 0


# Counts


def test_counts_say_what_was_checked_and_what_was_wrong_month_by_month(store, site):
    flag, keep, hold = Action.FLAG, Action.KEEP, Action.HOLD
    april = NOON + timedelta(days=1)
    store.record(
        [
            check(site, "a flagged one", action=flag),
            check(site, "another flagged one", action=flag),
            check(site, "a held one", action=hold),
            check(site, "a kept one", action=keep),
            check(site, "a kept one of april", action=keep, at=april),
            check(site, "the last hour of march", at=datetime(2026, 4, 1, 1, tzinfo=timezone(timedelta(hours=2)))),
        ]
    )
    for text, spam in (
        ("a flagged one", False),
        ("another flagged one", True),
        ("a held one", True),
        ("a kept one", True),
        ("a kept one of april", True),
        ("nothing of ours", True),
    ):
        store.add_feedback(report(site, text, spam, at=april))
    assert store.counts(site) == [("2026-03", 5, 2, 3, 1, 1), ("2026-04", 1, 0, 1, 1, 0)]
    assert store.counts(site, april) == [("2026-04", 1, 0, 1, 1, 0)]
    assert store.counts(site, NOON) == store.counts(site)
    assert store.counts(site, april + timedelta(days=1)) == []
    store.add_feedback(report(site, "a flagged one", True, at=april))
    store.add_feedback(report(site, "a kept one", False, at=april))
    assert store.counts(site, NOON)[0] == ("2026-03", 5, 2, 3, 0, 0)


# Forgetting


def test_an_author_a_text_or_a_passage_is_forgotten(store, site):
    other = store.site("other.example.org")
    store.record(
        [
            check(site, "The rye bread failed.", author="Ana Berg"),
            check(site, "My address is ana@example.org_1, write.", author="A."),
            check(site, "100% of nothing to see here", author="Bob"),
            check(other, "The rye bread failed.", author="Carol"),
        ]
    )
    store.add_feedback(report(site, "The rye bread failed.", spam=False))
    assert store.forget(author="ana BERG") == 2
    assert said(store, site) == []
    assert store.forget(text="ana@exampleXorg_1") == 0  # no passage of it is a pattern
    assert store.forget(text="ANA@example.org_1", site=other) == 0
    assert store.forget(text="ANA@example.org_1") == 1
    assert store.forget(author="Bob", text="something else") == 0
    assert store.forget(text="the rye bread failed!", author="Carol") == 1
    assert store.forget(text="0") == 0
    assert store.counts(site)[0].checks == 3
    for nothing in ({}, {"author": " "}, {"text": ""}):
        with pytest.raises(SettingError, match="whom or what"):
            store.forget(**nothing)


def test_a_site_is_forgotten_with_all_it_had(store, site):
    key = store.create_key(site.address)
    other = store.site("other.example.org")
    store.record([check(site, f"Comment {n}") for n in range(1500)] + [kept := check(other)])
    store.add_feedback(report(site, "Comment"))
    store.forget_site(site)
    assert store.sites() == [other]
    assert store.site_of(key) is None
    assert store.keys() == []
    assert (store.examples(site), store.counts(site)) == ([], [])
    assert store.find(other, kept.id)


def test_what_is_forgotten_is_not_in_the_files_any_more(tmp_path):
    with Store.open(tmp_path / "s.sqlite3") as store:
        site = store.site("example.org")
        word = "Quetzalcoatlus"
        store.record([check(site, f"{word} {n}", author=f"{word} {n % 7}") for n in range(200)])
        store.add_feedback(report(site, Comment(f"{word} 3", author=f"{word} 3")))
        assert any(word.encode() in path.read_bytes() for path in tmp_path.iterdir())
        assert store.forget(text=word) == 201
        assert not any(word.encode() in path.read_bytes() for path in tmp_path.iterdir())


# The same calls in any order leave the same on both databases


def test_both_databases_keep_the_same(tmp_path, postgresql):
    rng = random.Random(6)  # noqa: S311 - sampling, no secret
    texts = ["Nice post!", "Buy pills now", "Thank you.", "О хлебе", "<b>bold</b> &amp; so"]
    with Store.open(tmp_path / "s.sqlite3") as lite, Store.open(postgresql.new_database()) as post:
        sites = [[store.site(address) for address in ("a.example", "b.example")] for store in (lite, post)]
        assert sites[0] == sites[1]
        ids = []
        for step in range(300):
            site, text, author = rng.choice(sites[0]), rng.choice(texts), rng.choice(["Ana", "Bob", ""])
            at = NOON + timedelta(hours=step)
            if rng.random() < 0.5:
                made = check(site, text, author, at, rng.choice(list(Action)), test=rng.random() < 0.1)
                ids.append((site, made.id))
                for store in (lite, post):
                    store.record([made])
                continue
            of = rng.choice(ids)[1] if ids and rng.random() < 0.3 else None
            reporter = rng.choice(["", "", "r1"])
            feedback = report(site, Comment(text, author=author), rng.random() < 0.5, at, reporter=reporter, check=of)
            assert lite.add_feedback(feedback) == post.add_feedback(feedback)
        for site in sites[0]:
            assert lite.examples(site) == post.examples(site)
            assert lite.counts(site) == post.counts(site)
        assert all(lite.find(site, id_) == post.find(site, id_) for site, id_ in ids)
