"""ikiwiki with its own blogspam plugin, which asks the server that its setup names."""

from collections.abc import Callable

import pytest
from conftest import cases

from clients.conftest import need, works
from clients.ikiwiki import PERL_MODULES, Wiki
from clients.served import Served

CASES = cases("clients")


@pytest.fixture(scope="module")
def new_wiki(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Wiki]:
    """What makes a wiki that asks the server at an address."""
    need("ikiwiki", "perl", "cc")
    if missing := [module for module in PERL_MODULES if not works("perl", f"-M{module}", "-e1")]:
        pytest.skip(f"not installed for perl: {', '.join(missing)}")
    if works("perl", "-MLWPx::ParanoidAgent", "-e1"):
        pytest.skip("LWPx::ParanoidAgent is installed: with it ikiwiki does not ask servers of this machine")
    return lambda address: Wiki(tmp_path_factory.mktemp("ikiwiki"), address)


@pytest.fixture(scope="module")
def wiki(keyless: Served, new_wiki: Callable[[str], Wiki]) -> Wiki:
    """A wiki that asks a server without keys."""
    return new_wiki(f"{keyless.url}/")


def published(wiki):
    return (wiki.pages / "index.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("text", CASES["ham"])
def test_honest_comments_are_published(wiki, text):
    wiki.comment(text, author="Ana")
    assert text.partition("'")[0] in published(wiki)
    assert not any(text in held for held in wiki.held())


@pytest.mark.parametrize("text", CASES["spam"])
def test_spam_waits_for_the_owner(wiki, text):
    assert "posted after moderator review" in wiki.comment(text, author="SEO Bob")
    assert any(text in held for held in wiki.held())
    assert "SEO Bob" not in published(wiki)


def test_a_page_overwritten_with_spam_is_refused_and_the_reason_said(wiki):
    said = wiki.edit(CASES["spam"][0])
    assert "that looks like spam" in said
    assert "placeholder" in said
    assert "without kneading" in published(wiki)


def test_a_page_improved_is_saved(wiki):
    wiki.edit("Bread without kneading, and without a stand mixer.")
    assert "without a stand mixer" in published(wiki)


def test_a_key_stands_in_the_address(new_wiki, served):
    wiki = new_wiki(f"{served.url}/blogspam/{served.key('http://wiki.example.org')}/")
    wiki.comment(CASES["ham"][0], author="Ana")
    wiki.comment(CASES["spam"][0], author="SEO Bob")
    assert [CASES["ham"][0] in published(wiki), len(wiki.held())] == [True, 1]
    assert [(row.ham, row.spam) for row in served.store.counts(served.site("http://wiki.example.org"))] == [(1, 1)]


def test_a_stopped_server_loses_no_comment(wiki, keyless):
    keyless.stop()
    try:
        wiki.comment("Rye works too, with a little more water.", author="Ana")
    finally:
        keyless.start()
    assert "Rye works too" in published(wiki)
