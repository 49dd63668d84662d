"""Reading a comment: what each step undoes, what it leaves alone, and the way back to the comment as given."""

import json
import os
import subprocess
import sys

import pytest
from conftest import PROJECT, short
from hypothesis import example, given, settings
from hypothesis import strategies as st

from modspam.comment import Comment
from modspam.normalise import (
    FOLDING,
    VISIBLE,
    apply_edits,
    collapse_spaces,
    compose,
    decode_entities,
    decode_leet,
    drop_accents,
    drop_invisible,
    drop_markup,
    fold_look_alikes,
    join_spaced_out,
    join_split_words,
    lower,
    mend_addresses,
    open_enclosed,
    read,
    replace_surrogates,
    shorten_stretches,
)

STEPS = (*VISIBLE, *FOLDING)

# What one step makes of a text; nothing here says anything about the writer.
HARMLESS_CHANGES = {
    replace_surrogates: {
        "caf\udce9": "caf\ufffd",
        "\ud83d\ude00": "\ufffd\ufffd",
    },
    drop_markup: {
        "<p>One</p><p>Two</p>": "\nOne\n\nTwo\n",
        "one<br />two": "one\ntwo",
        "really <EM>good</EM> <b>bread</b>": "really good bread",
        "<A HREF=http://example.org>here</A>": " http://example.org here",
        "look <img alt='' src='http://example.org/cat.png'/>": "look  http://example.org/cat.png ",
        "before <!-- a note --> after": "before  after",
        "[url=http://example.org]here[/url]": " http://example.org here",
        "[url]http://example.org[/url]": "http://example.org",
        "[b]bread[/b] and [color=red]wine[/color]": "bread and wine",
        "[url=http://example.org/[i]a[/i]]": " http://example.org/ a]",
    },
    decode_entities: {
        "Tom &amp; Jerry": "Tom & Jerry",
        "a&amp;amp;b": "a&b",
        "fish&amp;chips; &amp;D;": "fish&chips; &D;",
        "it&#39;s 5 &#x3C; 6": "it's 5 < 6",
        "&amp;amp;amp;hearts;": "♥",
        "&#x1F35E; &eacute;t&eacute;": "🍞 été",
        "&#55296;&#0;": "\ufffd\ufffd",
    },
    drop_invisible: {
        "\ufeffHello": "Hello",
        "Hello\u200b \u200eworld\u2060": "Hello world",
        "Donau\u00addampf": "Donaudampf",
        "❤\ufe0f \N{WOMAN}\u200d\N{GIRL}": "❤ \N{WOMAN}\N{GIRL}",
        "\x07 bell": " bell",
    },
    compose: {
        "ﬁnd the eﬃcient ﬂow": "find the efficient flow",
        "ＡＢＣ株式会社のＷｅｂ": "ABC株式会社のWeb",
        "ｶﾞｯﾂ １２３": "ガッツ 123",
        "cafe\u0301 Vie\u0323\u0302t": "café Việt",
        "\u1112\u1161\u11ab": "한",
        "H₂O x² ½": "H2O x2 1⁄2",
        "the matrix 𝐀 and the vector 𝐱": "the matrix A and the vector x",
        "İstanbul": "Istanbul",
    },
    mend_addresses: {
        "go to kelpsoap dot com now": "go to http://kelpsoap.com now",
        "shop[.]kelpsoap[.]com/a (kelpsoap (dot) org)": "http://shop.kelpsoap.com/a (http://kelpsoap.org)",
        "see kelpsoap . net, or shop dot kelpsoap dot co": "see http://kelpsoap.net, or http://shop.kelpsoap.co",
        "hxxps://kelpsoap.com, hxxp://kelpsoap . com": "https://kelpsoap.com, http://kelpsoap.com",
        "ana [at] kelpsoap [dot] com, ana@kelpsoap dot com": "ana [at] kelpsoap.com, ana@kelpsoap.com",
    },
    lower: {"STRASSE": "strasse", "ΟΔΟΣ": "οδος", "Жук": "жук"},
    collapse_spaces: {"a \r\n\t b": "a b", "\u3000a\u00a0b ": "a b", "a\tb": "a b", " ": ""},
}

