"""The author's name and address: a person's, or what somebody wants to be found for."""

from collections.abc import Iterator
from operator import attrgetter

import regex

from modspam.normalise import Span
from modspam.patterns import Pattern
from modspam.signals.addresses import is_common, registered_name, selling_words
from modspam.signals.observation import Observation
from modspam.signals.shape import is_random_word
from modspam.signals.signal import Where, counted
from modspam.signals.trades import trade_words

__all__ = ["SIGNALS"]

_NAME_IS_ADDRESS = Pattern(
    r"https?://\S+|www\.\S+|[\w\-]+(?:\.[\w\-]+)*\.(?:com|net|org|info|ru|biz|co|xyz|top|site|online|shop|club|io|in|uk|de|pl|fr|br)\b\S*",
    regex.IGNORECASE,
)
_WORD = Pattern(r"\S+")
_NAME, _ADDRESS = attrgetter("author"), attrgetter("author_url")


def _has_dot_or_scheme(observation: Observation) -> bool:
    return "." in observation.author or "://" in observation.author


def _has_three_words(observation: Observation) -> bool:
    return len(observation.author.split()) >= 3


@counted(unit="words", cap=2, where=Where.AUTHOR, needs=_NAME, message="the author's name reads as something for sale")
def author_keyword(observation: Observation) -> Iterator[Span]:
    """The name becomes the text of a link, so link building types its search term there."""
    return iter(trade_words(observation.author))


@counted(unit="names", cap=1, where=Where.AUTHOR, needs=_has_dot_or_scheme, message="the author's name is an address")
def author_is_address(observation: Observation) -> Iterator[Span]:
    """People have names; campaigns have sites."""
    match = _NAME_IS_ADDRESS.search(observation.author)
    if match is not None:
        yield match.span()


@counted(
    unit="names",
    cap=1,
    where=Where.AUTHOR,
    needs=_has_three_words,
    message="the author's name reads as a phrase, not as a name",
)
def author_phrase(observation: Observation) -> Iterator[Span]:
    """Three small words or five of any kind are a search term or a headline; a notice is signed with a page's title."""
    if observation.is_notice:
        return
    author = observation.author.strip()
    words = author.split()
    if len(words) >= 5 or (
        len(words) >= 3 and author.isascii() and author == author.lower() and author.replace(" ", "").isalnum()
    ):
        yield 0, len(observation.author)


@counted(unit="names", cap=1, where=Where.AUTHOR, needs=_NAME, message="the author's name looks like random letters")
def author_random(observation: Observation) -> Iterator[Span]:
    """Posting tools fill the name with letters by chance."""
    for match in _WORD.finditer(observation.author):
        if is_random_word(match[0]):
            yield match.span()
            return


@counted(
    unit="words", cap=2, where=Where.AUTHOR_URL, needs=_ADDRESS, message="the author's address names something for sale"
)
def author_url_keyword(observation: Observation) -> Iterator[Span]:
    """A domain is bought for the words in it: best-loans-24 belongs to no person."""
    url = observation.author_url
    return iter(selling_words(url, observation.author_host))


_SCHEME = Pattern(r"^\w+://")
_NUMBERED = Pattern(r"[a-z]{3,}\d{2,}$|\d+[a-z]+\d+")  # shop24, 4you2day


@counted(
    unit="addresses",
    cap=1,
    where=Where.AUTHOR_URL,
    needs=_ADDRESS,
    message="the author's address leads deep into a site",
)
def author_url_deep(observation: Observation) -> Iterator[Span]:
    """People give their home page or profile; campaigns promote one page; notices name the page they come from."""
    url = observation.author_url
    if is_common(observation.author_host) or observation.is_notice:
        return
    path = _SCHEME.sub("", url).partition("/")[2].strip("/")
    if path.count("/") >= 2 or "?" in path or len(path) > 30 or path.endswith((".html", ".htm", ".php")):
        yield 0, len(url)


@counted(
    unit="addresses",
    cap=1,
    where=Where.AUTHOR_URL,
    needs=_ADDRESS,
    message="the author's address is built of several words and hyphens or digits",
)
def author_url_built(observation: Observation) -> Iterator[Span]:
    """Domains that were made for a search term string it together with hyphens and digits."""
    url = observation.author_url
    name = registered_name(observation.author_host).split(".")[0]
    if name.count("-") >= 2 or _NUMBERED.search(name) or len(name) > 22:
        yield 0, len(url)


@counted(
    unit="addresses",
    cap=1,
    where=Where.AUTHOR_URL,
    needs=_ADDRESS,
    message="the author's address is a name of letters by chance",
)
def author_url_random(observation: Observation) -> Iterator[Span]:
    """Domains are bought by the hundred, and to be thrown away: nobody has to remember them."""
    url = observation.author_url
    name = registered_name(observation.author_host).split(".")[0]
    if is_random_word(name):
        yield 0, len(url)


@counted(
    unit="links", cap=1, where=Where.VISIBLE, needs=_ADDRESS, message="the text links to the author's own address again"
)
def author_url_repeated(observation: Observation) -> Iterator[Span]:
    """The form has a field for one's address; who repeats it in the text wants it seen."""
    own = registered_name(observation.author_host)
    if own:
        yield from ((k.start, k.end) for k in observation.links if registered_name(k.host) == own)


SIGNALS = (
    author_keyword,
    author_is_address,
    author_phrase,
    author_random,
    author_url_keyword,
    author_url_deep,
    author_url_built,
    author_url_random,
    author_url_repeated,
)
