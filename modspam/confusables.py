"""Letters that look like other letters.  Tables only; `normalise` decides where they apply.

The pairs follow the Unicode Consortium's confusables data (UTS #39, `Unicode Security Mechanisms
<https://www.unicode.org/reports/tr39/>`_), narrowed by hand to what comments are really disguised
with.  Compatibility forms (full width, mathematical, circled, ...) are not here: Unicode's own
normalisation form NFKC undoes them.
"""

__all__ = [
    "COUNTRY_CODES",
    "DIGIT_LETTERS",
    "ENCLOSED",
    "LATIN_TO_CYRILLIC",
    "LEET_WORDS",
    "NUMBER_WORDS",
    "ONLY_DISGUISE",
    "TO_LATIN",
]

# Cyrillic: print as Latin letters in every common typeface; the oldest disguise of spam.
_CYRILLIC = {
    "\N{CYRILLIC CAPITAL LETTER A}": "A",
    "\N{CYRILLIC CAPITAL LETTER VE}": "B",
    "\N{CYRILLIC CAPITAL LETTER IE}": "E",
    "\N{CYRILLIC CAPITAL LETTER DZE}": "S",
    "\N{CYRILLIC CAPITAL LETTER BYELORUSSIAN-UKRAINIAN I}": "I",
    "\N{CYRILLIC CAPITAL LETTER JE}": "J",
    "\N{CYRILLIC CAPITAL LETTER KA}": "K",
    "\N{CYRILLIC CAPITAL LETTER EM}": "M",
    "\N{CYRILLIC CAPITAL LETTER EN}": "H",
    "\N{CYRILLIC CAPITAL LETTER O}": "O",
    "\N{CYRILLIC CAPITAL LETTER ER}": "P",
    "\N{CYRILLIC CAPITAL LETTER ES}": "C",
    "\N{CYRILLIC CAPITAL LETTER TE}": "T",
    "\N{CYRILLIC CAPITAL LETTER HA}": "X",
    "\N{CYRILLIC SMALL LETTER A}": "a",
    "\N{CYRILLIC SMALL LETTER IE}": "e",
    "\N{CYRILLIC SMALL LETTER DZE}": "s",
    "\N{CYRILLIC SMALL LETTER BYELORUSSIAN-UKRAINIAN I}": "i",
    "\N{CYRILLIC SMALL LETTER JE}": "j",
    "\N{CYRILLIC SMALL LETTER O}": "o",
    "\N{CYRILLIC SMALL LETTER ER}": "p",
    "\N{CYRILLIC SMALL LETTER ES}": "c",
    "\N{CYRILLIC SMALL LETTER U}": "y",
    "\N{CYRILLIC SMALL LETTER HA}": "x",
    "\N{CYRILLIC SMALL LETTER KA}": "k",
    "\N{CYRILLIC SMALL LETTER TE}": "t",
    "\N{CYRILLIC SMALL LETTER EM}": "m",
    "\N{CYRILLIC SMALL LETTER EN}": "h",
    "\N{CYRILLIC SMALL LETTER VE}": "b",
    "\N{CYRILLIC SMALL LETTER PE}": "n",
    "\N{CYRILLIC SMALL LETTER GHE}": "r",
    "\N{CYRILLIC SMALL LETTER KOMI DE}": "d",
    "\N{CYRILLIC SMALL LETTER SHHA}": "h",
    "\N{CYRILLIC SMALL LETTER QA}": "q",
    "\N{CYRILLIC SMALL LETTER WE}": "w",
    "\N{CYRILLIC CAPITAL LETTER STRAIGHT U}": "Y",
    "\N{CYRILLIC SMALL LETTER STRAIGHT U}": "y",
}

