"""The words of the trades that live on comment spam.  A table, and looking words up in it.

In the text of a comment these words prove nothing: people talk of loans and casinos.  As somebody's
name, or as the label or address of a link, they are what the link is meant to be found for.
"""

from modspam.patterns import Pattern

__all__ = ["trade_words"]

_TRADES = {
    "selling as such": """
        buy cheap cheapest best top online sale sales discount discounts price prices free deals deal coupon coupons
        promo shop shops store stores outlet wholesale supplier suppliers manufacturer manufacturers services
        service agency company companies solutions ltd llc gmbh inc pvt review reviews official kaufen günstig
        gratis dealers dealer shopping
        billig acheter achat pas cher comprar barato oferta comprare acquista kupić sklep tanie купить цена цены
        заказать недорого дешево интернет магазин скидки satın fiyat ucuz jual beli murah harga mua bán giá rẻ
    """,
    "promotion": """
        seo backlinks backlink traffic ranking rankings marketing advertising leads smm followers likes продвижение
        раскрутка
    """,
    "gambling": """
        casino casinos slot slots poker bet bets betting gambling jackpot bonus bonuses roulette blackjack lottery
        togel judi gacor sportsbook казино ставки букмекер слоты bahis bonusu kumar cá cược
    """,
    "medicine": """
        viagra cialis levitra kamagra pharmacy pills pill tramadol xanax steroids keto gummies cbd kratom vape
        weight loss diet cleanse cure cures remedy remedies treatment treatments supplement supplements
        testosterone enlargement apotheke pharmacie farmacia аптека таблетки
    """,
    "money": """
        loan loans payday credit mortgage insurance lender forex crypto bitcoin trading trader investment invest
        profit cash kredit kredite prêt crédit préstamo préstamos kredyt pożyczki займ займы кредит кредиты pinjaman
        vay
    """,
    "replicas": """
        replica replicas rolex vuitton gucci prada chanel hermes handbags handbag watches jerseys sunglasses uggs
        jordans moncler
    """,
    "writing": """
        essay essays dissertation thesis assignment homework writing writers coursework дипломы курсовые диплом
    """,
    "adult": """
        escort escorts porn sex xxx adult webcam cams dating girls nude milf porno проститутки эскорт секс порно
        знакомства bokep
    """,
    "trades in a town": """
        plumber plumbers plumbing roofing roofers locksmith movers moving removals cleaning cleaners towing limo
        limousine dentist dentists dental lawyer lawyers attorney attorneys contractor contractors remodeling
        landscaping pest hvac concrete installation repair repairs rental rentals hire taxi ремонт окна двери
        грузоперевозки эвакуатор бурение
    """,
    "travel and schooling": """
        hotels hotel tours packages visa visas institute academy training course courses certification classes
        coaching
    """,
    "software": """
        crack cracked keygen serial apk mod download downloads torrent streaming iptv vpn proxy proxies hosting
        software
    """,
    "occult": """
        spell spells caster astrologer vashikaran psychic tarot healer marabout voyance гадалка приворот
    """,
}
# The same in scripts that put no spaces between words: found anywhere in a name.
_UNSPACED = (
    "コピー", "ブランド", "激安", "通販", "偽物", "副業", "稼ぐ", "出会い", "融資", "カジノ",
    "代购", "代办", "贷款", "借款", "彩票", "赌场", "娱乐城", "博彩", "刷单", "外挂", "高仿", "批发", "优惠",
    "代購", "代辦", "貸款", "娛樂城", "博弈", "外送", "徵信",
    "บัตรเครดิต", "สินเชื่อ", "คาสิโน", "บาคาร่า", "สล็อต", "หวย", "รับทำ", "ราคาถูก",
    "카지노", "바카라", "토토", "대출", "출장", "마사지",
)  # fmt: skip
_ALL = frozenset(word for words in _TRADES.values() for word in words.split())
_WORD = Pattern(r"[\p{L}\p{M}\p{N}]+")


def trade_words(text: str) -> tuple[tuple[int, int], ...]:
    """Find the trades' words in a name, a label or an address; spans in ``text``.

    >>> trade_words("Cheap Flights"), trade_words("Ana")
    (((0, 5),), ())
    """
    return tuple(match.span() for match in _WORD.finditer(text) if match[0].lower() in _ALL or _is_unspaced(match[0]))


def _is_unspaced(word: str) -> bool:
    return not word.isascii() and any(part in word for part in _UNSPACED)
