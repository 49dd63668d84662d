"""Finding the slots of templates in a text, and telling which of them were left unfilled.

Comment posters and mailing tools each have their own way to write a slot; people who write about
templates, shells and formulae use the same brackets.  What tells them apart is the name in the
slot (a sender's noun, not a programmer's), what stands before it (a greeting, "your site"), and
whether the comment quotes the slot or is about code.
"""

from collections.abc import Iterator
from enum import Enum
from typing import NamedTuple

import regex

from modspam.marks import BEYOND, DIGITS, LETTERS, MARKS, NOT_IN_WORD, SPACES, any_case
from modspam.normalise import Span
from modspam.patterns import Pattern, find_at

__all__ = ["SLOT", "Slot", "Use", "find_slots"]


class Use(Enum):
    """What a slot is doing in the text."""

    UNFILLED = "unfilled"  # it was left as it is
    QUOTED = "quoted"  # the text talks of it
    UNFILLED_IN_PROSE = "unfilled in prose"  # unfilled, unless the comment is about code


class Slot(NamedTuple):
    """A slot in the visible text."""

    span: Span
    use: Use


# The nouns that senders leave slots for, in the languages that spam is written in.
_NOUN = (
    r"(?:web[ _\-]?)?site|web[ _\-]?page|blog|url|link|domain|name|author|e?[ _\-]?mail|company|business|firm|city|town|"
    r"country|state|location|region|keywords?|keyphrase|anchor(?:[ _\-]?text)?|title|topic|niche|subject|industry|product|service|"
    r"brand|phone|owner|recipient|customer|receiver|sender|f?name|fname|lname|post|article|page|category|price|amount|signature|job|offer|"
    r"имя|фамилия|сайт|адрес[ _]сайта|домен|ссылка|город|название|компания|тема|ключ|ключевое[ _]слово|логин|ім'я|місто|"
    r"vorname|nachname|anrede|firma|webseite|stadt|thema|prénom|prenom|nom|ville|entreprise|sujet|nombre|sitio|ciudad|empresa|tema|"
    r"nome|sito|città|citta|cidade|assunto|azienda|imię|imie|nazwa|strona|miasto|naam|stad|bedrijf|isim|ad|adı|şehir|konu|nama|situs|kota|"
    r"tên|trang|名前|名字|姓名|サイト名|会社名|网站|网址|网站名|城市|关键词|標題|이름|사이트|도시|지역|ชื่อ|الاسم|اسم|الموقع|المدينة|नाम|शहर|نام|سایت"
)
_OF = (
    r"your|the|my|our|insert|add|enter|put|site|web|website|blog|first|last|full|given|sur|user|nick|post|article|page|company|business|domain|"
    r"author|target|main|money|customer|client|contact|recipient|owner|receiver|sender|lead|prospect|person|product|brand|store|shop|city|anchor|"
    r"seo|primary|random|related|current|recipients|ваше?|имя|nom|nombre|nome|name|prénom|il|votre|tu|su|ihr|ihre|dein|deine|seu|il[ _]tuo|votre"
)
_SLOT = rf"\s?(?:(?:{_OF})(?:'?s)?[ _\-.]?){{0,3}}(?:{_NOUN})s?(?:[ _\-]?(?:name|title|url|address|link|here|text|owner|\d))?\s?"


class _Form(NamedTuple):
    """One way to write a slot.

    - ``pattern``: an expression
    - ``honest``: whether honest writers use the form around such names, so that the context decides
    """

    pattern: str
    honest: bool
    why: str


