"""Finding the addresses in a comment, however they were written."""

from functools import lru_cache
from typing import NamedTuple

import regex

from modspam.marks import BEYOND, DIGITS, MARKS, NOT_IN_WORD, SPACES, any_case
from modspam.normalise import Reading, Span
from modspam.patterns import Pattern, find_around, holds_any
from modspam.signals.trades import trade_words

__all__ = [
    "LINK",
    "Link",
    "find_links",
    "host_of",
    "is_common",
    "is_local",
    "is_reference",
    "registered_name",
    "selling_words",
]


class Link(NamedTuple):
    """An address in a comment.

    - ``start``, ``end``: its span in the visible text
    - ``url``: as written; ``host``: lower case, without port and a leading ``www.``
    - ``markup``: ``"html"``, ``"bbcode"``, ``"markdown"``, ``"naked"`` (with its scheme or www.), or
      ``"bare"`` (a domain name alone)
    - ``label``: the text that is shown for it, where markup gives one
    """

    start: int
    end: int
    url: str
    host: str
    markup: str
    label: str


# Top-level domains under which a name without scheme is taken for an address.  Left out are those that
# are also words (at, in, it, me, today, live, ...), for people forget the space after a full stop, and
# those that are endings of files and languages (py, md, sh, rs, pl, cs, so, ...).
_ENDINGS = """
    com net org info biz edu gov io co ru su ua by kz ch fr es nl dk se fi cz ro hu gr tr uk eu ca mx br ar cl cn jp kr
    tw hk sg vn id th ph za ng ke au nz ir il ae tv cc ws xyz club icu vip online website casino poker agency
""".split()
_WORD_SIGN = r"[\p{L}\p{N}]"
_ADDRESS_SIGN = r"""[^\s<>"'\[\]{}|\\^`()«»]"""
# A scheme, also disguised or spaced out; two slashes before a host; www.
_BEGINNING = (
    rf"(?:\b(?:https?|ftp|hxxps?)\s?+:\s?+/\s?+/\s?+"
    rf"|(?<![\p{{L}}\p{{N}}:/.])//(?={_WORD_SIGN}[\p{{L}}\p{{N}}\-]*+\.\p{{L}})"
    rf"|\bwww\d?\.(?={_WORD_SIGN}))"
)
_WITH_BEGINNING = rf"{_BEGINNING}{_ADDRESS_SIGN}++(?:\([^\s()]*+\){_ADDRESS_SIGN}*+)?"
# A domain name alone, not part of a mail address, a path, a longer name, or the name of a program.
_BARE = (
    rf"(?<![\p{{L}}\p{{N}}@_.\-/=])(?!(?:asp|ado|vb|ml|paint)\.net\b)(?:{_WORD_SIGN}(?:[\p{{L}}\p{{N}}\-]{{0,61}}{_WORD_SIGN})?\.){{1,5}}"
    rf"(?:{'|'.join(_ENDINGS)})(?![\p{{L}}\p{{N}}_\-(@]|\.{_WORD_SIGN})(?:[/?#]{_ADDRESS_SIGN}*+)?"
)
_URL = Pattern(f"{_WITH_BEGINNING}|{_BARE}", regex.IGNORECASE)
# What every address has, and how far behind its beginning at most: five labels before the last.
_CORE = Pattern(rf"\.(?:{'|'.join(_ENDINGS)})(?![\p{{L}}\p{{N}}_\-])|/\s?/|www\d?\.", regex.IGNORECASE)
_BEFORE_CORE = 5 * 64
_BEHIND_NAME = bytes({*NOT_IN_WORD} - {*b"-"})
LINK = MARKS.add(
    *[(*piece, _BEHIND_NAME)[:5] for piece in any_case(*(f".{ending}" for ending in _ENDINGS))],
    (b"/", b"/" + BEYOND),
    (b"/", SPACES, b"/"),
    (b"wW", b"wW", b"wW", b"." + DIGITS + BEYOND),
)
_TRAILING = ".,;:!?'\"*_…"
_SCHEME = Pattern(r"^(?:\w+\s?:\s?/\s?/\s?)?(?:[^/@\s]*@)?(?:www\d?\.)?", regex.IGNORECASE)
_HOST_END = Pattern(r"[/?#:\s]")
_HTML_BEFORE = Pattern(r"""(?:href|src)\s*=\s*["']?\s*$""", regex.IGNORECASE)
_BBCODE_BEFORE = Pattern(r"""\[(?:url|link|img)(?:\s*=\s*["']?|\])\s*$""", regex.IGNORECASE)
_HTML_LABEL = Pattern(r"""[^<>]{0,300}>(.{0,300}?)<\s*/\s*a\b""", regex.IGNORECASE | regex.DOTALL)
_BBCODE_LABEL = Pattern(r"""[^\[\]]{0,200}\](.{0,300}?)\[\s*/\s*(?:url|link)""", regex.IGNORECASE | regex.DOTALL)
_MARKDOWN_LABEL = Pattern(r"\[([^\[\]]{0,300})\]\($")
_TAGS = Pattern(r"<[^<>]*>|\[/?\w+\]")

