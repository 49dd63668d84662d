"""Stock phrases of comment spam, by what they do.  Tables; `lexicon` looks them up.

A row is a pattern and its reason.  A pattern is words in a row: ``a|b`` is one word of several,
``word?`` may be missing, ``*`` is any one word.  Words are in lower case without apostrophes ("I've"
is ``ive``).  For scripts that write no spaces a row is a plain piece of text.
"""

__all__ = ["CALLS", "FLATTERY", "OFFERS", "OWNER", "TESTIMONY", "Row"]

Row = tuple[str, str]

_GOOD = (
    "great|nice|good|awesome|excellent|amazing|wonderful|fantastic|superb|brilliant|outstanding|incredible|terrific|"
    "lovely|cool|perfect|best|interesting|informative|insightful|helpful|useful|valuable|impressive|remarkable|marvelous|"
    "magnificent|fabulous|splendid|fascinating|thoughtful|fine"
)
_PAGE = "post|posts|article|articles|blog|blogs|site|website|webpage|weblog|page|content|write|writeup|blogpost|read|piece|web"
_TOLD = "information|info|stuff|tips|points|point|insights|insight|advice|resource|ideas|details|knowledge|material"
_VERY = "very|really|so|truly|quite|extremely|absolutely|highly|genuinely|actually|definitely|just"