_HOLE = rf"(?:{_SLOT})"
_FORMS = (
    _Form(rf"(?<![\w&#])\#(?:{_SLOT}|[A-Z]{{3,}}(?:_[A-Z]+)*)\#(?![\w#])", False, "contact-form blasters: #WEBSITE#"),
    _Form(r"(?<![\w\])\\\[!])\[\[?\s?(?:insert|add|enter|put|type)\b\s" + _HOLE + r"(?:\shere)?\]\]?(?![\w(\[:\]])", False, "hand-made templates: [insert topic here]"),
    _Form(
        rf"(?<![\w%])%%?(?!(?:user ?name|path|date|time|title)%)(?:{_SLOT}|[A-Z]{{2,}}_?(?:URL|NAME|SITE|TITLE|KEYWORD))%%?(?![\w%])",
        True, "blog posters: %site_name%, %%Name%%; honest: environment variables",
    ),
    _Form(rf"\{{\{{\{{?[#^&~]?(?:{_SLOT}|[\w.]{{0,20}}\b(?:{_NOUN}))\}}\}}\}}?", True, "mailing tools: {{first_name}}; honest: Jinja, Vue, Liquid"),
    _Form(rf"(?<![\w$#\\{{}}])\$?\{{[$!%@]?{_HOLE}[%@]?\}}(?![\w{{}}])", True, "posters: {name}, ${domain}, {!name}; honest: format strings, shells, sets"),
    _Form(rf"(?<![\w\])\\\[!])\[\[?{_HOLE}\]\]?(?![\w(\[:\]])", True, "hand-made templates: [first name], [[domain]]; honest: BBCode, INI, citations"),
    _Form(rf"(?<![\w<\-])<(?!(?:title|link|article|address|audio|author|a|b|i|u|p|s|q)>){_HOLE}>(?!\w)", True, "hand-made templates: <first name>; honest: command usage, XML"),
    _Form(rf"[«‹]{_HOLE}[»›]", True, "word processors' mail merge: «Name»"),
    _Form(
        r"(?<![\w$\\])\$(?:blog|site|domain|web|first|last|full|post|page|article|company|author|user|keyword|anchor|city|name|url|title)_?(?:name|url|title|link|s)?(?![\w(\[\-=])",
        True, "posters written in PHP: $blogname; honest: shell and PHP variables",
    ),
    _Form(r"\*\|[A-Z][A-Z_0-9:]{2,30}\|\*", True, "MailChimp's merge tags: *|FNAME|*"),
    _Form(rf"(?<!\w)(?:@@|~~|\^\^|!!|##|\|\|){_HOLE}(?:@@|~~|\^\^|!!|##|\|\|)(?!\w)", True, "home-made posters: @@site@@"),
    _Form(rf"(?<!\w)__?(?-i:(?=[A-Z_]+\b)){_HOLE}__?(?!\w)", True, "home-made posters: __KEYWORD__; honest: emphasis"),
    _Form(
        r"\b(?-i:(?:INSERT|ENTER|YOUR|MY)[ _](?:YOUR[ _])?(?:(?:COMPANY|BUSINESS|FULL|FIRST|LAST|SITE|BLOG|DOMAIN|BRAND)[ _]?)?"
        r"(?:NAME|WEBSITE|SITE|URL|LINK|KEYWORDS?|COMPANY|TITLE|TOPIC|DOMAIN|EMAIL|DATE|OFFER)(?:[ _]HERE)?)\b",
        True, "a hint to the template's user: INSERT_NAME_HERE; honest: forms, shouting",
    ),
    _Form(r"\blorem ipsum dolor\b", True, "the text that stands in for text"),
    _Form(
        r"\b(?:hi|hello|dear|hey) (?:%s|%\d\$s|null|undefined|nan|\(?(?:first ?name|firstname)\)|(?:first_name|firstname|f_name))(?![\w%])",
        True, "a program's slot, or what it printed for lack of a value",
    ),
)  # fmt: skip
_RARE = Pattern("|".join(form.pattern for form in _FORMS if not form.honest), regex.IGNORECASE)
_COMMON = Pattern("|".join(form.pattern for form in _FORMS if form.honest), regex.IGNORECASE)
_RARE_BEGINNINGS = Pattern(r"[#\[]")
_SIGNS = Pattern(r"[%{\[<«‹$]|\*\||@@|~~|\^\^|!!|##|\|\||(?<!\w)_")
_HINTS = Pattern(r"\b(?:INSERT|ENTER|YOUR|MY)[ _]")
_WORDS = Pattern(r"\b(?i:lorem|hi|hello|dear|hey) ")
_GREETING_ENDS = b"iIoOrRyY\xb0\xb1"  # of hi, hello, dear and hey; expressions take a Turkish i for one, too
_HOLE_BEGINNING = LETTERS + SPACES + BEYOND
_RARE_MARK = MARKS.add((b"#", _HOLE_BEGINNING), (b"[", b"[" + _HOLE_BEGINNING))
_SIGN_MARK = MARKS.add(
    (b"<", _HOLE_BEGINNING),
    (b"[", b"[" + _HOLE_BEGINNING),
    (b"%", b"%" + DIGITS + _HOLE_BEGINNING),
    (b"$", b"{" + LETTERS),
    (b"!", b"!", _HOLE_BEGINNING),
    (NOT_IN_WORD, b"_", b"_" + LETTERS[26:]),
    *("{", "«", "‹", "*|", "@@", "~~", "^^", "##", "||"),
)
_HINT_MARK = MARKS.add("INSERT", "ENTER", "YOUR ", "YOUR_") | MARKS.add("MY ", "MY_")
_WORD_MARK = MARKS.add(
    *any_case("lorem"),
    *[(_GREETING_ENDS, *piece)[:5] for piece in any_case(" %", " null", " undef", " nan", " firs", " (fir", " f_na")],
)
_COMMON_BEGINNINGS = ((_SIGN_MARK, _SIGNS), (_HINT_MARK, _HINTS), (_WORD_MARK, _WORDS))
SLOT = _RARE_MARK | _SIGN_MARK | _HINT_MARK | _WORD_MARK
# One plain noun in simple brackets or behind a dollar: BBCode, INI files, masks and shells have those too.
_PLAIN = Pattern(r"[\[<]\w+[\]>]|\$(?:name|url|title|city|author|user|link|page|post)")
_DOTTED = Pattern(r"\{\{[^{}]*\w\.\w[^{}]*\}\}")  # a path into an object: a programmer's
_GREETING_WORDS = (
    r"hi|hello|hey|dear|greetings|good (?:morning|day|evening)|howdy|thanks|thank you|bonjour|salut|cher|chère|hola"
    r"|estimad[oa]|ciao|gentile|hallo|liebe[r]?|sehr geehrte[r]?(?: (?:frau|herr))?|guten tag|olá|oi|prezad[oa]|witaj"
    r"|cześć|dzień dobry|szanown[yia]|merhaba|sayın|halo|xin chào|chào|привет|здравствуйте|добрый день|уважаем\w+|вітаю"
    r"|доброго дня|こんにちは|你好|您好|안녕하세요|مرحبا|नमस्ते"
)
_GREETING = Pattern(rf"(?:^|[\n.!?>*]\s*)(?:{_GREETING_WORDS})(?: there)?[\s,]*$", regex.IGNORECASE)
_AFTER_GREETING = Pattern(r"\s*(?:[,!.:;\-–—\n]|$|(?:owner|team|admin|and|there)\b)")
_BESIDE = Pattern(
    r"\b(?:your|at|of|on|about|visit(?:ed|ing)?|with|from|in|to|for|like|rank|ranking|near|called|see|my name is|regards,?|best,?|"
    r"сайт\w*|вашем?|в|на|для|su|en|sur|chez|auf|bei|von|para|em|na|di|da|w|z)\s*$",
    regex.IGNORECASE,
)
_OWN = Pattern(r"\b(?:your|regards,?|sincerely,?|thanks,?|best,?|cheers,?|i am|my name is|about)\s*$", regex.IGNORECASE)
_QUOTES = "`\"'“”„«»‘’"


