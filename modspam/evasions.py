"""What spammers do to a text to get it past a filter, as plain functions, to measure what it costs.

Each keeps the text readable to a person, gives the same for the same text, and leaves markup and
addresses as they are, since these must still work; the evasions of addresses are the exception.
They are for evaluation only: nothing is trained on them.

Leaves out turning letters upside down, pictures of text, and rewording.
"""

import random
from collections.abc import Callable
from itertools import cycle
from string import ascii_lowercase, ascii_uppercase

import regex

from modspam.patterns import Pattern

__all__ = ["CHARACTER_EVASIONS", "EVASIONS"]

Evasion = Callable[[str], str]

# Markup, entities and addresses: what a program reads, and must go on reading.
_KEPT = (
    r"<[^<>]{1,2000}>|\[/?(?:url|link|img|b|i|u|quote|code)\b[^\[\]]{0,500}\]|&#?\w{1,31};"
    r"|\b(?:https?|ftp)://\S++|\bwww\.\S++|(?<![\w.+\-])[\w.+\-]++@[\w\-]++(?:\.[\w\-]++)++"
    r"|(?<![\w.\-])[\w\-]++(?:\.[\w\-]++)*+\.(?:com|net|org|info|biz|ru|co|io|me|uk|de|online|site|shop)\b(?:/\S*+)?"
)
_WORDS = Pattern(rf"(?:{_KEPT})(*SKIP)(*FAIL)|\p{{L}}[\p{{L}}\p{{M}}]{{4,}}+", regex.IGNORECASE)
_CHARACTERS = Pattern(rf"(?:{_KEPT})(*SKIP)(*FAIL)|\S", regex.IGNORECASE)


def _in_words(change: Evasion) -> Evasion:
    """Change every word of five letters and more."""
    return lambda text: _WORDS.sub(lambda match: change(match[0]), text)


def _in_letters(letters: str, replacements: str) -> Evasion:
    """Change every letter that has a replacement."""
    table = dict(zip(letters, replacements, strict=True))
    return lambda text: _CHARACTERS.sub(lambda match: table.get(match[0], match[0]), text)


def _alphabet(capital: str, small: str = "") -> Evasion:
    """Write in the alphabet that begins with these letters; without small letters, in capitals alone."""
    first = [ord(capital)] * 26 + [ord(small or capital)] * 26
    replacements = "".join(chr(start + index % 26) for index, start in enumerate(first))
    return _in_letters(ascii_uppercase + ascii_lowercase, replacements)


def _mixed(text: str) -> str:
    """Take each letter of a word from another alphabet than the one before it."""
    tables = cycle([_CYRILLIC, _plain, _GREEK, _SMALL_CAPITALS, _plain, _full_width])
    return _in_words(lambda word: "".join(evade(letter) for letter, evade in zip(word, tables, strict=False)))(text)


def _plain(text: str) -> str:
    return text


def _full_width(text: str) -> str:
    return _CHARACTERS.sub(lambda m: chr(ord(m[0]) + 0xFEE0) if "!" <= m[0] <= "~" else m[0], text)


def _invisible(word: str) -> str:
    return "".join(letter + sign for letter, sign in zip(word[:-1], cycle(_INVISIBLE), strict=False)) + word[-1]


def _separated(separator: str) -> Evasion:
    return _in_words(separator.join)


def _split(inside: str) -> Evasion:
    """Put something into the middle of every word."""
    return _in_words(lambda word: f"{word[: len(word) // 2]}{inside}{word[len(word) // 2 :]}")


def _spread(text: str) -> str:
    """Set the letters of every word apart, and the words by two spaces."""
    return _GAPS.sub(lambda match: "  " if match[0].isspace() else f"{match[0]} ", text)


def _accented(text: str) -> str:
    """Put an accent on every vowel and some other letters, by turns."""
    accents = {letter: cycle(choices) for letter, choices in _ACCENTED.items()}
    return _CHARACTERS.sub(lambda match: next(accents.get(match[0], iter(match[0]))), text)


def _struck(word: str) -> str:
    return "".join(f"{letter}\N{COMBINING LONG STROKE OVERLAY}" for letter in word)