# Greek: only what passes for Latin in running text.  The letters of formulae (lambda, mu, pi, delta,
# omega, ...) are left out: beside Latin letters they are mathematics, not disguise.
_GREEK = {
    "\N{GREEK CAPITAL LETTER ALPHA}": "A",
    "\N{GREEK CAPITAL LETTER BETA}": "B",
    "\N{GREEK CAPITAL LETTER EPSILON}": "E",
    "\N{GREEK CAPITAL LETTER ZETA}": "Z",
    "\N{GREEK CAPITAL LETTER ETA}": "H",
    "\N{GREEK CAPITAL LETTER IOTA}": "I",
    "\N{GREEK CAPITAL LETTER KAPPA}": "K",
    "\N{GREEK CAPITAL LETTER MU}": "M",
    "\N{GREEK CAPITAL LETTER NU}": "N",
    "\N{GREEK CAPITAL LETTER OMICRON}": "O",
    "\N{GREEK CAPITAL LETTER RHO}": "P",
    "\N{GREEK CAPITAL LETTER TAU}": "T",
    "\N{GREEK CAPITAL LETTER UPSILON}": "Y",
    "\N{GREEK CAPITAL LETTER CHI}": "X",
    "\N{GREEK SMALL LETTER OMICRON}": "o",
    "\N{GREEK SMALL LETTER ALPHA}": "a",
    "\N{GREEK SMALL LETTER NU}": "v",
    "\N{GREEK SMALL LETTER RHO}": "p",
    "\N{GREEK SMALL LETTER IOTA}": "i",
}

# Armenian: rounded small letters that pass for Latin.
_ARMENIAN = {
    "\N{ARMENIAN SMALL LETTER OH}": "o",
    "\N{ARMENIAN SMALL LETTER SEH}": "u",
    "\N{ARMENIAN SMALL LETTER VO}": "n",
    "\N{ARMENIAN SMALL LETTER HO}": "h",
    "\N{ARMENIAN SMALL LETTER CO}": "g",
    "\N{ARMENIAN CAPITAL LETTER OH}": "O",
    "\N{ARMENIAN CAPITAL LETTER SEH}": "U",
}

# Small capitals and phonetic letters: no orthography writes whole words in them.
_SMALL_CAPITALS = {
    "\N{LATIN LETTER SMALL CAPITAL A}": "a",
    "\N{LATIN LETTER SMALL CAPITAL B}": "b",
    "\N{LATIN LETTER SMALL CAPITAL C}": "c",
    "\N{LATIN LETTER SMALL CAPITAL D}": "d",
    "\N{LATIN LETTER SMALL CAPITAL E}": "e",
    "\N{LATIN LETTER SMALL CAPITAL F}": "f",
    "\N{LATIN LETTER SMALL CAPITAL G}": "g",
    "\N{LATIN LETTER SMALL CAPITAL H}": "h",
    "\N{LATIN LETTER SMALL CAPITAL I}": "i",
    "\N{LATIN LETTER SMALL CAPITAL J}": "j",
    "\N{LATIN LETTER SMALL CAPITAL K}": "k",
    "\N{LATIN LETTER SMALL CAPITAL L}": "l",
    "\N{LATIN LETTER SMALL CAPITAL M}": "m",
    "\N{LATIN LETTER SMALL CAPITAL N}": "n",
    "\N{LATIN LETTER SMALL CAPITAL O}": "o",
    "\N{LATIN LETTER SMALL CAPITAL P}": "p",
    "\N{LATIN LETTER SMALL CAPITAL R}": "r",
    "\N{LATIN LETTER SMALL CAPITAL S}": "s",
    "\N{LATIN LETTER SMALL CAPITAL T}": "t",
    "\N{LATIN LETTER SMALL CAPITAL U}": "u",
    "\N{LATIN LETTER SMALL CAPITAL V}": "v",
    "\N{LATIN LETTER SMALL CAPITAL W}": "w",
    "\N{LATIN LETTER SMALL CAPITAL Y}": "y",
    "\N{LATIN LETTER SMALL CAPITAL Z}": "z",
    "\N{LATIN SMALL LETTER ALPHA}": "a",
    "\N{LATIN SMALL LETTER SCRIPT G}": "g",
    "\N{LATIN SMALL LETTER IOTA}": "i",
}

