"""Ways to reach the writer: numbers, messengers, mail."""

from collections.abc import Iterator

import regex

from modspam.marks import BEYOND, DIGITS, LETTERS, MARKS, NUMERALS, SPACES, any_case
from modspam.normalise import Span
from modspam.patterns import Pattern, find_near, holds_any
from modspam.signals.observation import Observation
from modspam.signals.signal import Where, counted

__all__ = ["SIGNALS"]

_FEWEST_DIGITS = 7  # of a number that is dialled
# A country code and eight digits and more, not inside a word, an address or a figure.
_PHONE = Pattern(r"(?<![\w.,:/#\-=])(?:\+|00(?=[1-9]\d))\s?\d{1,3}[\s().\-]{0,2}(?:\d[\s().\-]{0,2}){6,12}\d(?![\w:])")
# Words after which people are given a number to dial or to write to.
_DIAL_WORDS = (
    "call|text|phone|tel|telephone|mobile|whats ?app|wa|viber|sms|zalo|hotline|hp|telp|тел|телефон|вотсап|ватсап|"
    "звоните|llama|telefon|anrufen|appel\\w*|tél|chiama|zadzwoń|ara|gọi|电话|電話|微信|qq|kakao"
)
_NUMBER = r"\d[\d\s().\-]{6,16}\d"
_DIALLED_NUMBER = Pattern(rf"{_NUMBER}(?!\w)")
_DIALLED = Pattern(rf"\b(?:{_DIAL_WORDS})\b[^\n\d]{{0,24}}(?P<number>\(?{_NUMBER})(?!\w)", regex.IGNORECASE)
_JOIN_HOSTS = (
    r"t\.me|telegram\.me|wa\.me|chat\.whatsapp\.com|discord\.gg|line\.me|m\.me|viber\.me|join\.skype\.com|signal\.me|"
    r"zalo\.me|vk\.me"
)
_MESSENGERS = (
    r"whats ?app|telegram|telegramm?|tele ?gram|viber|wechat|we chat|weixin|signal|skype|kik|zalo|kakao(?:talk)?|icq|"
    r"snapchat|line id|instagram|insta|hangouts?|zangi"
)
_FILLERS = r"me|us|him|her|id|number|no|user|username|handle|channel|at|on|via|is|account|contact|group"
_ACCOUNT = r"(?:@\s?\w{3,}|\+?\d[\d\s().\-]{6,})"
_MESSENGER = Pattern(
    rf"\b(?:{_JOIN_HOSTS})/\S+"
    rf"|\b(?:{_MESSENGERS})\b[^\n\w@+]{{0,12}}(?:(?:{_FILLERS})\b[^\n\w@+]{{0,6}}){{0,3}}{_ACCOUNT}"
    rf"|(?:телеграм\w*|телегу|телеге|тг|ватсап\w*|вайбер\w*|вотсап\w*)\b[^\n\w@+]{{0,12}}{_ACCOUNT}"
    r"|(?:微信|薇信|加微|威信|扣扣|电报|飞机|纸飞机|ライン|라인|카톡|텔레그램)[^\n]{0,6}?[:：]?\s?@?[a-zA-Z0-9_\-]{4,}"
    r"|\bqq\s?(?:号|群)?[:：]?\s?\d{5,11}",
    regex.IGNORECASE,
)
_MESSENGER_HAS = (
    ".me/", "discord.gg/", "whats", "gram", "viber", "chat", "weixin", "signal", "skype", "kik", "zalo", "kakao", "icq",
    "line id", "insta", "hangout", "zangi", "qq",
)  # fmt: skip
_MESSENGER_HAS_BEYOND = (
    "телег", "тг", "ватсап", "вайбер", "вотсап", "微信", "薇信", "加微", "威信", "扣扣", "电报", "飞机", "ライン",
    "라인", "카톡", "텔레그램",
)  # fmt: skip
_HANDLE = Pattern(r"(?<![\w@./])@(?=\w*[\d_]|[A-Za-z]*[a-z][A-Z])[A-Za-z]\w{4,31}\b(?![.\w])")
_BEFORE_AT = 65  # characters of an address and a space
_EMAIL = Pattern(
    r"(?<![\w.+\-])[\w.+\-]{2,64}\s?(?:@|\(at\)|\[at\]|\{at\})\s?[\w\-]{2,}(?:\.|\s?\(dot\)\s?|\s?\[dot\]\s?)[a-zA-Z]{2,}(?:\.[a-zA-Z]{2,})?\b"
)