# What one step undoes, with what it calls it and where it stands.
DISGUISES = {
    drop_markup: [
        ("ca<!-- hidden -->sino", "casino", "markup_split", "<!-- hidden -->"),
        ("ca<b></b>sino", "casino", "markup_split", "<b></b>"),
        ("ca<SPAN> </SPAN>sino", "casino", "markup_split", "<SPAN> </SPAN>"),
    ],
    decode_entities: [
        ("p&#x69;lls", "pills", "encoded", "&#x69;"),
        ("p&amp;#105;lls", "pills", "encoded", "&amp;#105;"),
    ],
    drop_invisible: [
        ("p\u2060ills", "pills", "invisible", "\u2060"),
        ("ка\u200bзино", "казино", "invisible", "\u200b"),
        ("贷\u200b\u200d款", "贷款", "invisible", "\u200b\u200d"),
        ("ca\x00sino", "casino", "invisible", "\x00"),
        ("ca\N{TAG LATIN SMALL LETTER X}sino", "casino", "invisible", "\N{TAG LATIN SMALL LETTER X}"),
    ],
    compose: [
        ("Ｂｕｙ now", "Buy now", "styled", "Ｂｕｙ"),
        ("get 𝓯𝓻𝓮𝓮 stuff", "get free stuff", "styled", "𝓯𝓻𝓮𝓮"),
        ("ⓢⓛⓞⓣ", "slot", "styled", "ⓢⓛⓞⓣ"),
        ("p\u0336ill", "pill", "styled", "p\u0336"),
        ("p\u0301\u0302\u0303\u0304\u0305ill", "ṕill", "styled", "p\u0301\u0302\u0303\u0304\u0305"),
    ],
    open_enclosed: [
        ("🅱et", "Bet", "styled", "🅱"),
        ("🆂🅻🅾🆃 now", "SLOT now", "styled", "🆂🅻🅾🆃"),
        ("🇸🇪🇽🇾", "SEXY", "styled", "🇸🇪🇽🇾"),
        ("🇮🇹 🇵🇦🇾🇸 🇪🇻🇪🇷🇾 🇩🇦🇾 🇫🇴🇷 🇺🇸", "IT PAYS EVERY DAY FOR US", "styled", "🇮🇹"),
    ],
    fold_look_alikes: [
        ("free саsinо", "free casino", "look_alike", "саsinо"),
        ("Αpple sells it", "Apple sells it", "look_alike", "Αpple"),
        ("the very best сосо around", "the very best coco around", "look_alike", "сосо"),
        ("ᴄᴀsɪɴᴏ ᴅᴇᴀʟ", "casino deal", "look_alike", "ᴄᴀsɪɴᴏ"),
        ("Вuу it nоw, sеll it lаtеr, оr аs is", "Buy it now, sell it later, or as is", "look_alike", "Вuу"),
        ("новое кaзинo", "новое казино", "look_alike", "кaзинo"),
        ("новое кa3ино", "новое казино", "look_alike", "кa3ино"),
    ],
    drop_accents: [
        ("le cäsìnô a été réélu", "le casino a été réélu", "accented", "cäsìnô"),
        ("Bèst ônlïñë cãśínõs", "Best online casinos", "accented", "Bèst"),
        ("vǐåğrà", "viagra", "accented", "vǐåğrà"),
        ("ä bìg dîśçöúñt åt http://kelpsoap.com", "a big discount at http://kelpsoap.com", "accented", "ä"),
    ],
    join_split_words: [
        ("Best cas-ino of-fers, play-ing is sa-fer", "Best casino offers, playing is safer", "split", "cas-ino"),
        ("che..ap pil..ls and wat..ches onl..ine", "cheap pills and watches online", "split", "che..ap"),
        (
            "buy fol_lowers and vi_ews or web_sites, che_ap, at http://kelpsoap.com",
            "buy followers and views or websites, cheap, at http://kelpsoap.com",
            "split",
            "fol_lowers",
        ),
    ],
    join_spaced_out: [
        ("a c*a*s*i*n*o here", "a casino here", "spaced_out", "c*a*s*i*n*o"),
        ("c h e a p  p i l l s  i n  t h e  m a i l !", "cheap  pills  in  the  mail!", "spaced_out", "c h e a p"),
        ("a c.a.s.i.n.o here", "a casino here", "spaced_out", "c.a.s.i.n.o"),
        ("к а з и н о", "казино", "spaced_out", "к а з и н о"),
        ("p  i  l  l  s!", "pills!", "spaced_out", "p  i  l  l  s"),
        ("web s_3_o_s_e_o", "web s3oseo", "spaced_out", "s_3_o_s_e_o"),
    ],
    decode_leet: [
        ("c@sino", "casino", "leet", "c@sino"),
        ("ca$h prize", "cash prize", "leet", "ca$h"),
        ("b!tcoin", "bitcoin", "leet", "b!tcoin"),
        ("cl1ck 0nline", "click online", "leet", "cl1ck"),
        ("the s1ot", "the slot", "leet", "s1ot"),
        ("1t 1$ th3 b3st c@$1n0 0f @ll 100", "it is the best casino of all 100", "leet", "c@$1n0"),
        ("w3 53|| 4|| k1nd5 0f ch34p p1||5 47 h0m3", "we sell all kinds of cheap pills at home", "leet", "ch34p"),
    ],
    shorten_stretches: [
        ("soooo", "soo", "stretched", "oooo"),
        ("дааааа", "даа", "stretched", "ааааа"),
        ("cheeeeap casiiiino boonnnnus onliiiine", "cheap casino boonus online", "stretched", "eeee"),
    ],
}

