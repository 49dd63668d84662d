"""Links: how many, how much of the comment, in which markup, and whether they say what they are."""

from collections import Counter
from collections.abc import Iterator
from functools import partial
from operator import attrgetter

import regex

from modspam.marks import MARKS, SPACES, SPACES_BEYOND, WHITE_SPACE, any_case
from modspam.normalise import Span
from modspam.patterns import Pattern, find_near
from modspam.signals.addresses import LINK, host_of, is_common, is_local, is_reference, registered_name, selling_words
from modspam.signals.observation import Observation
from modspam.signals.signal import Where, counted, measured
from modspam.signals.trades import trade_words

__all__ = ["SIGNALS"]

_SHORTENERS = frozenset(
    """
    bit.ly bitly.com tinyurl.com goo.gl ow.ly is.gd v.gd buff.ly adf.ly shorturl.at cutt.ly rb.gy
    rebrand.ly t.ly tiny.cc bl.ink s.id lnkd.in shorte.st ouo.io bc.vc linktr.ee clck.ru vk.cc u.to qps.ru
    goo.su t2m.io soo.gd urlz.fr x.co tr.im
    """.split()
)
_RAW_ADDRESS = Pattern(r"\d{1,3}(?:\.\d{1,3}){3}")
_ENDINGS = "com|net|org|info|biz|ru|co|io|me|xyz|top|site|shop|online|club"
_SPELLED_OUT = Pattern(
    # example dot com, example [.] com, example . com
    rf"\b(?!(?:the|this|that|a|old|first)\b)[\p{{L}}\p{{N}}\-]{{2,40}}(?:\s?[\[({{]\s?(?:dot|\.|punkt|точка|titik|nokta)\s?[\])}}]\s?|\s(?:dot|d0t|точка|titik|nokta)\s|\s\.\s)(?:{_ENDINGS})\b"
    # hxxp://
    r"|\bh(?:xx|\*\*)ps?\b\s?:?\s?/{0,2}\S*"
    # www example com, www dot example
    r"|\bwww\s(?:dot\s)?[\p{L}\p{N}\-]{2,40}\s(?:dot\s)?(?:com|net|org|ru|info)\b",
    regex.IGNORECASE,
)
_SPELLED_OUT_CORE = Pattern(
    r"(?:dot|d0t|\.|punkt|точка|titik|nokta)(?:\s?[\])}]|\s)(?<=[\s\[({](?:dot|d0t|\.|punkt|точка|titik|nokta)(?:\s?[\])}]|\s))"
    r"|hxx|h\*\*|www\s",
    regex.IGNORECASE,
)
_OPENING = [(SPACES + b"[({",), *WHITE_SPACE[1:]]
_CLOSING = b"])}" + SPACES + SPACES_BEYOND
_BEFORE_DOT = 48  # characters from the beginning of an address to that of its dot
_SPELLED_OUT_MARK = MARKS.add(
    *[(*opening, b"dD", b"oO0", b"tT", _CLOSING)[:5] for opening in _OPENING],
    (SPACES + b"[({", b".", _CLOSING),
    *[(*space[-2:], b".") for space in WHITE_SPACE[1:]],
    *[(*opening, *piece)[:5] for opening in _OPENING for piece in any_case("punkt", "titik", "nokta")],
    *any_case("hxx", "h**", "чка"),
) | MARKS.add((b"wW", b"wW", b"wW", SPACES + SPACES_BEYOND))
_DOMAIN_LABEL = Pattern(r"(?:https?://)?(?:www\.)?[\w\-]+(?:\.[\w\-]+)*\.[a-z]{2,12}(?:/\S*)?", regex.IGNORECASE)


_LINKS = attrgetter("links")
_of_links = partial(counted, unit="links", where=Where.VISIBLE, marks=LINK, needs=_LINKS)


def _may_be_spelled_out(observation: Observation) -> bool:
    return _SPELLED_OUT_CORE.search(observation.visible) is not None


@_of_links(cap=6, message="links to places that nobody cites")
def links(observation: Observation) -> Iterator[Span]:
    """Being found at an address is what comment spam is for; links that people cite or that lead home do not count."""
    return ((k.start, k.end) for k in observation.promoted)


@_of_links(cap=6, message="links to reference works, code, papers or news")
def reference_links(observation: Observation) -> Iterator[Span]:
    """People underpin what they say with sources; spam gains nothing by it."""
    return ((k.start, k.end) for k in observation.links if is_reference(k.host) or is_local(k.host))


@measured(unit="share of the text", cap=0.6, marks=LINK, needs=_LINKS, message="much of the text is links")
def link_density(observation: Observation) -> float:
    """A comment that is mostly addresses and their labels was left for the addresses."""
    found = observation.promoted
    if not found:
        return 0.0
    linked = sum(k.end - k.start + len(k.label) for k in found)
    return min(1.0, linked / max(1, len(observation.visible.strip())))