# Places that people cite: a link there earns its poster nothing.
_REFERENCES = frozenset(
    """
    github.com github.io gitlab.com bitbucket.org codeberg.org sourceforge.net gist.github.com
    stackoverflow.com stackexchange.com superuser.com serverfault.com askubuntu.com mathoverflow.net
    wikipedia.org wikimedia.org wiktionary.org wikidata.org archive.org arxiv.org doi.org nih.gov
    jstor.org acm.org ieee.org nature.com sciencedirect.com springer.com pypi.org npmjs.com crates.io
    readthedocs.io readthedocs.org python.org mozilla.org w3.org ietf.org rfc-editor.org debian.org
    ubuntu.com kernel.org microsoft.com apple.com php.net ruby-lang.org golang.org go.dev rust-lang.org
    docs.rs oracle.com openjdk.org docker.com kubernetes.io postgresql.org mysql.com sqlite.org
    wordpress.org drupal.org djangoproject.com bbc.co.uk bbc.com nytimes.com theguardian.com reuters.com
    washingtonpost.com npr.org economist.com spiegel.de zeit.de lemonde.fr elpais.com corriere.it habr.com
    news.ycombinator.com xkcd.com pastebin.com jsfiddle.net codepen.io jsbin.com godbolt.org
    openstreetmap.org europa.eu gov.uk
    """.split()
)
# Places where everybody has a profile or a picture, people and campaigns alike.
_PROFILES = frozenset(
    """
    google.com twitter.com x.com facebook.com linkedin.com youtube.com youtu.be vimeo.com flickr.com
    instagram.com mastodon.social reddit.com lobste.rs blogger.com gravatar.com about.me medium.com
    keybase.io myopenid.com claimid.com imageshack.us photobucket.com imgur.com meetup.com
    """.split()
)


_REMEMBERED = 4096  # hosts; the same ones come again and again, and each is asked for by several signals


def find_links(reading: Reading) -> tuple[Link, ...]:
    """Find the addresses in the visible text, and in which markup of the given text each stood."""
    visible = reading.visible.text
    given = reading.comment.text
    links = []
    for match in find_around(_URL, _CORE, _BEFORE_CORE, visible):
        url = match[0].rstrip(_TRAILING)
        if not url:
            continue
        start, end = match.start(), match.start() + len(url)
        given_start, given_end = reading.visible.origin(start, end)
        before = given[max(0, given_start - 310) : given_start]
        label = ""
        if _HTML_BEFORE.search(before[-12:]):
            markup = "html"
            found = _HTML_LABEL.match(given, given_end)
        elif _BBCODE_BEFORE.search(before[-12:]):
            markup = "bbcode"
            found = _BBCODE_LABEL.match(given, given_end)
        elif before.endswith("]("):
            markup = "markdown"
            found = _MARKDOWN_LABEL.search(before)
        else:
            markup = "naked" if "://" in url or url[:3].lower() == "www" else "bare"
            found = None
        if found is not None:
            label = _TAGS.sub("", found[1]).strip()
        links.append(Link(start, end, url, host_of(url), markup, label))
    return tuple(links)


def host_of(url: str) -> str:
    """Say the host of an address, in lower case, without credentials, port and ``www.``.

    >>> host_of("HTTPS://www.Example.org:8080/a?b")
    'example.org'
    """
    rest = _SCHEME.sub("", url.strip(), count=1)
    end = _HOST_END.search(rest)
    return (rest[: end.start()] if end else rest).lower().rstrip(".")


@lru_cache(_REMEMBERED)
def registered_name(host: str) -> str:
    """Say the part of a host that somebody registered, roughly: two labels, three where the second is short.

    >>> registered_name("shop.example.co.uk"), registered_name("a.b.example.org")
    ('example.co.uk', 'example.org')
    """
    labels = host.split(".")
    short = len(labels) > 2 and len(labels[-2]) <= 3 and len(labels[-1]) == 2
    return ".".join(labels[-3:] if short else labels[-2:])


@lru_cache(_REMEMBERED)
def is_reference(host: str) -> bool:
    """Say whether a host is one that people cite.

    >>> is_reference("docs.python.org"), is_reference("cheap-loans.example")
    (True, False)
    """
    return host in _REFERENCES or registered_name(host) in _REFERENCES


@lru_cache(_REMEMBERED)
def is_common(host: str) -> bool:
    """Say whether a link to a host tells nothing of who set it: cited, or where everybody has a profile."""
    return is_reference(host) or registered_name(host) in _PROFILES


@lru_cache(_REMEMBERED)
def is_local(host: str) -> bool:
    """Say whether a host is the reader's own machine or network, or one that stands for any."""
    return host == "localhost" or _PRIVATE_ADDRESS.match(host) is not None


_PRIVATE_ADDRESS = Pattern(r"(?:127|10|0)\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|169\.254\.|8\.8\.|1\.1\.1\.1|255\.")

# Long enough to prove something inside a longer run of letters.
_HOST_STEMS = tuple(
    """
    casino poker betting viagra cialis pharma payday loans credit mortgage insurance essay escort replica outlet
    discount coupon cheap backlink marketing porn dating forex bitcoin crypto plumb roofing locksmith limo dental
    lawyer attorney handbag watches jersey hosting keygen weightloss judi togel slot kredit kupit
    solutions shopping credito cleanse reviews supplement
""".split()
)
_HOST_WORD = Pattern(r"\p{L}+")


def selling_words(url: str, host: str) -> list[Span]:
    """Find what an address sells by the words of its host; spans in ``url``.

    >>> selling_words("http://best-loans-24.example/", "best-loans-24.example")
    [(7, 11), (12, 17)]
    """
    spans = _selling_words(host)
    if not spans:
        return []
    offset = url.lower().find(host)
    return [(offset + start, offset + end) for start, end in spans]


@lru_cache(_REMEMBERED)
def _selling_words(host: str) -> tuple[Span, ...]:
    if not host or is_common(host):
        return ()
    return tuple(
        match.span() for match in _HOST_WORD.finditer(host) if holds_any(match[0], _HOST_STEMS) or trade_words(match[0])
    )