_NEAR = 400  # characters around a slot that tell what it is doing there; a line longer than that is cut


def find_slots(text: str, marks: int) -> tuple[Slot, ...]:
    """Find the slots in a comment's visible text, given its marks."""
    found = [(match.span(), True) for match in find_at(_RARE, text, _RARE_BEGINNINGS)] if marks & _RARE_MARK else []
    beginnings = [expression for mark, expression in _COMMON_BEGINNINGS if marks & mark]
    found += [(match.span(), False) for match in find_at(_COMMON, text, *beginnings)]
    return tuple(_slots(text, found)) if found else ()


def _slots(text: str, found: list[tuple[Span, bool]]) -> Iterator[Slot]:
    reached = 0
    for span, rare in sorted(found, key=lambda slot: (slot[0], not slot[1])):
        if span[0] >= reached:
            yield Slot(span, _use(text, span, rare, several=len(found) > 1))
            reached = span[1]


def _use(text: str, span: Span, rare: bool, several: bool) -> Use:
    start, end = span
    before, slot, behind = text[max(0, start - _NEAR) : start], text[start:end], text[end : end + _NEAR]
    if _is_quoted(before, behind):
        return Use.QUOTED
    if rare or (_GREETING.search(before[-40:]) and _AFTER_GREETING.match(behind)):
        return Use.UNFILLED
    if _DOTTED.fullmatch(slot) or (_PLAIN.fullmatch(slot) and (slot[0] == "$" or not several)):
        unfilled = _OWN.search(before[-40:]) is not None
    else:
        opens = not before.strip() and start <= _NEAR
        unfilled = opens or _BESIDE.search(before[-40:]) is not None or _stands_in_prose(before, behind)
    return Use.UNFILLED_IN_PROSE if unfilled else Use.QUOTED


def _is_quoted(before: str, behind: str) -> bool:
    """Whether the place is told of rather than used: in quotation marks or backticks, or on a line of quotation."""
    before = before.rpartition("\n")[2]
    behind = behind.partition("\n")[0]
    if before.lstrip().startswith(">"):
        return True
    if before[-1:] and before[-1] in _QUOTES and behind[:1] in _QUOTES and behind[:1]:
        return True
    if any(before.count(mark) % 2 and mark in behind for mark in '"`'):
        return True
    return any(before.rfind(a) > before.rfind(b) and b in behind for a, b in ("“”", "„“", "„”"))


def _stands_in_prose(before: str, behind: str) -> bool:
    """Whether words stand on both sides, or a word before and the sentence's end behind."""
    last, following = before.rstrip()[-1:], behind.lstrip()[:1]
    return last.isalpha() and (following.isalpha() or following in ".,!?;:")