FLATTERY: tuple[Row, ...] = (
    (f"{_GOOD} {_PAGE}", "praise that fits any page"),
    (f"{_GOOD} {_TOLD}", "praise that fits any page"),
    (f"{_GOOD} and|little {_GOOD} {_PAGE}|{_TOLD}", "praise that fits any page, doubled"),
    (f"{_VERY} informative|insightful|helpful|useful|interesting {_PAGE}|{_TOLD}", "praise that fits any page"),
    (f"{_VERY} well written", "praise that fits any page"),
    (f"what|such a|an {_VERY}? {_GOOD} {_PAGE}|{_TOLD}", "praise that fits any page"),
    (
        "keep up the|your|this good|great|excellent|awesome|superb|fantastic|amazing|nice|wonderful|terrific|brilliant work|works|job|writing|posts",
        "praise for the writer, none for what was written",
    ),
    ("keep on? posting|sharing|blogging|updating|writing", "praise for the writer, none for what was written"),
    ("thanks|thank|thx you? so? very? much? for sharing|posting|providing|writing", "thanks that name nothing"),
    (f"thanks|thank you? for this|that|your|the|such|a|an|another {_VERY}? a|an? {_GOOD}", "thanks that name nothing"),
    (
        "i|ive|have have? just? book? bookmarked|bookmark|saved your|this|it",
        "says that the page was kept, which people do in silence",
    ),
    ("will|ill|going to? bookmark|bookmarking your|this|it", "says that the page will be kept"),
    (f"your|this {_PAGE} is|was|are|has {_VERY} {_GOOD}", "praise for the site as such"),
    (f"your {_PAGE} is|are {_VERY}? {_GOOD}", "praise for the site as such"),
    (
        "exactly|just|precisely what i|im|ive was|am|have|been? been? looking|searching for|of",
        "says it is what was looked for, not what that is",
    ),
    ("i|ill|will will? definitely|certainly|surely|for? be|come back", "promises to come back"),
    (
        "recommend|suggest|share|forward it|this|your to my friends|brother|colleagues|followers",
        "promises to pass it on",
    ),
    (
        "i|have|just|accidentally just|have|accidentally? stumbled|came|chanced upon|across your|this blog|site|website|post|article|weblog|page",
        "tells how the page was found",
    ),
    (
        "subscribed|subscribe|subscribing|grab|grabbed to? your rss|feed|feeds|newsletter|blog",
        "feeds and newsletters, whether the page has them or not",
    ),
    ("your rss", "feeds, whether the page has them or not"),
    ("look|looking forward to reading|seeing|checking|reading? more|your|new", "looks forward to more of anything"),
    (
        "you have|made|make|made? some|several|many|a decent|good|valid|fair|great|nice points|point",
        "points that are not named",
    ),
    (
        f"i|we {_VERY}? like|love|enjoy|enjoyed|loved|liked|appreciate|admire reading? your writing|blog|site|website|post|posts|article|articles|work|weblog|style",
        "loves the site as such",
    ),
    (
        "which|what blog|wordpress? theme|template|platform|host are|is|do you|this",
        "asks for the theme or the host, as if in passing",
    ),
    (
        "my brother|cousin|friend|sister|roommate|boss suggested|recommended|told|advised i|me|this",
        "a relative who recommended the site",
    ),
    ("first time|visit commenting|here|to|on your?", "says that it is the first visit"),
    (
        "im|i|am am? impressed|amazed by|with your|the|this writing|blog|site|quality|way|post",
        "pleased with the site as such",
    ),
    ("your writing style|skills|taste|talent", "praise for the writer, none for what was written"),
    ("hats off to", "praise for the writer, none for what was written"),
    ("two|big thumbs up", "praise for the writer, none for what was written"),
    ("spot on with this", "praise that fits any page"),
    (
        "you are|re|youre a|an|such|very|so a|an? talented|gifted|skilled|amazing|great|excellent|professional|knowledgeable blogger|writer|author",
        "praise for the writer, none for what was written",
    ),
    (
        f"{_GOOD} insights|breakdown|overview|perspective|explanation|reminder|summary|guide",
        "praise as a language model words it",
    ),
    (
        "this|your article|post|blog|guide|piece|breakdown really|truly|perfectly|beautifully|clearly? provides|offers|highlights|captures|explains|sheds|covers|breaks",
        "praise as a language model words it",
    ),
    (
        "really|truly|especially|particularly appreciate|appreciated|enjoyed|liked|loved how|the|your you|way|focus|emphasis|point|insights|balance|practical|clear|thoughtful",
        "praise as a language model words it",
    ),
    ("refreshing to see|read|find", "praise as a language model words it"),
    (
        "valuable|practical|actionable|thoughtful|thought insights|insight|advice|tips|provoking|perspective",
        "praise as a language model words it",
    ),
    (
        "спасибо|благодарю за интересную|полезную|отличную|такую|информацию|статью|полезный|интересный|ваш|материал",
        "praise that fits any page (ru)",
    ),
    (
        "отличная|хорошая|интересная|полезная|познавательная|замечательная|шикарная|классная|супер статья|информация|тема|подборка|запись",
        "praise that fits any page (ru)",
    ),
    (
        "отличный|интересный|полезный|хороший|классный|замечательный сайт|блог|пост|материал|ресурс",
        "praise that fits any page (ru)",
    ),
    (
        "toller|guter|schöner|super|interessanter|klasse|hilfreicher beitrag|artikel|blog|bericht|post",
        "praise that fits any page (de)",
    ),
    (
        "tolle|schöne|super|interessante|gute|klasse|informative seite|webseite|website|infos|informationen|homepage",
        "praise that fits any page (de)",
    ),
    (
        "sehr|wirklich guter|toller|interessanter|schöner|informativer|hilfreicher beitrag|artikel|bericht|blog",
        "praise that fits any page (de)",
    ),
    (
        "excellent|super|bon|bel|beau|très article|blog|site|bon|intéressant|beau|billet",
        "praise that fits any page (fr)",
    ),
    ("merci pour ce|cet|votre|le|ces article|partage|blog|informations|site|conseils", "thanks that name nothing (fr)"),
    (
        "excelente|buen|gran|interesante|genial|muy|útil artículo|articulo|blog|post|bueno|interesante|sitio|aporte|información|útil",
        "praise that fits any page (es)",
    ),
    ("gracias por compartir|la|este|esta información|artículo|post?", "thanks that name nothing (es)"),
    (
        "ótimo|otimo|excelente|belo|bom|muito artigo|post|site|bom|blog|conteúdo|legal|texto",
        "praise that fits any page (pt)",
    ),
    (
        "parabéns|parabens|obrigado pelo|por artigo|post|site|blog|conteúdo|compartilhar",
        "praise that fits any page (pt)",
    ),
    (
        "ottimo|bel|bellissimo|interessante|complimenti articolo|post|blog|sito|per|contenuto",
        "praise that fits any page (it)",
    ),
    ("grazie per la|il|aver|questo condivisione|condiviso|articolo|informazioni", "thanks that name nothing (it)"),
    (
        "świetny|ciekawy|fajny|super|interesujący|przydatny|bardzo artykuł|wpis|blog|post|ciekawy|fajny|dobry|pomocny",
        "praise that fits any page (pl)",
    ),
    (
        "harika|güzel|faydalı|süper|çok bir? yazı|paylaşım|makale|site|güzel|faydalı|içerik",
        "praise that fits any page (tr)",
    ),
    (
        "artikel|artikelnya|infonya|informasi|terima yang|sangat|bermanfaat|bagus|menarik|kasih bermanfaat|bagus|menarik|atas|gan|min?",
        "praise that fits any page (id)",
    ),
    ("bài|trang viết|web|chia rất|hay|hữu|sẻ hay|hữu|bổ|ích", "praise that fits any page (vi)"),
    ("感谢分享", "thanks that name nothing (zh)"),
    ("不错的文章", "praise that fits any page (zh)"),
    ("写得很好", "praise that fits any page (zh)"),
    ("好文章", "praise that fits any page (zh)"),
    ("参考になりました", "praise that fits any page (ja)"),
    ("素晴らしい記事", "praise that fits any page (ja)"),
    ("좋은 글", "praise that fits any page (ko)"),
    ("좋은 정보", "praise that fits any page (ko)"),
)