def _stretched(word: str) -> str:
    middle = len(word) // 2
    return word[:middle] + word[middle] * 3 + word[middle:]


def _swapped(word: str) -> str:
    middle = len(word) // 2
    return word[: middle - 1] + word[middle] + word[middle - 1] + word[middle + 1 :]


def _entities(word: str) -> str:
    return "".join(f"&#{ord(letter)};" for letter in word)


def _partly_marked(word: str) -> str:
    return f"<b>{word[:2]}</b>{word[2:]}"


def _addresses(scheme: str, dot: str) -> Evasion:
    """Write addresses so that a person can still type them, and not as links."""

    def spell(address: regex.Match[str]) -> str:
        return scheme + address["host"].replace(".", dot) + address["path"]

    return lambda text: _ADDRESS.sub(spell, _ANCHOR.sub(r" \g<address> ", text))


def _padded(text: str) -> str:
    """Put twenty innocent words before the text and twenty behind it, the same for the same text."""
    rng = random.Random(text.encode("utf-8", "surrogatepass"))  # noqa: S311 - sampling, no secret
    return " ".join([*rng.sample(_INNOCENT, 20), text, *rng.sample(_INNOCENT, 20)])


def _cut(text: str) -> str:
    """Keep the longer half: of a comment that is sent in two pieces, it is the one with more to see."""
    words = text.split(" ")
    middle = len(words) // 2
    return max(" ".join(words[:middle]), " ".join(words[middle:]), key=len)


_GAPS = Pattern(rf"(?:{_KEPT})(*SKIP)(*FAIL)|\s++|\S(?=\S)", regex.IGNORECASE)  # between words and letters
_ANCHOR = Pattern(
    r"""<a\b[^<>]{0,500}?\bhref\s*+=\s*+["']?+(?P<address>[^\s"'<>]++)[^<>]*+>|</a>"""
    r"|\[(?:url|link)=(?P<address>[^\s\[\]]++)\]|\[/?(?:url|link)\]",
    regex.IGNORECASE,
)
_ADDRESS = Pattern(
    r"(?:https?://(?:www\.)?|\bwww\.)(?P<host>[\w\-]++(?:\.[\w\-]++)++)(?P<path>[^\s<>\"']*+)"
    r"|(?<![\w.@\-])(?P<host>[\w\-]++(?:\.[\w\-]++)*+\.(?:com|net|org|info|biz|ru|co|io|online|site|shop))\b(?P<path>)",
    regex.IGNORECASE,
)
_INVISIBLE = (
    "\N{ZERO WIDTH SPACE}",
    "\N{ZERO WIDTH NON-JOINER}",
    "\N{WORD JOINER}",
    "\N{SOFT HYPHEN}",
    "\N{COMBINING GRAPHEME JOINER}",
    "\N{ZERO WIDTH NO-BREAK SPACE}",
    "\N{RIGHT-TO-LEFT MARK}",
    "\N{INVISIBLE SEPARATOR}",
)
_CYRILLIC = _in_letters("aeocpxyisABEKMHOPCTX", "аеосрхуіѕАВЕКМНОРСТХ")
_GREEK = _in_letters("oavpiABEZHIKMNOPTYX", "οανριΑΒΕΖΗΙΚΜΝΟΡΤΥΧ")
_SMALL_CAPITALS = _in_letters("abcdefghijklmnoprtuvwyz", "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀᴛᴜᴠᴡʏᴢ")
_ACCENTED = {
    "a": "äàâáãå",
    "c": "çć",
    "e": "éèêë",
    "i": "ìíîï",
    "n": "ñń",
    "o": "ôöòóõ",
    "s": "š",
    "u": "üùúû",
    "y": "ýÿ",
    "z": "ž",
    "A": "ÄÀÂ",
    "E": "ÉÈÊ",
    "I": "ÍÏÎ",
    "O": "ÖÔÓ",
    "U": "ÜÙÛ",
}
_INNOCENT = """
    yesterday kitchen because river think remember school maybe garden teacher bridge winter question coffee
    however library brother window probably station evening weather neighbour bicycle although history
    afternoon mountain grandmother potatoes argument paragraph mistake answer wrong usually village
    autumn carpet chapter cousin dialect different engine example farmer finally forest forgotten glasses
    harbour heavy imagine inside island jacket kettle ladder lantern letter listen museum morning mustard
    notebook nobody october orchard otherwise painter pencil picture pigeon platform quietly railway rather
    recipe season shelter sister sleeve somewhere spring stairs stone stubborn sunday supper theatre thirteen
    thunder together tomato translate understand upstairs valley violin walked wednesday whether wooden
    written
""".split()