@_of_links(cap=4, message="links written as HTML")
def html_links(observation: Observation) -> Iterator[Span]:
    """Posting tools write anchors by the row; people who comment paste addresses, and notices come with one."""
    if observation.is_notice:
        return iter(())
    return ((k.start, k.end) for k in observation.links if k.markup == "html" and not is_reference(k.host))


@_of_links(cap=2, message="links in a forum's markup, [url=...]")
def bbcode_links(observation: Observation) -> Iterator[Span]:
    """The same text is posted to every kind of site, so forum markup turns up where there is no forum."""
    return ((k.start, k.end) for k in observation.links if k.markup == "bbcode")


@measured(
    unit="kinds of markup", cap=2, marks=LINK, needs=_LINKS, message="the same kind of link in several markups at once"
)
def mixed_link_markup(observation: Observation) -> float:
    """Who does not know what the site will turn into a link tries HTML, BBCode and the bare address together."""
    kinds = {k.markup for k in observation.links if k.markup != "bare"}
    return float(len(kinds) - 1) if len(kinds) > 1 and kinds & {"html", "bbcode"} else 0.0


@_of_links(cap=2, message="several links to one place")
def repeated_link(observation: Observation) -> Iterator[Span]:
    """Link building repeats its target; a person who cites says it once."""
    seen: Counter[str] = Counter()
    for link in observation.promoted:
        name = registered_name(link.host)
        seen[name] += 1
        if seen[name] > 1:
            yield link.start, link.end


@_of_links(cap=2, message="a link whose text shows another address than it leads to")
def deceptive_link(observation: Observation) -> Iterator[Span]:
    """Text that looks like an address and is not the target is there to deceive."""
    for link in observation.links:
        if link.label and _DOMAIN_LABEL.fullmatch(link.label):
            shown = registered_name(host_of(link.label))
            if shown != registered_name(link.host):
                yield link.start, link.end


@_of_links(cap=3, message="links labelled with what is for sale")
def keyword_anchor(observation: Observation) -> Iterator[Span]:
    """Link building puts the search term that it wants to rank for into the link's text."""
    if observation.is_notice:  # the label is the name of a blog
        return iter(())
    return ((k.start, k.end) for k in observation.links if k.label and trade_words(k.label))


@_of_links(cap=2, message="a link whose address names something for sale")
def selling_link(observation: Observation) -> Iterator[Span]:
    """Domains and pages are named for the search that they want to win: one such word in a host, two in a path."""
    for link in observation.links:
        path = link.url[link.url.lower().find(link.host) + len(link.host) :]
        if selling_words(link.url, link.host) or (len(trade_words(path)) >= 2 and not is_common(link.host)):
            yield link.start, link.end


@_of_links(cap=2, message="a shortened link")
def shortened_link(observation: Observation) -> Iterator[Span]:
    """A shortener hides where a link leads."""
    return ((k.start, k.end) for k in observation.links if k.host in _SHORTENERS)


@_of_links(cap=1, message="an address disguised with foreign letters")
def punycode_link(observation: Observation) -> Iterator[Span]:
    """Names that need punycode can imitate others letter for letter."""
    return ((k.start, k.end) for k in observation.links if "xn--" in k.host)


@_of_links(cap=2, message="a link to a bare number instead of a name")
def raw_address(observation: Observation) -> Iterator[Span]:
    """No honest public site is reached by its number; private networks in questions and logs do not count."""
    return (
        (k.start, k.end)
        for k in observation.links
        if _RAW_ADDRESS.fullmatch(k.host.split(":")[0]) and not is_local(k.host) and "://" in k.url
    )


@counted(
    unit="addresses",
    cap=2,
    where=Where.VISIBLE,
    marks=_SPELLED_OUT_MARK,
    needs=_may_be_spelled_out,
    message="an address spelled out to get past filters",
)
def spelled_out_address(observation: Observation) -> Iterator[Span]:
    """Who writes "dot com" expects that links are refused."""
    text = observation.visible
    return (m.span() for m in find_near(_SPELLED_OUT, MARKS.places(text, _SPELLED_OUT_MARK), _BEFORE_DOT, text))


@_of_links(cap=1, message="the comment ends in a link that the text does not lead up to")
def trailing_link(observation: Observation) -> Iterator[Span]:
    """A sentence or two and then the address: the text is there to carry it."""
    if not observation.links:
        return
    last = observation.links[-1]
    before = observation.visible[: last.start].rstrip()
    behind = observation.visible[last.end :]
    if len(behind.strip()) <= 3 + len(last.label) and before[-1:] in ".!?" and observation.promoted[-1:] == [last]:
        yield last.start, last.end


SIGNALS = (
    links,
    reference_links,
    link_density,
    html_links,
    bbcode_links,
    mixed_link_markup,
    repeated_link,
    deceptive_link,
    keyword_anchor,
    selling_link,
    shortened_link,
    punycode_link,
    raw_address,
    spelled_out_address,
    trailing_link,
)