# What a step must not touch.
LEFT_ALONE = {
    replace_surrogates: ["café 😀", "\U0010ffff"],
    drop_markup: [
        "std::vector<int> and map<string, list<int>>",
        "Dear <first name>, greetings from <town>",
        "a[i] = b[j], x[s] and list[b]",
        "5 < 6 > 4, <3 and a <- b -> c",
        "an [url] slot and a [link]",
        "<a href=http://example.org and no end",
        "[1] and [citation needed]",
    ],
    decode_entities: ["AT&T, R&D; a & b;", "?page=1&copy=2&lt", "&nosuchname; &; &#; &#x;", "&amp"],
    drop_invisible: ["می\u200cخواهم", "क्\u200dष, श्री\u200dमान", "a\tb\r\nc", "naïve", "👍🏽"],
    compose: ["naïve Größe", "Tiếng Việt", "שלום עליכם", "ภาษาไทยที่นี่", "مُحَمَّد", "한국어", "क\u093cलम", "x ≠ y"],
    open_enclosed: ["🇩🇪🇫🇷 and 🇺🇸", "blood group 🅰 or 🅱", "①②"],
    fold_look_alikes: [
        "Слушаю U2, Rammstein и песни Beatlesов",
        "Купил iPhone'а, скачал mp3 с Windowsа",
        "SMSка от HRов, 3D-модель и 5G",
        "в 90х, 2й раз, 1го мая, 60е годы",
        "the angle α, 3μm, Δx and sin β·x",
        "Українська й беларуская мова: і, ї, ў",
        "Μου αρέσει το Linux",
        "the Cyrillic а and the Latin a",
        "the Russian words уха and щи both mean a soup",
        "Српски, қазақ, Հայերեն, ᏣᎳᎩ, ᐃᓄᒃᑎᑐᑦ",
    ],
    join_spaced_out: [
        "the F.B.I. and J.R.R. Tolkien, a.k.a. John",
        "1 2 3 4 5 6 and 1-2-3-4-5",
        "a, b, c, d, e",
        "x - y - z - u - v",
        "1 0  0 1  1 0  0 1  1 1  0 0  1 0",
        "T-E-S-T",
        "I a m",
        "10.0.0.1",
    ],
    drop_accents: [
        "Été à la plage, élève répété, hétérogénéité, où ça, cœur naïf",
        "Người Việt được đường trường, ngưỡng cửa, rượu nếp, tôi đã ở đây rồi ạ",
        "Příliš žluťoučký kůň úpěl ďábelské ódy",
        "Árvíztűrő tükörfúrógép",
        "ação, coração, não há avô às três",
        "Þórður og Ægir, smørrebrød, łódź, çığ, İzmir",
        "Ọ̀rọ̀ Yorùbá",
    ],
    join_split_words: [
        "state-of-the-art well-known e-mail on-line",
        "os.path.join, re.compile, str.split and dict.items are all you need",
        "yes...well.I know.But then",
        "the columns user_name, first_name, last_name and post_title should never be nullable",
        "www.kelpsoap.com kelpsoap.org mail.kelpsoap.net shop.kelpsoap.com",
        "user-agent, content-type, cache-control, accept-language: what the browser sends to the server",
    ],
    mend_addresses: [
        "the dot com years and this dot com bubble",
        "pre-millennium dot com bubble",
        "end of it . I think so . So be it",
        "foo[.]bar and a . b",
    ],
    lower: ["small already", "123", "日本"],
    decode_leet: [
        "mp3 b2b 1st 2nd h264 utf8 log4j",
        "me@example.org",
        "$5 off, 100% s3",
        "win!",
        "covid19 and 4x4",
        "@anna_b @tom1 @lisa_lee @sepp3 look",
        "3d prints at 4k, 5g and 4g, the 1st and 4th",
        "云电脑跟5g没关系,只需要3m带宽,4g也行,3m够",
        "k8s, i18n, a11y and l10n",
        "0x3f4a1b 7c3d2e 5f6a7b",
    ],
    shorten_stretches: ["www", "good committee", "1000000", "!!! ---", "IIb"],
    collapse_spaces: ["a b c", "", "a"],
}


