"""Finding code, markup and logs in a comment, and talk of them."""

from collections.abc import Iterator

import regex

from modspam.marks import BEYOND, DIGITS, IN_WORD, MARKS, NOT_IN_WORD, NUMERALS
from modspam.normalise import Span
from modspam.patterns import Pattern, holds_any

__all__ = ["CODE", "find_code", "talks_of_code"]

# Of the names of files.
_ENDINGS = """
    py js ts css conf yml yaml json toml sh bat cpp java rb go rs xml ini env tex md jinja jinja2 twig
""".split()
_ANY_ENDING = "|".join(_ENDINGS)
# What only a text with code, markup or a log in it has.
_CODE = Pattern(
    r"```|`[^`\n]{2,60}`"  # set off as code
    r"|<\?(?:php|=)|\{%-?\s|%\}|</\w+>"  # templates and markup
    r"|\w\(\)|\);|=>|->\w|\w::\w|!=|==|&&|\|\||\$\("  # operators and calls
    r"|#include\b|#define\b|\bdef \w+\(|\bimport \w+|\bfrom \w+ import\b|\breturn \w+|\becho [\"'$]|\bprintf?\("
    r"|\bSELECT\b.{1,80}\bFROM\b|\bgit \w+|\bsudo \w+"
    r"|(?m:^[^\S\n]*+(?:at [\w.$<>]++\(|File \"|Traceback|\d{4}-\d\d-\d\d[T ]\d\d:\d\d))"  # stack traces and logs
    r"|\\(?:frac|sum|int|begin|in|mid)\b"  # formulae
    rf"|(?<![/\w.\-])\w[\w\-]*\.(?:{_ANY_ENDING})\b"
)
# What a text with any of that in it has at least, looked for first, since most texts have none: one of these words ...
_WORDS = ("def ", "import ", "return ", "echo ", "SELECT", "git ", "sudo ", "Traceback")
# ... or one of these ...
_SIGNS = (
    "`", "<?", "{%", "%}", "</", ");", "=>", "->", "::", "!=", "==", "&&", "||", "$(", "#include", "#define",
    'File "', "\\",
)  # fmt: skip
# ... or the second, where there is the first.
_BESIDES = (
    (".", Pattern(rf"\.(?:{_ANY_ENDING})\b")),
    ("-", Pattern(r"-\d\d[T ]")),
    ("(", Pattern(r"(?:at [\w.$<>]++|printf?)\(|\(\)")),
)
_WORD_MARK = MARKS.add(*_WORDS)
_SIGN_MARK = MARKS.add(*_SIGNS)
_BESIDE_MARK = MARKS.add(
    *[(*(letter.encode() for letter in f".{ending}"), NOT_IN_WORD)[:5] for ending in _ENDINGS],
    (b"-", DIGITS, DIGITS, b"T "),
    *[(b"-", *piece) for piece in NUMERALS],
    (IN_WORD + BEYOND + b".$<>(", b"()"),
)
CODE = _WORD_MARK | _SIGN_MARK | _BESIDE_MARK
# Where it begins: at a sign, a word or a line, or at the letter before a call or a scope, or with a file's name.
_BEGINNINGS = (
    Pattern(r"[`<{%)=\-!&|$#\\]"),
    Pattern(r"\b(?:def|import|from|return|echo|printf?|SELECT|git|sudo)\b"),
    Pattern(r"(?m:^[^\S\n]*+(?:at |File|Traceback|\d{4}-))"),
)
_BEHIND_A_LETTER = Pattern(r"\(\)|::")
_FILE_ENDING = Pattern(rf"\.(?:{_ANY_ENDING})\b")
_FILE_NAME_BACKWARDS = Pattern(r"(?r)[\w\-]+")
# What people call the things that use placeholders honestly.
_TALK_OF_CODE = Pattern(
    r"\b(?:templat(?:e|es|ing)|variables?|render(?:s|ed|ing)?|placeholders?|merge (?:tags?|fields?|codes?)|mail ?merge"
    r"|mailchimp|newsletters?|snippets?|macros?|preprocessor|compiler|branch|subset|shortcodes?|interpolation|typedef"
    r"|jinja2?|django|flask|vue|angular|svelte|handlebars|mustache|liquid|jekyll|twig|laravel|helm|ansible|terraform"
    r"|yaml|javascript|typescript|bash|zsh|powershell|shell|cmd|env|nginx|apache|crontab|strftime|s?printf"
    r"|syntax|escap(?:e|ed|es|ing)|regexp?|markdown|bbcode|latex|backticks?|brackets?|braces|curly|quotes?|grammar"
    r"|parser?|dictionary|array|string|hashtags?|footnotes?"
    r"|шаблон\w*|переменн\w*|platzhalter|vorlage|plantilla|modèle|placeholdery?|テンプレート|变量|模板|變數)\b"
)


def find_code(text: str, marks: int) -> list[Span]:
    """Find the marks of code, markup or logs in a text, given its marks in the sense of `modspam.marks`."""
    if not (
        (marks & _SIGN_MARK and holds_any(text, _SIGNS))
        or (marks & _WORD_MARK and holds_any(text, _WORDS))
        or (marks & _BESIDE_MARK and any(sign in text and pattern.search(text) for sign, pattern in _BESIDES))
    ):
        return []
    return [match.span() for match in _code(text)]


def _code(text: str) -> Iterator[regex.Match[str]]:
    """Find what `_CODE` finds, looking for it only where it may begin."""
    places = {match.start() for pattern in _BEGINNINGS for match in pattern.finditer(text)}
    places.update(match.start() - 1 for match in _BEHIND_A_LETTER.finditer(text) if match.start())
    for ending in _FILE_ENDING.finditer(text):
        if (name := _FILE_NAME_BACKWARDS.match(text, 0, ending.start())) is not None:
            places.add(name.start())
    end = 0
    for place in sorted(places):
        if place >= end and (match := _CODE.match(text, place)) is not None:
            yield match
            end = match.end()


def talks_of_code(folded: str) -> bool:
    """Say whether a folded text speaks of the things that use placeholders honestly."""
    return _TALK_OF_CODE.search(folded) is not None