_SITE = "website|site|blog|webpage|domain|homepage"
_FIRM = "business|company|brand|store|shop|practice|agency"

OWNER: tuple[Row, ...] = (
    (f"{_SITE}|web|{_FIRM} owner|owners|admin|webmaster|administrator", "speaks to the owner, not to readers"),
    (
        "hi|hello|dear|hey|attention|attn there? webmaster|admin|administrator|owner|team|blogger",
        "greets an office, not a person",
    ),
    (
        f"your potential|online|website|site {_FIRM}|customers|clients|visitors|traffic|ranking|rankings|presence|visibility|seo",
        "speaks of the site as a business",
    ),
    (
        f"your {_SITE}|{_FIRM} is|isnt|was|has|hasnt|does|doesnt|looks|could|not|keeps missing|losing|ranking|showing|appearing|vulnerable|infected|hacked|listed|blacklisted|flagged|not|loading|be|look|appear|rank|slow|being|broken",
        "finds fault with the site",
    ),
    (
        "unsafe|security|malware|warning|phishing|ssl website|site|warning|warnings|message|certificate|issue|issues|problem|vulnerability on|to|for|your|when",
        "a warning for the owner",
    ),
    (
        f"visiting|browsing|checking|reviewing|visited|reviewed|checked|analyzed|scanned|found|viewing|audited through|out|over|at? your {_SITE}",
        "tells the owner of a visit",
    ),
    (f"came across your {_SITE}|{_FIRM}", "tells the owner of a visit"),
    (f"on|for|of|to|about|with your {_SITE}|{_FIRM} and|to|that|for|we|so|today", "speaks of the site as a business"),
    (
        f"grow|boost|promote|improve|increase|skyrocket|scale your {_FIRM}|{_SITE}|online|sales|traffic|visibility|ranking|rankings|revenue",
        "offers to make the business grow",
    ),
    (
        f"get|put|bring|take|push|rank|promote|optimize|optimise|redesign|rebuild|revamp your {_SITE}|{_FIRM}",
        "offers to work on the site",
    ),
    (
        "help|helping|helped businesses|companies|brands|owners|websites|you grow|rank|increase|boost|get|like|improve|fix|generate",
        "offers to make the business grow",
    ),
    (
        "drive|bring|get|send|generate you? more|targeted|organic|quality|real traffic|visitors|customers|leads|sales|clients",
        "promises visitors",
    ),
    ("more|new|targeted|organic|qualified customers|clients|traffic|visitors|leads|sales", "promises visitors"),
    ("first|1st|top|front page|spot|position of|on|in google|googles|search", "search engines' first page"),
    (
        "rank|ranking|ranks|appear|visible on|in|higher|number|at|for google|search|on|in|one|1|your|the",
        "search engines' first page",
    ),
    (
        "search engine|engines optimization|optimisation|ranking|rankings|results|visibility",
        "search engines' first page",
    ),
    ("domain authority", "what link sellers measure"),
    ("dofollow", "what link sellers measure"),
    ("quality|permanent|niche|contextual|cheap|manual|pbn|edu backlink|backlinks", "deals in links"),
    ("guest|sponsored post|posts|posting|article|articles|content|blogging", "asks for room for an article"),
    ("write|submit|contribute|publish an|a article|post|guest|content for|on your", "asks for room for an article"),
    (
        "link|links|backlink|backlinks exchange|insertion|building|placement|partnership|packages|package",
        "deals in links",
    ),
    ("contact|feedback form|forms", "says that the contact form was used"),
    (
        "would|are|do|if you be? interested|like|want|need in|to|more|a|help free|know|learn|increase|customers|traffic|quote|grow|boost|rank|improve|quick|chat|call|discuss|see",
        "a stranger's question that leads to an offer",
    ),
    (
        "let|just me|reply know|to|back if|this|and|with|yes you|email|message|interested|ill|or",
        "waits for the owner's answer",
    ),
    (
        "владелец|владельцу|владельцам|администратору|администрации сайта|ресурса|блога|бизнеса",
        "speaks to the owner (ru)",
    ),
    (
        "ваш|вашего|вашем|вашему|вашу сайт|сайта|сайте|сайту|бизнес|бизнеса|компанию|компании",
        "speaks of the site as a business (ru)",
    ),
    (
        "ihre|ihrer|ihrem webseite|website|homepage|unternehmen|firma|kunden|onlineshop",
        "speaks of the site as a business (de)",
    ),
    ("votre site|entreprise|référencement|visibilité|activité", "speaks of the site as a business (fr)"),
    ("su|tu sitio|página|empresa|negocio|posicionamiento web?", "speaks of the site as a business (es)"),
    ("seu|sua site|empresa|negócio|página|blog para|no|na|pode|está", "speaks of the site as a business (pt)"),
    ("vostro|suo|tuo sito|azienda|posizionamento", "speaks of the site as a business (it)"),
    ("twoja|twojej|państwa strona|strony|strony|firma|firmy|witryna", "speaks of the site as a business (pl)"),
)