def rows(table):
    """Set a table of steps out as parameters, each step with every row of its own."""
    return [
        pytest.param(step, row, id=f"{step.__name__}: {short(row)}")
        for step, group in table.items()
        for row in (group.items() if isinstance(group, dict) else group)
    ]


@pytest.mark.parametrize(("step", "row"), rows(HARMLESS_CHANGES))
def test_a_step_tidies_up_without_calling_it_a_disguise(step, row):
    text, expected = row
    edits = list(step(text))
    assert apply_edits(text, edits) == expected
    assert {edit.disguise for edit in edits} == {""}


@pytest.mark.parametrize(("step", "row"), rows(DISGUISES))
def test_a_step_undoes_a_disguise_and_says_where(step, row):
    text, expected, kind, place = row
    edits = list(step(text))
    assert apply_edits(text, edits) == expected
    first = next(edit for edit in edits if edit.disguise)
    assert (first.disguise, text[first.start : first.end]) == (kind, place)


@pytest.mark.parametrize(("step", "text"), rows(LEFT_ALONE))
def test_a_step_leaves_honest_writing_alone(step, text):
    assert list(step(text)) == []


def test_every_step_has_cases_of_both_kinds():
    assert set(LEFT_ALONE) == set(STEPS)
    assert set(HARMLESS_CHANGES) | set(DISGUISES) == set(STEPS)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Купил iPhone'а у Rammsteinов в 90х", "купил iphone'а у rammsteinов в 90х"),
        ("Let α = β·x² and 𝐀 ∈ ℝ, 3μm wide", "let α = β·x2 and a ∈ r, 3μm wide"),
        ("نمی\u200cدانم, क्\u200dष", "نمی\u200cدانم, क्\u200dष"),
        ("👩\u200d👩\u200d👧 ❤\ufe0f 👨🏽\u200d💻 🏳\ufe0f\u200d🌈 ✌\ufe0f", "👩👩👧 ❤ 👨🏽💻 🏳🌈 ✌"),
        ("🇩🇪🇫🇷, 🇺🇸!", "🇩🇪🇫🇷, 🇺🇸!"),
        ("ﬁne ﬂour", "fine flour"),
        ("le nᵒ 4, la 1ʳᵉ, the 1ˢᵗ and the nᵗʰ", "le no 4, la 1re, the 1st and the nth"),
        ("全角ＡＢＣです。１２３円", "全角abcです。123円"),
        ("a <code>vector&lt;int&gt;</code> and <first name>", "a vector<int> and <first name>"),
        ("x = a[i] * b[j]; // U.S.A., e.g.", "x = a[i] * b[j]; // u.s.a., e.g."),
        ("my mp3 on www is b2b, the 1st", "my mp3 on www is b2b, the 1st"),
        ("<p>First</p>\n<p>Second&nbsp;one</p>", "first second one"),
    ],
    ids=short,
)
def test_honest_comments_are_read_without_a_disguise(text, folded):
    reading = read(Comment(text))
    assert reading.folded.text == folded
    assert reading.disguises == ()


