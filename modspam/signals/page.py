"""What the comment has to do with the page that it stands under, where the page is known."""

from functools import lru_cache

from modspam.patterns import Pattern
from modspam.signals.observation import Observation
from modspam.signals.signal import measured

__all__ = ["SIGNALS"]

_WORD = Pattern(r"[\p{L}\p{N}]+")
_UNSPACED = Pattern(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}]+")
_STEM = 5  # letters that two forms of a word have in common
_ENOUGH_WORDS = 6


def _page_is_known(observation: Observation) -> bool:
    return bool(observation.comment.page_title or observation.comment.permalink)


@measured(unit="share of the page's words", cap=0.5, needs=_page_is_known, message="speaks of what the page is about")
def on_topic(observation: Observation) -> float:
    """Who takes up the words of the title has seen the page."""
    title = _stems(_title(observation))
    return len(title & _comment_stems(observation)) / len(title) if title else 0.0


@measured(unit="comments", cap=2.0, needs=_page_is_known, message="not a word on what the page is about")
def off_topic(observation: Observation) -> float:
    """A text that fits under every page says nothing about this one; short comments are spared."""
    title = _stems(_title(observation))
    if len(title) < 2 or len(observation.words) < _ENOUGH_WORDS:
        return 0.0
    page = title | _stems(observation.comment.page_text[:20_000])
    return 0.0 if page & _comment_stems(observation) else 1.0


def _title(observation: Observation) -> str:
    """Say what the page is about: its title, or else the words in its address."""
    if observation.comment.page_title:
        return observation.comment.page_title
    slug = observation.comment.permalink.split("?")[0].split("#")[0].rstrip("/").rsplit("/", 1)[-1]
    return slug.replace("-", " ").replace("_", " ") if slug.count("-") >= 2 else ""


def _comment_stems(observation: Observation) -> frozenset[str]:
    return _stems(observation.folded[:20_000])


@lru_cache(maxsize=256)
def _stems(text: str) -> frozenset[str]:
    """The beginnings of the words that carry meaning: long ones, and pairs of characters without spaces."""
    stems: set[str] = set()
    for match in _WORD.finditer(text.lower()):
        word = match[0]
        if _UNSPACED.fullmatch(word):
            stems.update(word[index : index + 2] for index in range(len(word) - 1))
        elif len(word) >= 4 and word not in _EVERYWHERE:
            stems.add(word[:_STEM])
    return frozenset(stems)


# Words of four letters and more that are about nothing.
_EVERYWHERE = frozenset(
    """
    about after again also best been before being best between both could does doing down each even ever
    every from good great have having here home into just know like made make many more most much must
    need never news only other over page part post really same should site some such take than that their
    them then there these they thing things think this those through time under very want watch week well
    were what when where which while will with without work would year years your article blog comment
    comments read reading today first last people best ways guide review tips help thank thanks please
    still back nicht eine einen einer sich auch aber oder wenn dass sind wird mein dein diese dieser kein
    noch nach beim über pour avec dans cette vous nous mais plus sont être fait tout comme leur para como
    esta este pero todo muy más cuando sobre della sono come questo questa anche perché nella mais isso
    você como para uma quando sobre jest ktory przez tylko jego если чтобы только когда очень можно будет
    этого этот была были есть
    """.split()
)

SIGNALS = (on_topic, off_topic)