_IN_NUMBER = DIGITS + SPACES + b"().-" + BEYOND
_NUMBER_MARK = MARKS.add((DIGITS, _IN_NUMBER, _IN_NUMBER, _IN_NUMBER, _IN_NUMBER), *NUMERALS)
# The rarest piece of each, and how far behind its beginning it is.
_MESSENGER_MARK = MARKS.add(
    *any_case(
        ".me/", "rd.gg", "atsap", "ats a", "egram", "agram", "e gra", "viber", "echat", "e chat", "pchat", "weixi"
    ),
    *any_case("ignal", "skype", "kik", "zalo", "kakao", "icq", "ne id", "insta", "ngout", "zangi", "qq"),
    *any_case("лег", "тг", "тса", "йбе", *_MESSENGER_HAS_BEYOND[5:]),
)
_BEFORE_NAME = 8
_HANDLE_MARK = MARKS.add((b"@", LETTERS))
_MAILBOX_MARK = MARKS.add("@", "(at)", "[at]", "{at}")


def _has_enough_digits(observation: Observation) -> bool:
    return observation.digits >= _FEWEST_DIGITS


def _may_name_messenger(observation: Observation) -> bool:
    # A name alone is none: an account, a number or an address's path goes with it; signs that have no case say more.
    visible = observation.visible
    reachable = "@" in visible or "/" in visible or observation.digits or not visible.isascii()
    return (bool(reachable) and holds_any(observation.lowered, _MESSENGER_HAS)) or (
        not visible.isascii() and holds_any(observation.lowered, _MESSENGER_HAS_BEYOND)
    )


@counted(
    unit="numbers",
    cap=2,
    where=Where.VISIBLE,
    marks=_NUMBER_MARK,
    needs=_has_enough_digits,
    message="a telephone number to call or write to",
)
def phone_number(observation: Observation) -> Iterator[Span]:
    """Scams lead the conversation away from the page.

    Numbers in logs and prices have no country code, and nobody is told to dial them.
    """
    text = observation.visible
    spans = [match.span() for match in _PHONE.finditer(text)] if "+" in text or "00" in text else []
    yield from spans
    if not _DIALLED_NUMBER.search(text):
        return
    for match in _DIALLED.finditer(text):
        start, end = match.span("number")
        if sum(map(str.isdigit, match["number"])) >= _FEWEST_DIGITS and not any(
            a < end and start < b for a, b in spans
        ):
            yield start, end


@counted(
    unit="contacts",
    cap=2,
    where=Where.VISIBLE,
    marks=_MESSENGER_MARK,
    needs=_may_name_messenger,
    message="an invitation to a messenger",
)
def messenger(observation: Observation) -> Iterator[Span]:
    """A handle, a number or a join link for a messenger is where the victim is to go."""
    text = observation.visible
    return (m.span() for m in find_near(_MESSENGER, MARKS.places(text, _MESSENGER_MARK), _BEFORE_NAME, text))


@counted(unit="handles", cap=1, where=Where.VISIBLE, marks=_HANDLE_MARK, message="a handle to get in touch with")
def handle(observation: Observation) -> Iterator[Span]:
    """A handle with digits, underscores or capitals inside is an account to write to.

    At the beginning of a comment it names the reader who is answered.
    """
    return (m.span() for m in _HANDLE.finditer(observation.visible) if m.start() > 0)


@counted(unit="addresses", cap=2, where=Where.VISIBLE, marks=_MAILBOX_MARK, message="an e-mail address to write to")
def email_address(observation: Observation) -> Iterator[Span]:
    """A mail box in the open is how lenders, healers and recovery agents are reached."""
    text = observation.visible
    return (m.span() for m in find_near(_EMAIL, MARKS.places(text, _MAILBOX_MARK), _BEFORE_AT, text))


SIGNALS = (phone_number, messenger, handle, email_address)