@pytest.mark.parametrize(
    "text", ["1\ufe0f\u20e3 Preheat 2\ufe0f\u20e3 Knead", "press #\ufe0f\u20e3 or *\ufe0f\u20e3", "3\u20e3"]
)
def test_keycap_emoji_are_no_disguise(text):
    assert read(Comment(text)).disguises == ()


@pytest.mark.parametrize("composed", ["x ≠ y", "x ∉ A", "ᾧ", "ᾅ"])
def test_a_letter_in_decomposed_form_is_the_letter(composed):
    """Some systems paste every accent apart (form NFD); the stroke of an inequality is one of them."""
    decomposed = {
        "x ≠ y": "x =\u0338 y",
        "x ∉ A": "x ∈\u0338 A",
        "ᾧ": "ω\u0314\u0342\u0345",
        "ᾅ": "α\u0314\u0301\u0345",
    }[composed]
    reading = read(Comment(decomposed))
    assert reading.visible.text == composed
    assert reading.disguises == ()


def test_the_visible_text_keeps_case_and_spacing_and_the_folded_text_does_not():
    reading = read(Comment("<b>HUGE</b>  Sale &lt;\nmore"))
    assert reading.visible.text == "HUGE  Sale <\nmore"
    assert reading.folded.text == "huge sale < more"


def test_several_disguises_of_one_comment_are_all_told_with_their_places():
    text = "B\u200buy v&#105;agr\N{CYRILLIC SMALL LETTER A} 𝐧𝐨𝐰, fr33 c a s i n o, soooo"
    found = {(d.kind, text[d.start : d.end]) for d in read(Comment(text)).disguises}
    assert found == {
        ("invisible", "\u200b"),
        ("encoded", "&#105;"),
        ("styled", "𝐧𝐨𝐰"),
        ("look_alike", "v&#105;agr\N{CYRILLIC SMALL LETTER A}"),
        ("leet", "fr33"),
        ("spaced_out", "c a s i n o"),
        ("stretched", "oooo"),
    }


@pytest.mark.parametrize(
    ("text", "found", "piece"),
    [
        ("Buy v&#1110;\u200bagra!", "viagra", "v&#1110;\u200bagra"),
        (
            "Buy <b>v\u0456</b>&#x200B;a<!-- x -->gr\u0430 now</b>",
            "viagra",
            "v\u0456</b>&#x200B;a<!-- x -->gr\u0430",
        ),
        ("get &#102;r\u200b\u0435\u0435 stuff", "free", "&#102;r\u200b\u0435\u0435"),
        ("get &#102;r\u200b\u0435\u0435 stuff", "stuff", "stuff"),
        ("\ufeffＣ\u0430ｓｉｎｏ!", "casino", "Ｃ\u0430ｓｉｎｏ"),
        ("one  \n two", "one two", "one  \n two"),
        ('see <a href="http://example.org/a">my  site</a> now', "http://example.org/a", "http://example.org/a"),
        ('see <a href="http://example.org/a">my  site</a> now', "my site", "my  site"),
        ("[url=http://example.org]cl\u200bick[/url]", "click", "cl\u200bick"),
        ("&amp;lt;b&amp;gt; fr33", "free", "fr33"),
        ("&amp;lt;b&amp;gt; fr33", "<b>", "&amp;lt;b&amp;gt;"),
        ("so c&nbsp;a s i n o now", "casino", "c&nbsp;a s i n o"),
        ("so c a&#32;s i n o now", "casino", "c a&#32;s i n o"),
        ("it was sooooo good", "soo", "sooooo"),
        ("two ﬁsh and a ﬁn", "fin", "ﬁn"),
        ("a\u0336n\u0336 x c\u0336a\u0336s\u0336h\u0336!", "cash", "c\u0336a\u0336s\u0336h\u0336"),
        ("İ ｃａｓｈ", "cash", "ｃａｓｈ"),
        ("\ud800\ud800 cash", "cash", "cash"),
    ],
    ids=short,
)
def test_a_word_of_the_folded_text_points_at_its_place_in_the_comment(text, found, piece):
    folded = read(Comment(text)).folded
    assert folded.text.count(found) == 1
    start = folded.text.index(found)
    assert text[slice(*folded.origin(start, start + len(found)))] == piece


