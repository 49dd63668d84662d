"""A reading with what several signals want to know of it, each worked out once and only if asked for."""

from bisect import bisect_left, bisect_right
from functools import cached_property

import regex

from modspam.normalise import Reading, Span
from modspam.patterns import Pattern, holds_any
from modspam.signals.addresses import Link, find_links
from modspam.signals.slots import Slot, find_slots

__all__ = ["Observation"]

# What stands between words.  Apostrophes do not: they are dropped, so that "it's" and "its" are one word.
_BETWEEN = '!"#$%&()*+,-./:;<=>?@[\\]^_{|}~«»“”„‹›…–—·•¡¿、。，！？：；「」『』（）【】'
_APOSTROPHES = dict.fromkeys(map(ord, "'‘’`´ʼ"), "")
_TO_WORDS = str.maketrans({**dict.fromkeys(map(ord, _BETWEEN + "\t\n"), " "), **_APOSTROPHES})
_WORD = Pattern(rf"[^\s{regex.escape(_BETWEEN, special_only=False)}]++")

# Of the names of files.
_ENDINGS = r"py|js|ts|css|conf|ya?ml|json|toml|sh|bat|cpp|java|rb|go|rs|xml|ini|env|tex|md|jinja2?|twig"
# What only a text with code, markup or a log in it has.
_CODE = Pattern(
    r"```|`[^`\n]{2,60}`"  # set off as code
    r"|<\?(?:php|=)|\{%-?\s|%\}|</\w+>"  # templates and markup
    r"|\w\(\)|\);|=>|->\w|\w::\w|!=|==|&&|\|\||\$\("  # operators and calls
    r"|#include\b|#define\b|\bdef \w+\(|\bimport \w+|\bfrom \w+ import\b|\breturn \w+|\becho [\"'$]|\bprintf?\("
    r"|\bSELECT\b.{1,80}\bFROM\b|\bgit \w+|\bsudo \w+"
    r"|(?m:^[^\S\n]*+(?:at [\w.$<>]++\(|File \"|Traceback|\d{4}-\d\d-\d\d[T ]\d\d:\d\d))"  # stack traces and logs
    r"|\\(?:frac|sum|int|begin|in|mid)\b"  # formulae
    rf"|(?<![/\w.\-])\w[\w\-]*\.(?:{_ENDINGS})\b"
)
# What a text with any of that in it has at least: looked for first, since most texts have none.
_CODE_HAS = (
    "`", "<?", "{%", "%}", "</", "()", ");", "=>", "->", "::", "!=", "==", "&&", "||", "$(", "#include", "#define",
    "def ", "import ", "return ", "echo ", "print(", "printf(", "SELECT", "git ", "sudo ", 'File "', "Traceback", "\\",
)  # fmt: skip
_CODE_HAS_BESIDES = Pattern(
    r"\d\d-\d\d[T ]|\bat [\w.$<>]++\("
    rf"|\.(?:{_ENDINGS})\b"
)
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

# What blog software writes under a page when another blog links to it or passes it on.
_NOTICE = Pattern(
    r"\[(?:\.{3}|…)\].*\[(?:\.{3}|…)\]|(?:\.{3}|…)\s.*\s(?:\.{3}|…)|Reblogged this on\b.*",
    regex.IGNORECASE | regex.DOTALL,
)

_UNSPACED = Pattern(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}\p{Thai}\p{Arabic}]")
_BREAK = Pattern(r"\s+")

_FIELD = 500  # characters of a form's field that are looked at; nobody's name or address is longer


class Observation:
    """What the signals look at: the `Reading`, the author's fields, and what follows from them."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.comment = reading.comment
        self.given = reading.comment.text
        self.visible = reading.visible.text
        self.folded = reading.folded.text
        self.author = reading.comment.author[:_FIELD]
        self.author_url = reading.comment.author_url[:_FIELD]

    @cached_property
    def lowered(self) -> str:
        """The visible text without a difference between capitals and small letters."""
        return self.visible.casefold()

    @cached_property
    def words(self) -> list[str]:
        """The words of the folded text in order, without apostrophes."""
        return self.folded.translate(_TO_WORDS).split()

    @cached_property
    def has_unspaced(self) -> bool:
        """Whether some of the folded text is in a script that puts no spaces between words, or few."""
        return not self.folded.isascii() and _UNSPACED.search(self.folded) is not None

    @cached_property
    def word_spans(self) -> list[Span]:
        """Where each of `words` stands in the folded text."""
        return [m.span() for m in _WORD.finditer(self.folded) if m[0].translate(_APOSTROPHES)]

    @cached_property
    def links(self) -> tuple[Link, ...]:
        """The addresses in the visible text."""
        return find_links(self.reading)

    @cached_property
    def is_notice(self) -> bool:
        """Whether blog software wrote the comment: an excerpt of a page that links here, with its title for a name."""
        return _NOTICE.fullmatch(self.visible.strip()) is not None

    @cached_property
    def slots(self) -> tuple[Slot, ...]:
        """The slots of templates in the visible text."""
        return find_slots(self.visible)

    @cached_property
    def disguised_share(self) -> float:
        """The share of the comment, in characters, that stands in words which a disguise touches; 0..1.

        Letters drawn out are no disguise here.
        """
        breaks = [0, *(match.end() for match in _BREAK.finditer(self.given)), len(self.given) + 1]
        touched = last = 0
        for start, end in sorted((d.start, d.end) for d in self.reading.disguises if d.kind != "stretched"):
            first = max(last, breaks[bisect_right(breaks, start) - 1])
            last = max(last, breaks[min(bisect_left(breaks, max(end, start + 1)), len(breaks) - 1)])
            touched += last - first
        return touched / (len(self.given) + 1)

    @cached_property
    def prose(self) -> str:
        """The visible text without its addresses."""
        pieces, position = [], 0
        for link in self.links:
            pieces.append(self.visible[position : link.start])
            position = link.end
        return "".join([*pieces, self.visible[position:]])

    @cached_property
    def code(self) -> list[Span]:
        """Marks of code, markup or logs in the visible text."""
        if not holds_any(self.visible, _CODE_HAS) and not _CODE_HAS_BESIDES.search(self.visible):
            return []
        return [match.span() for match in _CODE.finditer(self.visible)]

    @cached_property
    def about_code(self) -> bool:
        """Whether the comment holds code, or talks of the things in which placeholders are honest."""
        return bool(self.code) or _TALK_OF_CODE.search(self.folded) is not None