# Cherokee: syllables that were modelled on Latin capitals.
_CHEROKEE = {
    "\N{CHEROKEE LETTER A}": "D",
    "\N{CHEROKEE LETTER E}": "R",
    "\N{CHEROKEE LETTER I}": "T",
    "\N{CHEROKEE LETTER V}": "i",
    "\N{CHEROKEE LETTER GO}": "A",
    "\N{CHEROKEE LETTER GU}": "J",
    "\N{CHEROKEE LETTER GV}": "E",
    "\N{CHEROKEE LETTER LA}": "W",
    "\N{CHEROKEE LETTER LU}": "M",
    "\N{CHEROKEE LETTER MI}": "H",
    "\N{CHEROKEE LETTER MU}": "Y",
    "\N{CHEROKEE LETTER NAH}": "G",
    "\N{CHEROKEE LETTER NI}": "h",
    "\N{CHEROKEE LETTER NO}": "Z",
    "\N{CHEROKEE LETTER SV}": "R",
    "\N{CHEROKEE LETTER TA}": "W",
    "\N{CHEROKEE LETTER DO}": "V",
    "\N{CHEROKEE LETTER DU}": "S",
    "\N{CHEROKEE LETTER TLE}": "L",
    "\N{CHEROKEE LETTER TLI}": "C",
    "\N{CHEROKEE LETTER TLV}": "P",
    "\N{CHEROKEE LETTER TSO}": "K",
    "\N{CHEROKEE LETTER TSU}": "d",
    "\N{CHEROKEE LETTER YV}": "B",
}

# Lisu: upright and turned Latin capitals; only the upright ones.
_LISU = {
    "\N{LISU LETTER BA}": "B",
    "\N{LISU LETTER PA}": "P",
    "\N{LISU LETTER DA}": "D",
    "\N{LISU LETTER TA}": "T",
    "\N{LISU LETTER GA}": "G",
    "\N{LISU LETTER KA}": "K",
    "\N{LISU LETTER JA}": "J",
    "\N{LISU LETTER CA}": "C",
    "\N{LISU LETTER DZA}": "Z",
    "\N{LISU LETTER TSA}": "F",
    "\N{LISU LETTER MA}": "M",
    "\N{LISU LETTER NA}": "N",
    "\N{LISU LETTER LA}": "L",
    "\N{LISU LETTER SA}": "S",
    "\N{LISU LETTER ZHA}": "R",
    "\N{LISU LETTER HA}": "V",
    "\N{LISU LETTER XA}": "H",
    "\N{LISU LETTER WA}": "W",
    "\N{LISU LETTER SHA}": "X",
    "\N{LISU LETTER YA}": "Y",
    "\N{LISU LETTER A}": "A",
    "\N{LISU LETTER E}": "E",
    "\N{LISU LETTER I}": "I",
    "\N{LISU LETTER O}": "O",
    "\N{LISU LETTER U}": "U",
}

# Canadian syllables: the favourite of "fancy text" generators.
_CANADIAN = {
    "\N{CANADIAN SYLLABICS CARRIER GHO}": "A",
    "\N{CANADIAN SYLLABICS CARRIER KHE}": "B",
    "\N{CANADIAN SYLLABICS TA}": "C",
    "\N{CANADIAN SYLLABICS CARRIER PE}": "D",
    "\N{CANADIAN SYLLABICS BLACKFOOT WE}": "F",
    "\N{CANADIAN SYLLABICS NUNAVUT H}": "H",
    "\N{CANADIAN SYLLABICS CO}": "J",
    "\N{CANADIAN SYLLABICS MA}": "L",
    "\N{CANADIAN SYLLABICS KI}": "P",
    "\N{CANADIAN SYLLABICS TLHI}": "R",
    "\N{CANADIAN SYLLABICS TE}": "U",
    "\N{CANADIAN SYLLABICS PE}": "V",
    "\N{CANADIAN SYLLABICS CARRIER GO}": "M",
    "\N{CANADIAN SYLLABICS CARRIER PO}": "A",
}

# Lycian, Carian, Old Italic: dead scripts that the fonts of every phone carry.
_ANCIENT = {
    "\N{LYCIAN LETTER B}": "B",
    "\N{LYCIAN LETTER T}": "T",
    "\N{CARIAN LETTER P2}": "A",
    "\N{CARIAN LETTER D}": "B",
    "\N{CARIAN LETTER R}": "F",
    "\N{CARIAN LETTER L}": "L",
    "\N{LYCIAN LETTER S}": "S",
    "\N{CARIAN LETTER O}": "O",
    "\N{CARIAN LETTER D2}": "E",
    "\N{CARIAN LETTER T}": "X",
    "\N{OLD ITALIC LETTER A}": "A",
    "\N{OLD ITALIC LETTER BE}": "B",
    "\N{OLD ITALIC LETTER KE}": "C",
    "\N{OLD ITALIC LETTER E}": "E",
    "\N{OLD ITALIC LETTER I}": "I",
    "\N{OLD ITALIC LETTER O}": "O",
    "\N{OLD ITALIC LETTER SHE}": "M",
    "\N{OLD ITALIC LETTER TE}": "T",
    "\N{OLD ITALIC LETTER EKS}": "X",
}