@pytest.mark.parametrize(
    ("text", "position", "origin"),
    [
        ("abc", 1, (1, 1)),
        ("abc", 3, (3, 3)),
        ("<b>a</b>", 0, (3, 3)),
        ("a&lt;b", 2, (5, 5)),
    ],
)
def test_an_empty_span_points_between_two_characters(text, position, origin):
    assert read(Comment(text)).visible.origin(position, position) == origin


NASTY = """
    &amp; &amp;amp; &lt; &gt; &#118; &#x69; &#x200B; &zwnj; &shy; &nbsp; &#0; &#55296; &nosuchname; &#x110000; & ; #
    <b> </b> <b></b> <br/> </p> <p <a </a> <!-- --> <!--x--> < > / [b] [/b] [url=http://a.example [url] [/url] [url= [ ]
    [quote=x] href= = " ' vector<int> <a|href="http://example.org"> <img|src=x> v1agra fr33 c-a-s-i-n-o c|a|s|i|n|o
    soooo www U.S.A. word @ $ ! 0 1 3 . - _ ~ ca-sino wi..ns lo_ans ba*nk pl@y c4sh 15 ch33p luckkkky hxxps:// [.] dot
    .com cäsìnô 🇮🇹
""".split()
NASTY = [
    *(fragment.replace("|", " ") for fragment in NASTY),
    *" \n\t|",
    *"\u200b\u200c\u200d\u2060\ufeff\u00ad\u034f\u202e\ufe0f\x00\x1b\u3164\u115f",  # cannot be seen
    *"\u0301\u0323\u0327\u0332\u0336\u0338\u0345\u0489\u20dd\u20e3\u093c\u094d\u3099",  # marks
    *"ıİſßẞΣςﬁ½Åé\uff21\uff56\uff10\u3000\u00a0\u2028ｱﾞか\u1100\u1161\u11a8가\ufdfa\u2adc\u0958",  # many forms
    *"𝐀𝕭ᵃⁿʰⒶ①🅰🅱🇩🇪🇽👩❤",  # styled
    *"аеоідЖοαλᴀᴏᎪꓐ",  # look-alikes and their neighbours
    *"\ud800\udc00\udfff",
]
TEXTS = st.text(st.characters()) | st.lists(st.sampled_from(NASTY) | st.characters(), max_size=25).map("".join)
PLAIN_WORDS = st.lists(
    st.text("abcdefghijklmnopqrstuvwxyz", min_size=2, max_size=12).filter(
        lambda word: not any(word[i] == word[i + 1] == word[i + 2] for i in range(len(word) - 2))
    )
).map(" ".join)
# No deadline: a slow machine is no failure.
relaxed = settings(deadline=None, max_examples=100)


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.__name__)
@relaxed
@given(text=TEXTS)
@example(text="[url=http://a.example b]")  # the space behind the address stays as it is
def test_edits_are_in_order_within_the_text_and_change_something(step, text):
    edits = list(step(text))
    reached = 0
    for edit in edits:
        assert reached <= edit.start <= edit.end <= len(text)
        assert text[edit.start : edit.end] != edit.replacement
        reached = edit.end
    expected = text
    for edit in reversed(edits):
        expected = expected[: edit.start] + edit.replacement + expected[edit.end :]
    assert apply_edits(text, edits) == expected


@relaxed
@given(TEXTS, st.data())
def test_the_way_back_stays_within_the_comment_and_in_order(text, data):
    reading = read(Comment(text))
    for view in (reading.visible, reading.folded):
        reached = (0, 0)
        for position in range(len(view.text)):
            start, end = view.origin(position, position + 1)
            assert 0 <= start <= end <= len(text)
            assert start >= reached[0]
            assert end >= reached[1]
            reached = start, end
        start = data.draw(st.integers(0, len(view.text)))
        end = data.draw(st.integers(start, len(view.text)))
        first, last = view.origin(start, end)
        assert 0 <= first <= last <= len(text)
        if start < end:
            assert first == view.origin(start, start + 1)[0]
            assert last == view.origin(end - 1, end)[1]