OFFERS: tuple[Row, ...] = (
    (
        "we|i can|also|are? offer|offering|provide|providing|specialize|specialise|sell|deliver|supply|guarantee a|an|the|in|high|quality|best|professional|affordable|all|you|your|free|cheap|services|loans|loan",
        "offers its services",
    ),
    (
        "our team|company|services|service|products|customers|clients|prices|agency|store|shop|experts|professionals|packages|rates|website|platform|office|firm",
        "speaks as a firm",
    ),
    (
        "seo|marketing|web|website|app|software|essay|thesis|assignment|dissertation|escort|cleaning|moving|plumbing|roofing|hosting|towing|limo|repair|promotion service|services|expert|experts|agency|company|specialist|development|design|developer|writers|help",
        "names its trade",
    ),
    (
        "affordable|cheap|cheapest|low|lowest|competitive|reasonable|unbeatable|wholesale|discounted price|prices|rates|rate|cost",
        "prices",
    ),
    (
        "free consultation|quote|quotes|trial|shipping|delivery|audit|estimate|sample|samples|bonus|spins|gift|report|demo|coins|followers|robux|gems|registration|analysis",
        "given away",
    ),
    ("money|moneyback back? guarantee|guaranteed", "guarantees"),
    ("100% guaranteed|satisfaction|safe|free|legit|secure|working|money|natural", "guarantees"),
    ("satisfaction guaranteed", "guarantees"),
    ("24 7 support|service|customer|available", "guarantees"),
    (
        "no|without a? prescription|rx|collateral|credit|deposit|experience check|checks|needed|required|bonus?",
        "nothing is asked for",
    ),
    ("buy|order|purchase cheap|generic|real|original|verified|discount|authentic|online", "sells"),
    ("buy|order|shop|purchase * * ? online|cheap", "sells"),
    ("discount|promo|coupon|voucher|referral|bonus code|codes|coupon|coupons", "prices"),
    ("special|limited|exclusive|best time? offer|offers|deal|deals|discount", "prices"),
    (
        "earn|earning|make|making|made|earned|get|win|salary|receive up? to? over? between? from? around? $? * per|a|every|each|daily|weekly hour|day|week|month?",
        "money to be made",
    ),
    (
        "earn|make|making|earning|made extra|real|easy|good|serious|quick|passive money|cash|income|profit|profits",
        "money to be made",
    ),
    ("make|making|earn|earning money online|from|fast|easily|at|while", "money to be made"),
    ("work|working|job|jobs|earn|income|money from home", "work at home"),
    (
        "passive|extra|online|guaranteed|weekly|daily|steady income|profit|profits|returns|payouts|earnings",
        "money to be made",
    ),
    (
        "loan|loans|lender|lenders|financing|funding offer|offers|at|company|firm|of|available|services|approval|without|with|from",
        "lends money",
    ),
    (
        "personal|business|payday|quick|fast|instant|urgent|online|private|bad loan|loans|lender|lenders|credit|cash",
        "lends money",
    ),
    ("interest rate of|at|as", "lends money"),
    ("instant|fast|quick|same approval|payout|payouts|withdrawal|delivery|day|access|profit", "at once"),
    (
        "high|real|quality|authority|dofollow|niche|permanent quality? authority? backlinks|links|followers|subscribers|likes|views",
        "deals in links and followers",
    ),
    ("whether youre|you looking|need|are|want", "an advert's sentence"),
    (
        "looking|searching for a|an|the|professional|reliable|affordable|best|cheap|quality reliable|professional|trusted|affordable|best|top|quality|experienced|local",
        "an advert's sentence",
    ),
    (
        "best|top|leading|trusted|premier|reliable|professional|certified online? casino|casinos|agency|company|services|provider|supplier|institute|academy|platform|broker|store|escorts|solutions|training|clinic|lawyer|lawyers|contractor|movers",
        "an advert's superlative",
    ),
    ("мы предлагаем|оказываем|предоставляем|продаем|занимаемся|производим", "offers (ru)"),
    ("предлагаем|предлагаю вам|услуги|широкий|большой|качественные|лучшие|купить|заказать", "offers (ru)"),
    ("купить|заказать|продажа|аренда|продам * * ? недорого|дешево|онлайн|с|в|москве|доставкой|цена", "offers (ru)"),
    ("низкие|выгодные|лучшие|доступные|приемлемые цены|ценам|условия|цене|бонусы", "prices (ru)"),
    ("заработок|заработать|зарабатывать|зарабатывай|доход|подработка в|от|на|без|онлайн|до", "money to be made (ru)"),
    ("онлайн казино|займ|займы|кредит|заработок|ставки", "money (ru)"),
    ("wir bieten|verkaufen|liefern|vermitteln|vergeben|helfen ihnen", "offers (de)"),
    (
        "unser|unsere|unserem|unseren team|shop|service|kunden|angebot|angebote|produkte|leistungen|webseite",
        "speaks as a firm (de)",
    ),
    ("kredit|kredite|darlehen|geld von|ohne|online|zwischen|für|leihen|verdienen", "lends money (de)"),
    ("günstig|billig|online|rezeptfrei|jetzt kaufen|bestellen|sichern", "sells (de)"),
    ("nous|je offrons|proposons|propose|octroie|accordons|mets", "offers (fr)"),
    (
        "offre|prêt|prêts|crédit de|entre|rapide|particulier|personnel|prêt particuliers|prêt|crédit|et?",
        "lends money (fr)",
    ),
    ("ofrecemos|ofrezco|otorgamos un|una|préstamos|préstamo|servicios|servicio|los|la|el", "offers (es)"),
    ("préstamo|préstamos|prestamo|prestamos|crédito de|rápido|personales|dinero|urgente|entre|sin", "lends money (es)"),
    ("oferecemos|ofereço|concedemos um|uma|empréstimos|empréstimo|serviços|os|a|o", "offers (pt)"),
    ("ganhar|ganhe|ganhando dinheiro|renda|até|online|seguidores|bônus", "money to be made (pt)"),
    ("offriamo|offro|concediamo un|una|prestiti|prestito|servizi|i|il", "offers (it)"),
    (
        "oferujemy|oferuję|pożyczka|pożyczki|kredyt|tanie|skup bez|online|dla|od|usługi|szybko|pożyczki|noclegi|kredyty",
        "offers (pl)",
    ),
    (
        "deneme|bahis|casino|slot|canlı|güvenilir|kaçak bonusu|siteleri|sitesi|bahis|casino|iddaa|oyunları",
        "gambling (tr)",
    ),
    (
        "slot|judi|situs|agen|bandar|togel|poker gacor|online|slot|judi|terpercaya|pulsa|resmi|togel|maxwin|dana",
        "gambling (id)",
    ),
    ("pinjaman|dana|kredit online|cepat|tanpa|tunai|uang|darurat", "lends money (id)"),
    ("cho vay", "lends money (vi)"),
    ("nhà|cá cái|cược uy|bóng|online|trực", "gambling (vi)"),
    ("办理", "offers papers (zh)"),
    ("博彩", "gambling (zh)"),
    ("娱乐城", "gambling (zh)"),
    ("娛樂城", "gambling (zh)"),
    ("百家乐", "gambling (zh)"),
    ("代开发票", "sells invoices (zh)"),
    ("包邮", "sells (zh)"),
    ("厂家直销", "sells (zh)"),
    ("日赚", "money to be made (zh)"),
    ("激安", "sells copies (ja)"),
    ("スーパーコピー", "sells copies (ja)"),
    ("副業", "work at home (ja)"),
    ("送料無料", "sells (ja)"),
    ("카지노", "gambling (ko)"),
    ("바카라", "gambling (ko)"),
    ("토토사이트", "gambling (ko)"),
    ("สล็อต", "gambling (th)"),
    ("บาคาร่า", "gambling (th)"),
    ("คาสิโน", "gambling (th)"),
    ("เงินกู้", "lends money (th)"),
    ("كازينو", "gambling (ar)"),
    ("نقدم", "offers (ar)"),
)