# Every letter that can stand for a Latin one.
TO_LATIN: dict[str, str] = {
    **_CYRILLIC,
    **_GREEK,
    **_ARMENIAN,
    **_SMALL_CAPITALS,
    **_CHEROKEE,
    **_LISU,
    **_CANADIAN,
    **_ANCIENT,
}

# Letters that nobody types for their own sake in a comment: a whole word of them is folded, whatever
# stands around it.
ONLY_DISGUISE: frozenset[str] = frozenset(_SMALL_CAPITALS) | frozenset(_ANCIENT)

# The other way: Latin letters inside a Cyrillic word.  Russian spam hides its words from filters so.
LATIN_TO_CYRILLIC: dict[str, str] = {
    latin: cyrillic for cyrillic, latin in _CYRILLIC.items() if latin in "ABEKMHOPCTXaeopcyxikmt"
} | {"0": "\N{CYRILLIC SMALL LETTER O}", "3": "\N{CYRILLIC SMALL LETTER ZE}"}

# Letters in filled squares and circles have no compatibility form: NFKC leaves them.  Offsets from
# the first to the last of each run of 26.
ENCLOSED: dict[str, str] = {
    chr(first + index): chr(ord("A") + index)
    for first in (
        ord("\N{NEGATIVE CIRCLED LATIN CAPITAL LETTER A}"),
        ord("\N{NEGATIVE SQUARED LATIN CAPITAL LETTER A}"),
        ord("\N{REGIONAL INDICATOR SYMBOL LETTER A}"),
    )
    for index in range(26)
}

# Pairs of regional indicators that are flags (ISO 3166-1 alpha-2, and EU, UN, XK): a run that is made
# of these only is somebody's flags, any other run is a word.
COUNTRY_CODES: frozenset[str] = frozenset(
    """
    AC AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT
    BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CP CR CU CV CW CX CY CZ DE DG DJ DK DM DO DZ EA EC EE
    EG EH ER ES ET EU FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN
    HR HT HU IC ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK
    LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG
    NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG
    SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TA TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG
    UM UN US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW
    """.split()
)

# Leet: what a digit or a sign stands for inside a word.  Where there are two readings, both are tried.
DIGIT_LETTERS: dict[str, str] = {
    "0": "o",
    "1": "il",
    "3": "e",
    "4": "a",
    "5": "s",
    "7": "t",
    "8": "b",
    "9": "g",
    "@": "a",
    "$": "s",
    "!": "i",
    "|": "l",
    "\N{EURO SIGN}": "e",
    "\N{POUND SIGN}": "l",
}

# Words that spam writes in leet.  A digit inside a word is honest far more often than not (mp3, h264,
# log4j, utf8, b2b), so leet is undone only where one of these comes out.
LEET_WORDS: frozenset[str] = frozenset(
    """
    adult bank bet bets betting bitcoin blackjack bonus bonuses buy call cash casino casinos cheap cialis
    click credit crypto dating deposit discount dollar dollars download earn earning escort escorts
    followers forex free gambling gift girl girls hacker hacking hot income instagram invest investment
    investor jackpot job judi kamagra levitra link loan loans lottery luxury mega millions money naked
    nude offer online order paypal pharmacy pill pills poker porn porno prize products profit profits
    promo replica rolex sale seo service services sex sexy sites slot slots spam subscribe telegram
    tramadol viagra video videos visit watches website websites whatsapp win winner xanax xxx youtube
    gacor maxwin pinjaman situs togel zeus
    """.split()
)

# Words that leet writes as numbers (is as 15, best as 8357): read as words only in a comment that is in
# leet throughout, in which they are far more frequent than the numbers.
NUMBER_WORDS: frozenset[str] = frozenset(
    """
    a i ago am as at age based base be bet best better big biggest bit bits boost east eat easiest get gets
    go goes got is it its see set sets sit site sites so test tests to toes too
    """.split()
)