EVASIONS: dict[str, Evasion] = {
    # Letters of other alphabets
    "full width": _full_width,  # ｃａｓｉｎｏ, signs and digits too
    "look-alikes": _CYRILLIC,  # Cyrillic letters that print as Latin ones
    "Greek look-alikes": _GREEK,  # the same with Greek ones
    "small capitals": _SMALL_CAPITALS,  # ᴄᴀsɪɴᴏ
    "mixed scripts": _mixed,  # Cyrillic, Greek, small capitals, full width and plain letters by turns
    "bold letters": _alphabet("\N{MATHEMATICAL BOLD CAPITAL A}", "\N{MATHEMATICAL BOLD SMALL A}"),  # 𝐜𝐚𝐬𝐢𝐧𝐨
    "script letters": _alphabet(
        "\N{MATHEMATICAL BOLD SCRIPT CAPITAL A}", "\N{MATHEMATICAL BOLD SCRIPT SMALL A}"
    ),  # 𝓬𝓪𝓼𝓲𝓷𝓸
    "circled letters": _alphabet("\N{CIRCLED LATIN CAPITAL LETTER A}", "\N{CIRCLED LATIN SMALL LETTER A}"),  # ⓒⓐⓢⓘⓝⓞ
    "squared letters": _alphabet("\N{NEGATIVE SQUARED LATIN CAPITAL LETTER A}"),  # 🅲🅰🆂🅸🅽🅾
    "flag letters": _alphabet("\N{REGIONAL INDICATOR SYMBOL LETTER A}"),  # regional indicators, which pair to flags
    # Signs on letters
    "accents": _accented,  # cäsìnô
    "struck through": _in_words(_struck),  # a stroke over each letter
    # Letters for letters
    "leet": _in_letters("oieas", "013@$"),  # c@$1n0
    "heavy leet": _in_letters("oieastlbgOIEASTLBG", "013457|89013457|89"),  # c451n0, ch34p, 7a8|37
    "stretched": _in_words(_stretched),  # the middle letter four times
    "swapped": _in_words(_swapped),  # the two middle letters change places
    # Something between letters
    "zero width": _separated("\N{ZERO WIDTH SPACE}"),
    "invisible": _in_words(_invisible),  # eight kinds of characters without a width, by turns
    "spaced out": _separated(" "),  # long words as c a s i n o
    "spaced out throughout": _spread,  # c h e a p  p i l l s: every word, two spaces between words
    "dotted": _separated("."),
    "hyphenated": _separated("-"),
    "underscored": _separated("_"),
    "starred": _separated("*"),
    "hyphen in words": _split("-"),  # cas-ino
    "dot in words": _split("."),  # cas.ino
    "underscore in words": _split("_"),  # cas_ino
    "doubled points in words": _split(".."),  # cas..ino
    "split by markup": _split("<!-- -->"),  # an HTML comment in the middle
    "empty elements": _split("<b></b>"),  # <b></b> in the middle
    "half in bold": _in_words(_partly_marked),  # <b>ca</b>sino
    "entities": _in_words(_entities),  # each letter as its number
    # Addresses
    "dot spelled out": _addresses("", " dot "),  # example dot com
    "dot in brackets": _addresses("", "[.]"),  # example[.]com
    "hxxp": _addresses("hxxp://", "."),  # hxxp://example.com
    "spaced address": _addresses("", " . "),  # example . com
    # More than characters
    "padded": _padded,  # twenty honest words before and twenty behind
    "cut in two": _cut,  # the longer half alone
}
"""Each evasion by its name, which is its label in results."""

CHARACTER_EVASIONS: tuple[str, ...] = tuple(name for name in EVASIONS if name not in {"padded", "cut in two"})
"""The evasions that disguise characters and leave every word in place."""