CALLS: tuple[Row, ...] = (
    ("click|tap|press here|below|this|the|my|on link|here|now|below|this|the?", "tells readers to click"),
    ("check|checkout|chek out? my|our|mine", "tells readers to look elsewhere"),
    ("check this|it out", "tells readers to look elsewhere"),
    (
        "visit|see|browse|explore|try|view my|our|us|mine site|website|web|page|blog|channel|profile|link|homepage|store|shop|video|videos|official|at|today|here?",
        "tells readers to look elsewhere",
    ),
    ("visit|see this|the site|website|page|link", "tells readers to look elsewhere"),
    (
        "contact|email|call|message|text|reach|dm|pm|inbox|whatsapp|telegram|add|write me|us out? now|today|on|via|at|directly|for|if?",
        "tells readers to get in touch",
    ),
    ("dm|inbox|pm me|us", "tells readers to get in touch"),
    (
        "sign|join|register|apply|order|download|enroll|book|buy|shop|call|deposit|claim|hurry|get|subscribe|start up? now|today",
        "tells readers to act at once",
    ),
    (
        "join us|our|my|the|this now|today|telegram|whatsapp|group|channel|team|discord|community",
        "tells readers to join",
    ),
    ("subscribe|sub|subs|follow|like to? my|me|our|back|us channel|page|back|for|and?", "asks for followers"),
    (
        "my|our youtube|new|own|first|music|gaming|official|latest? channel|video|videos|song|cover|mixtape|website|webpage|homepage|weblog|web",
        "points to something of one's own",
    ),
    ("here is|heres|are my|our|the|a link|site|website|homepage|web|blog|webpage|page", "points elsewhere"),
    ("feel free to visit|check|contact|surf|stop|browse|call|take|reach|message|dm|email", "invites readers elsewhere"),
    (
        "dont|never hesitate|forget|miss to|this|out visit|check|contact|subscribe|try|call|like?",
        "invites readers elsewhere",
    ),
    ("also|please visit|check|see|look|review|surf my|our|at|into", "invites readers elsewhere"),
    (
        "look|looking|stop|take at|into|by|a my|look|our web|site|homepage|page|blog|website|webpage|at",
        "invites readers elsewhere",
    ),
    (
        "for|get|find|know|learn|read|see more|further|additional|detailed information|info|details|about|at|here|on|tips|visit",
        "invites readers elsewhere",
    ),
    ("read|learn|find|see out? more here|at|on|about", "invites readers elsewhere"),
    ("get started|yours|instant|in today|now|here|access|touch", "tells readers to act at once"),
    ("link|links in|is|on|below my|the|in? bio|profile|description|bio?", "points to the profile"),
    ("read|see|look|check|view|dont at? my|read name|profile|bio|username|picture|pinned|my", "points to the profile"),
    (
        "search|google|look|type it|for|up|him|her|on up|on|google|her|his|him|this|telegram|youtube",
        "points elsewhere without a link",
    ),
    (
        "переходите|перейти|переходи|жми|жмите|заходите|заходи|смотрите|кликай по|на|тут|здесь|сюда|в|к ссылке|сайт|нам|профиль|канал|ссылку?",
        "calls to act (ru)",
    ),
    (
        "пишите|пиши|звоните|обращайтесь|напишите|звони мне|нам|в|сейчас|на|по личку|лс|телефону|телеграм|почту?",
        "calls to act (ru)",
    ),
    ("подробнее|подробности на|по|здесь|тут|в|о|про", "calls to act (ru)"),
    (
        "подписывайтесь|подпишись|подписывайся|регистрируйтесь|регистрируйся|закажите|оставьте|оформите на|сейчас|у|заявку|прямо|и|по",
        "calls to act (ru)",
    ),
    (
        "klicken|besuchen|kontaktieren|schauen|schau|erfahren|schreiben|melden sie|hier|mal|doch|mehr|mir|uns",
        "calls to act (de)",
    ),
    ("hier|jetzt klicken|bestellen|anmelden|kaufen|informieren|anfragen", "calls to act (de)"),
    (
        "cliquez|visitez|contactez|découvrez|consultez|rendez|écrivez|inscrivez ici|sur|nous|moi|notre|mon|vous|le",
        "calls to act (fr)",
    ),
    (
        "haz|visita|visite|contáctanos|contáctame|contacta|entra|escríbeme|llama|regístrate clic|click|nuestra|nuestro|mi|nos|con|en|por|aquí|ya|al|ahora",
        "calls to act (es)",
    ),
    (
        "clique|visite|acesse|entre|confira|conheça|chame|fale|cadastre|saiba aqui|nosso|meu|o|em|no|já|agora|conosco|mais|nossa|se",
        "calls to act (pt)",
    ),
    (
        "clicca|visita|contattami|contattaci|contattare|scopri|iscriviti qui|il|subito|ora|via|su|nostro|al",
        "calls to act (it)",
    ),
    ("kliknij|zapraszam|zapraszamy|sprawdź|odwiedź|zobacz tutaj|na|do|tu|też|moją|naszą|stronę", "calls to act (pl)"),
    (
        "klik|kunjungi|daftar|hubungi|gabung|cek di|sini|situs|sekarang|kami|link|admin|segera|bio|profil|wa",
        "calls to act (id)",
    ),
    ("hemen|bize|sitemizi tıklayın|tıkla|ulaşın|ziyaret|üye|kayıt", "calls to act (tr)"),
    ("liên|truy|đăng hệ|cập|ký ngay|zalo|với|tại|qua", "calls to act (vi)"),
    ("点击", "calls to act (zh)"),
    ("联系我", "calls to act (zh)"),
    ("加微信", "calls to act (zh)"),
    ("咨询", "calls to act (zh)"),
    ("こちらから", "calls to act (ja)"),
    ("클릭", "calls to act (ko)"),
    ("คลิก", "calls to act (th)"),
    ("สมัคร", "calls to act (th)"),
    ("แอดไลน์", "calls to act (th)"),
    ("اضغط هنا", "calls to act (ar)"),
    ("تواصل معنا", "calls to act (ar)"),
)