@relaxed
@given(TEXTS)
def test_disguises_point_at_something_in_the_comment(text):
    for disguise in read(Comment(text)).disguises:
        assert 0 <= disguise.start < disguise.end <= len(text)


@relaxed
@given(TEXTS)
def test_the_folded_text_is_small_single_spaced_and_can_be_encoded(text):
    folded = read(Comment(text)).folded.text
    assert folded.encode("utf-8").decode("utf-8") == folded
    assert " ".join(folded.split()) == folded
    assert not any("A" <= character <= "Z" for character in folded)


@relaxed
@given(PLAIN_WORDS)
def test_plain_words_come_out_as_they_are(text):
    reading = read(Comment(text))
    assert reading.visible.text == reading.folded.text == text
    assert reading.disguises == ()
    assert reading.folded.origin(0, len(text)) == (0, len(text))


# Texts that make a careless expression look again and again at what it has seen: what they begin
# with, and what is repeated after it.
GROWTH = {
    "markup": ["<", "<!--", "<a ", "<b>", "</", "[url=", "&amp;", "&", "<a href=x>"],
    "templates and addresses": ["{", "%", "#A", "http://", "www.", "a.", "@", "("],
    "words and spaces": ["a ", "- ", "x", "0", ".", " ", "\n", "A_", "cаsіno "],
    "Unicode": ["\u200b", "a\u0301", "ａ", "xа", ("ﬁ", "\u1100"), ("ﬁ", "👩\u200d")],
    "flags": [("ﬁ", "🇩"), "🇩🇪🇽 "],
    "disguised throughout": ["ca-sino ", "ca..", "c1a", "th3 ", "a!1", "casiiino ", "äbé", "x \u0456s сasino "],
    "addresses spelled out": ["aa dot ", "aa . ", "aa[.]", "hxxp", "hxxp:", "aa dot com "],
    "marks on one letter": [("a", "\u0301"), ("a", "\u0336")],
    # To compose is to sort the marks of a letter, which takes the square of their number.
    "marks in no order": [("a", "\u0301\u0323"), ("א", "\u05b2\u05b0"), ("ﾊ", "\u0301\uff9e")],
}
FIELDS = {
    "author": ["x.", "x", "0a", "-", "x "],
    "author_url": ["x.", "x", "0a", "-", "/"],
    "permalink": ["x-", "x", "/"],
    "page_title": ["x-", "x", "0a"],
    "page_text": ["x-", "x", "0a"],
}
CHECK_EACH = """
import json, sys
import modspam
for comment in json.load(sys.stdin):
    print(ascii({name: text[:8] for name, text in comment.items()}), flush=True)
    modspam.check(comment).to_dict()
"""


def check_in_another_process(comments):
    """Check comments with their reasons; fail if that takes minutes, as one search for each character would."""
    try:
        subprocess.run(
            [sys.executable, "-c", CHECK_EACH],
            input=json.dumps(comments).encode(),
            cwd=PROJECT,
            env=os.environ | {"PYTHONPATH": str(PROJECT)},
            capture_output=True,
            timeout=60,
            check=True,
        )
    except subprocess.TimeoutExpired as error:
        pytest.fail(f"takes too long: {(error.stdout or b'').decode().splitlines()[-1:]}")


def grown(piece):
    beginning, piece = piece if isinstance(piece, tuple) else ("", piece)
    return (beginning + piece * 200_000)[:200_000]


@pytest.mark.parametrize("group", GROWTH)
def test_time_grows_no_faster_than_the_comment(group):
    check_in_another_process([{"text": grown(piece)} for piece in GROWTH[group]])


@pytest.mark.parametrize("field", FIELDS)
def test_time_grows_no_faster_than_what_is_known_of_the_comment(field):
    text = "Thank you, the second diagram made it click."
    check_in_another_process([{"text": text, field: grown(piece)} for piece in FIELDS[field]])