TESTIMONY: tuple[Row, ...] = (
    (
        "helped|help|helps me|us to? recover|get|win|make|earn|restore|regain|retrieve|reunite|cure",
        "a stranger who helped",
    ),
    (
        "my|lost|stolen|scammed|the lost|stolen funds|bitcoin|bitcoins|crypto|cryptocurrency|money|investment|usdt|btc|assets",
        "lost money brought back",
    ),
    (
        "recover|recovered|recovering|retrieve my|your|all|back lost|stolen|funds|money|bitcoin|crypto|account|wallet",
        "lost money brought back",
    ),
    ("recovery|funds|crypto|asset|bitcoin expert|agent|agents|specialist|recovery|experts|hacker", "recovery agents"),
    (
        "professional|ethical|certified|genuine|legit|real|reliable|trusted hacker|hackers|lender|caster|trader|broker",
        "hackers and traders to be trusted",
    ),
    (
        "spell|love|voodoo|black|lottery|powerful|herbal|traditional caster|casters|spell|spells|healer|doctor|magic|herbs|herb|medicine",
        "spells",
    ),
    ("my ex|husband|wife|lover|boyfriend|girlfriend back|came|returned|left", "a lover brought back"),
    ("all|special|big|many thanks to mr|mrs|dr|expert|him|her|doctor|this", "names the benefactor"),
    ("i|started invested|trading|investing with|under * ? mr|mrs|expert|him|her|guidance|$", "a trader to be trusted"),
    (
        "mr|mrs|dr|miss|madam|expert|doctor * * ? helped|trading|platform|through|via|trades|strategy|signals|investment",
        "a benefactor with a title",
    ),
    ("his|her|their email|whatsapp|telegram|number|gmail|contact", "how the benefactor is reached"),
    (
        "contact|reach|message|text|write|email|call|reached|contacted him|her|dr|doctor|mr|mrs out? on|via|through|at|now|today?",
        "how the benefactor is reached",
    ),
    ("financial freedom|advisor|adviser|independence", "a life changed"),
    ("changed|change|changing my|your|our life|lives", "a life changed"),
    ("my portfolio|profits|withdrawal|withdrawals|earnings|winnings", "money that comes out"),
    ("i am|was|want|will so|very|here|to happy|glad|share|testify|give my|this|to|about", "a testimonial's opening"),
    (
        "auto|bisa|langsung|sering|pasti|gampang|mudah|dapat wd|jackpot|jp|jepe|menang|cuan|maxwin|sultan|scatter",
        "winnings (id)",
    ),
    ("выиграл|вывел|заработал|поднял уже|больше|за|более|тут|там|деньги|на", "winnings (ru)"),
)
