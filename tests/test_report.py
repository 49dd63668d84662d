"""The page about an evaluation: its figures, what it quotes, that it is safe, and how a real browser takes it."""

import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from hashlib import sha256
from html.parser import HTMLParser

import browser
import matplotlib as mpl
import pytest
from conftest import PROJECT

from modspam import Comment, Moderator
from modspam.cli import main
from modspam.corpora import Example, Source
from modspam.evaluate import evaluate
from modspam.groups import by_language, by_length, grouped
from modspam.model import bundled_path
from modspam.report import render
from modspam.report.figures import costs_of, groups_of, misses_of, reliability_of, shares_of
from modspam.report.passages import pieces, visible
from modspam.verdict import Reason

SPAM = (
    "Visit http://loans.example.com for cheap loans and casino bonus offers today",
    "Hi #WEBSITE# owner, your pages are missing from Google, we can help",
    "I earn $900 a day from home, ask me how on WhatsApp +1 555 0100",
    "Buy followers cheap, real people, fast delivery: http://followers.example.com",
    "Недорогие кредиты онлайн без справок, переходите на http://kredit.example.ru",
    "I like it.",
)
HAM = (
    "Mine stayed flat in the middle until I let the dough rest overnight.",
    "Does this work with rye as well, or does it need more water then?",
    "Thank you, the second photograph made it click for me.",
    "I disagree: the old oven was better, and nobody asked for a new one.",
    "Cheap casino bonus and cheap loans online, visit http://bonus.example.org today",  # whoever labelled this
    "Спасибо, у меня тоже получилось, только тесто стояло дольше.",
)
EXAMPLES = [
    *(Example(Comment(text, author="Ana"), True, "blog-a", text) for text in SPAM),
    *(Example(Comment(text), False, "blog-b", text) for text in HAM),
]
# What a stranger may write into any field.
HOSTILE = (
    '</p></blockquote><script>alert(1)</script><img src=x onerror=alert(2)>" onmouseover="alert(3)" \'--> <!-- '
    "{{ 7 * 7 }} {% raw %} &lt;b&gt; \u202edesrever\u202c \x00\x1b[31m \ud800 c\u200cheap https://pills.example.com/?a=1&b=2"
)
SECTIONS = (
    "summary",
    "curves",
    "reliability",
    "thresholds",
    "language",
    "length",
    "source",
    "author",
    "misses",
    "model",
)
CELLS = {"dd", "dt", "h1", "h2", "h3", "li", "p", "small", "span", "td", "th"}  # what stands by itself
VOID = {"meta", "br", "img", "input", "link", "hr", "base"}


class Page(HTMLParser):
    """The page taken apart: its elements, and what is written where."""

    # ruff: noqa: D102 - the methods are the parser's

    def __init__(self, html):
        super().__init__()
        self.elements, self.open, self.texts, self.marks = [], [], {}, []
        self.feed(html)
        self.close()
        assert self.open == [], "an element is left open"

    def handle_startendtag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.elements.append((tag, attributes))
        if tag == "mark":
            self.marks.append([attributes, ""])
        if tag not in VOID:
            self.open.append((tag, attributes.get("id", "")))

    def handle_endtag(self, tag):
        assert self.open[-1][0] == tag, f"{tag} ends where it should not"
        if tag in CELLS:
            self.handle_data(" ")
        self.open.pop()

    def handle_data(self, text):
        for tag, name in self.open:
            if name:
                self.texts[name] = self.texts.get(name, "") + text
            if tag in {"title", "blockquote", "h1"}:
                self.texts[tag] = self.texts.get(tag, "") + text
        if any(tag == "mark" for tag, _ in self.open):
            self.marks[-1][1] += text

    def rows(self, section):
        """The words of a section, in one line."""
        return " ".join(self.texts[section].split())


@pytest.fixture(scope="module")
def evaluation(moderator):
    return evaluate(moderator, EXAMPLES, "comments.jsonl", evasions=True)


@pytest.fixture(scope="module")
def html(moderator, evaluation):
    return render([evaluation], moderator, bundled_path())


@pytest.fixture(scope="module")
def page(html):
    return Page(html)


# What is on it


def test_every_section_is_there_and_can_be_reached(page):
    anchors = [attributes["href"] for tag, attributes in page.elements if tag == "a"]
    assert anchors == [f"#{name}" for name in (*SECTIONS[:8], "evasions", *SECTIONS[8:])]
    names = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(names) == len(set(names))
    assert {anchor[1:] for anchor in anchors} < set(names)


def test_the_summary_tells_the_figures_of_the_evaluation(page, evaluation):
    metrics, told = evaluation.metrics, page.rows("summary")
    for interval, digits in (
        (metrics.false_positive_rate, 2), (metrics.recall, 1), (metrics.recall_at_1, 1), (metrics.recall_at_5, 1),
    ):  # fmt: skip
        value, low, high = (f"{share:.{digits}%}" for share in interval)
        assert f"{value} {low} to {high}" in told
    area = metrics.roc_area_loss
    assert f"{area.value:.3f} {area.low:.3f} to {area.high:.3f}" in told
    assert f"{metrics.mcc:.3f}" in told
    assert f"{metrics.brier:.4f}" in told
    assert "12 6 spam, 6 ham" in told
    assert evaluation.digest in told


def test_the_model_is_told_apart_by_its_digest_and_its_card(page, moderator):
    told = page.rows("model")
    assert sha256(bundled_path().read_bytes()).hexdigest() in told
    assert f"{moderator.model.card['comments']['spam']:,} spam" in told
    assert f"{moderator.threshold:.4f}" in told


def test_the_reliability_table_is_the_evaluations(page, evaluation):
    rows = reliability_of(evaluation.scored, evaluation.metrics)
    assert tuple(row.counted for row in rows) == evaluation.metrics.reliability
    for row in rows:
        counted = row.counted
        assert f"{counted.low:.2f}–{counted.high:.2f} {counted.comments} {counted.mean_probability:.1%}" in page.rows(
            "reliability"
        )


def test_reliability_is_weighed_as_if_spam_were_as_frequent_as_ham(moderator):
    ham = [text + more for text in HAM[:4] for more in ("", " Really.", " It is so, and was so before.")]
    result = evaluate(moderator, [*EXAMPLES[:6], *(Example(Comment(text), False, "", text) for text in ham)], "uneven")
    scored = result.scored
    for row in reliability_of(scored, result.metrics):
        inside = (row.counted.low <= scored.probabilities) & (scored.probabilities < row.counted.high + 1e-9)
        spam, honest = (inside & scored.spam).sum() / 6, (inside & ~scored.spam).sum() / 12
        assert row.found.value == pytest.approx(spam / (spam + honest))
        assert row.found.low <= row.found.value <= row.found.high


def test_each_threshold_costs_what_verdicts_at_it_cost(page, evaluation, moderator):
    costs = costs_of(evaluation.scored, moderator.model, moderator.threshold)
    assert [cost.threshold for cost in costs] == sorted(cost.threshold for cost in costs)
    for cost in costs:
        at_it = Moderator(moderator.model, cost.threshold)
        flagged = [at_it.check(example.comment).flagged for example in EXAMPLES]
        assert (cost.spam_found, cost.ham_flagged) == (sum(flagged[:6]), sum(flagged[6:])), cost
    table = moderator.model.thresholds
    assert {cost.threshold: cost.promised for cost in costs if cost.promised} == {
        row.threshold: row.false_positive_rate for row in table
    }
    current = next(cost for cost in costs if cost.current)
    assert (current.threshold, current.shipped) == (moderator.threshold, True)
    assert current.ham_flagged / 6 == evaluation.metrics.false_positive_rate.value
    assert f"{moderator.threshold:.4f}in use here, the model’s own promised 0.5%" in page.rows("thresholds")


def test_the_threshold_for_a_rate_of_the_ham_here_flags_exactly_what_is_above_it(moderator):
    ham = [f"{text} {word}" for text in HAM for word in "Then now here there once twice ever never so also".split()]
    ham += [f"{text} {word}" for text in HAM for word in "maybe likely hardly often".split()]
    result = evaluate(moderator, [*EXAMPLES[:6], *(Example(Comment(t), False, "", t) for t in ham)], "much ham")
    assert result.metrics.ham == 84
    costs = costs_of(result.scored, moderator.model, moderator.threshold)
    assert {cost.rate: cost.ham_flagged for cost in costs if cost.rate} == {0.05: 4}
    found = next(cost.spam_found for cost in costs if cost.rate)
    assert found / 6 == result.metrics.recall_at_5.value


def test_a_threshold_of_ones_own_is_marked_beside_the_models(moderator):
    own = Moderator(moderator.model, 0.25)
    told = Page(render([evaluate(own, EXAMPLES, "mine")], own, bundled_path()))
    assert "0.2500in use here" in told.rows("thresholds")
    assert f"{moderator.threshold:.4f}the model’s own" in told.rows("thresholds")
    assert "measured at 0.2500" in told.rows("model")


def test_a_groups_figures_are_those_of_its_comments_alone(page, evaluation, moderator):
    for groups in (by_length(EXAMPLES), by_language(EXAMPLES)):
        measured = groups_of(evaluation.scored, groups, moderator.threshold)
        assert [group.name for group in measured] == [name for name, rows in groups.items() if rows.any()]
        for group in measured:
            inside = [example for example, row in zip(EXAMPLES, groups[group.name], strict=True) if row]
            alone = evaluate(moderator, inside, "alone").metrics
            assert group.metrics == alone, group.name
    assert "Cyrillic script" in page.rows("language")
    assert "blog-a" in page.rows("source")
    assert "with a name" in page.rows("author")
    assert "51 to 200 characters" in page.rows("length")


def test_of_very_many_groups_the_smallest_are_taken_together(evaluation, moderator):
    labels = ["large"] * 4 + ["also large"] * 3 + [f"site {number}" for number in range(5)]
    many = evaluation.scored.part([*range(12), *range(12), *range(12)])
    groups = groups_of(many, grouped(labels + [f"more {number}" for number in range(24)]), moderator.threshold)
    assert len(groups) == 20
    assert [group.name for group in groups][:2] == ["large", "also large"]
    assert groups[-1].name == "12 others"
    assert sum(group.metrics.spam + group.metrics.ham for group in groups) == 36


def test_what_did_not_happen_is_bounded_by_the_rule_of_three(moderator):
    result = evaluate(moderator, EXAMPLES[6:10], "ham")  # four honest comments that nobody would flag
    ham_flagged, spam_found = shares_of(result.scored, result.metrics)
    assert (ham_flagged.flagged, ham_flagged.total, ham_flagged.interval) == (0, 4, (0, 0, 0.75))
    assert spam_found is None
    assert "0.00% at most 75.00%" in Page(render([result], moderator, bundled_path())).rows("summary")


def test_each_evasion_has_its_row_the_worst_first(page, evaluation):
    told = page.rows("evasions")
    rows = sorted(evaluation.evasions.items(), key=lambda row: row[1][0])
    places = [told.index(f" {name} ") if f" {name} " in told else told.index(name) for name, _ in rows]
    assert len(places) == len(evaluation.evasions)
    for name, (found, lost) in rows:
        change = f"{100 * (found - evaluation.metrics.recall_at_1.value):+.1f}".replace("-", "−")
        assert re.search(rf"{re.escape(name)}.*?{found:.1%} {re.escape(change)} {lost:.2%}", told), name
    shares = [float(share) for share in re.findall(r"(\d+\.\d)% [+−]", told)]
    assert shares == sorted(shares)


# What it quotes


def test_the_worst_misses_come_first(page, evaluation, moderator):
    scored = evaluation.scored
    for spam, label in ((True, "spam"), (False, "ham")):
        misses = misses_of(scored, moderator, spam)
        scores = [miss.verdict.score for miss in misses]
        assert scores == sorted(scored.scores[scored.spam == spam].tolist(), reverse=not spam)
        told = page.rows(f"misses-{label}")
        places = [told.index(" ".join(miss.example.comment.text.split())) for miss in misses]
        assert places == sorted(places)
        for miss in misses:
            assert f"{miss.verdict.score:+.2f}".replace("-", "−") + " log-odds of spam" in told


def test_marks_hold_what_their_reason_saw(page, evaluation, moderator):
    """In each comment, a mark's text lies in a span of the reason that it names."""
    misses = [miss for spam in (False, True) for miss in misses_of(evaluation.scored, moderator, spam)]
    marks = iter(page.marks[2:])  # the first two explain what marks look like
    count = 0
    for miss in misses:
        text, reasons = miss.example.comment.text, miss.verdict.reasons
        for piece in pieces(text, reasons):
            if piece.reason:
                attributes, marked = next(marks)
                reason = reasons[int(attributes["data-reason"]) - 1]
                assert marked == piece.text
                assert any(marked in text[start:end] for start, end in reason.spans)
                assert attributes["class"] == ("spam" if reason.contribution > 0 else "ham")
                count += 1
    assert count > 20
    assert next(marks, None) is None
    assert any(text == "#WEBSITE#" for _, text in page.marks)


def test_pieces_of_a_short_text_are_all_of_it(moderator):
    for text in SPAM + HAM:
        assert "".join(piece.text for piece in pieces(text, moderator.check(text).reasons)) == text


def test_a_long_text_is_cut_around_its_evidence():
    text = "b" * 100 + "m" * 3000 + "EVIDENCE" + "m" * 3000 + "more" + "e" * 20_000
    at, more = text.index("EVIDENCE"), text.index("more")
    weak = [Reason("weak", 0.1, "", ((start, start + 1),)) for start in range(7000, 20_000, 500)]
    reasons = [Reason("strong", 3.0, "", ((at, at + 8),)), Reason("other", -1.0, "", ((more, more + 4),)), *weak]
    cut = list(pieces(text, reasons))
    assert cut[0].text.startswith("b" * 100)
    assert sum(len(piece.text) for piece in cut) <= 800
    assert sum(len(piece.text) + piece.cut for piece in cut) == len(text)
    assert [(piece.text, piece.reason, piece.spam) for piece in cut if len(piece.text) in {4, 8}] == [
        ("EVIDENCE", 1, True), ("more", 2, False),
    ]  # fmt: skip
    assert cut[-1].cut > 1000


def test_a_long_text_without_evidence_is_shown_as_far_as_it_fits():
    assert [(len(piece.text), piece.cut) for piece in pieces("a" * 5000, ())] == [(800, 0), (0, 4200)]
    assert [len(piece.text) for piece in pieces("a" * 810, ())] == [810]  # ten letters are not worth a cut


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\u202eb", 'a<i class="hidden">U+202E</i>b'),
        ("\x00\x1b\ud800", '<i class="hidden">U+0000</i><i class="hidden">U+001B</i><i class="hidden">U+D800</i>'),
        ("c\u200bas\u200dino", 'c<i class="hidden">U+200B</i>as<i class="hidden">U+200D</i>ino'),
        ("می\u200cخواهم \U0001f469\u200d\U0001f52c", "می\u200cخواهم \U0001f469\u200d\U0001f52c"),  # needed there
        ("two\r\nlines\tand a tab", "two\nlines\tand a tab"),
        ("שלום", "שלום"),
    ],
    ids=["direction", "control", "zero width", "joiners that writing needs", "white space", "right to left"],
)
def test_hidden_characters_are_shown_and_others_left_alone(text, shown):
    assert visible(text) == shown


# What it must not do


def hostile(label, text=HOSTILE):
    comment = Comment(text, author=HOSTILE, author_url="javascript:" + HOSTILE, page_title=HOSTILE)
    return Example(comment, label == "spam", HOSTILE, text, HOSTILE, HOSTILE)


@pytest.fixture(scope="module")
def hostile_html(moderator):
    examples = [*EXAMPLES, hostile("spam"), hostile("ham", f"{HOSTILE} and this is why")]
    return render(
        [evaluate(moderator, examples, HOSTILE, evasions=True)], moderator, bundled_path(),
        [Source(HOSTILE, "0", 1, 1)],
    )  # fmt: skip


def test_a_strangers_markup_stays_text(page, hostile_html):
    told = Page(hostile_html)
    assert {tag for tag, _ in told.elements} == {tag for tag, _ in page.elements}
    allowed = {name for _, attributes in page.elements for name in attributes}
    assert {name for _, attributes in told.elements for name in attributes} <= allowed
    assert "<script>alert(1)</script>" in told.texts["blockquote"].replace("\n", "")
    assert "{{ 7 * 7 }}" in told.texts["blockquote"]
    assert "&lt;b&gt;" in told.texts["blockquote"]
    assert "U+202Edesrever" in told.texts["misses"]
    for section in ("language", "source", "misses", "h1", "title"):
        assert "alert(1)" in told.texts[section]
    assert not re.search("[\x00\x1b\u202e\u202c\ud800]", hostile_html)
    assert "c\u200cheap" not in hostile_html.partition("<body>")[2]
    hostile_html.encode()


@pytest.mark.parametrize("of", ["html", "hostile_html"])
def test_nothing_is_loaded_or_run_or_linked(of, request):
    whole = request.getfixturevalue(of)
    page = Page(whole)
    for tag, attributes in page.elements:
        assert tag not in {"script", "link", "img", "iframe", "object", "embed", "form", "base", "image"}
        for name, value in attributes.items():
            assert not name.startswith("on")
            assert name not in {"src", "srcset", "action", "poster", "data"}
            if name in {"href", "xlink:href"}:
                assert value.startswith("#")
            assert not re.search(r"url\((?!#)|javascript:|@import", value or "")
    (style,) = re.findall(r"<style>(.*?)</style>", whole, re.DOTALL)
    assert "url(" not in style
    assert "@import" not in style
    policy = next(a["content"] for tag, a in page.elements if a.get("http-equiv") == "Content-Security-Policy")
    assert "default-src 'none'" in policy


def test_it_says_that_it_is_private(html):
    assert "Keep it as private as the comments themselves" in html


def test_drawings_say_what_they_show_and_take_the_pages_colours(html, page):
    drawings = [attributes for tag, attributes in page.elements if tag == "svg"]
    assert len(drawings) == 4
    for attributes in drawings:
        assert attributes["role"] == "img"
        assert page.texts[attributes["aria-labelledby"]]
    assert "#01010" not in html
    assert "var(--ink)" in html
    names = {attributes["id"] for _, attributes in page.elements if "id" in attributes}
    assert set(re.findall(r"url\(#([^)]+)\)", html)) <= names


def test_the_same_evaluation_gives_the_same_page_whatever_the_users_settings_of_matplotlib(html, moderator, evaluation):
    with mpl.rc_context({"lines.linewidth": 9, "svg.fonttype": "path", "font.size": 30}):
        assert render([evaluation], moderator, bundled_path()) == html
        assert mpl.rcParams["svg.fonttype"] == "path"


# Sets of other shapes


@pytest.mark.parametrize(
    "kept", [slice(6, 12), slice(0, 6), slice(3, 4), slice(8, 9)], ids=["ham", "spam", "one spam", "one ham"]
)
def test_one_class_alone_makes_a_page_without_what_needs_both(moderator, kept):
    result = evaluate(moderator, EXAMPLES[kept], "alone", evasions=True)
    html = render([result], moderator, bundled_path())
    page = Page(html)
    missing = "spam" if result.metrics.ham else "ham"
    assert f"There is no {missing} in this set" in page.rows("summary")
    assert f"There is no {missing} in this set." in page.rows(f"misses-{missing}")
    assert "need both" in page.rows("curves")
    assert [attributes["href"] for tag, attributes in page.elements if tag == "a"] == [f"#{name}" for name in SECTIONS]
    assert not re.search(r"\b(?:nan|None|inf)\b", " ".join(page.texts.values()))


def test_the_smallest_set_of_both_makes_a_page(moderator):
    result = evaluate(moderator, [EXAMPLES[0], EXAMPLES[6]], "two", evasions=True)
    page = Page(render([result], moderator, bundled_path()))
    assert "too few to say" in page.rows("length")
    assert not re.search(r"\b(?:nan|None|inf)\b", " ".join(page.texts.values()))


def test_several_inputs_are_pooled_and_compared(moderator):
    parts = [*EXAMPLES[:3], *EXAMPLES[6:9]], [*EXAMPLES[2:6], *EXAMPLES[9:]]  # one spam is in both
    first, second = evaluate(moderator, parts[0], "first.csv"), evaluate(moderator, parts[1], "second.csv")
    third = evaluate(moderator, EXAMPLES[9:], "second.csv")  # all of it is in the one before, and so is its name
    page = Page(render([first, second, third], moderator, bundled_path()))
    whole = evaluate(moderator, parts[0] + parts[1], "whole")
    assert f"12 6 spam, 6 ham ham flagged {whole.metrics.false_positive_rate.value:.2%}" in page.rows("summary")
    told = page.rows("inputs")
    for name, result in (("first.csv", first), ("second.csv", second), ("second.csv (2)", third)):
        assert f"{name}{result.digest[:12]} {result.metrics.spam} {result.metrics.ham}" in told
    assert whole.digest[:12] in told
    assert re.search(r"second\.csv: blog-a.*first\.csv: blog-a", page.rows("source"))


def test_a_file_that_the_model_was_trained_on_is_called_out(moderator, evaluation):
    model = replace(moderator.model, card={"sources": [{"name": "x", "sha256": "f00"}]})
    files = [Source("learnt", "f00", 1, 1), Source("new", "ba5", 1, 1)]
    html = render([evaluation], Moderator(model), bundled_path(), files)
    assert "The model was trained on learnt." in html
    assert "The model was trained on" not in render([evaluation], Moderator(model), bundled_path(), files[1:])


# The command


@pytest.fixture
def comments(tmp_path):
    """A file of labelled comments."""
    path = tmp_path / "comments.jsonl"
    rows = [{"text": e.comment.text, "label": "spam" if e.spam else "ham", "site": e.source} for e in EXAMPLES]
    path.write_text("\n".join(map(json.dumps, rows)))
    return path


def run(*arguments, **environment):
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "modspam", "evaluate", *arguments],
        cwd=PROJECT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_command_writes_the_page_beside_its_json_the_same_in_every_run(tmp_path, comments):
    pages = []
    for seed in ("1", "2"):
        target = tmp_path / f"folder {seed}" / "page.html"
        done = run(comments, "--json", "--report", target, PYTHONHASHSEED=seed)
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)[0]["metrics"]["spam"] == 6
        assert re.search(r"^\[ +\d+ s\] comments.jsonl: scoring 12 comments$", done.stderr, re.MULTILINE)
        assert done.stderr.endswith(f"written: {target}\n")
        assert target.stat().st_mode & 0o077 == 0  # it quotes comments
        assert [path.name for path in target.parent.iterdir()] == ["page.html"]
        pages.append(target.read_bytes())
    assert pages[0] == pages[1]
    assert str(tmp_path).encode() not in pages[0]
    assert b"<title>bundled.model on comments.jsonl</title>" in pages[0]


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("", "cannot be written: it is a folder"),
        ("comments.jsonl/page.html", "cannot be written"),
        ("comments.jsonl", "is what is to be measured"),
    ],
    ids=["a folder", "below a file", "the comments themselves"],
)
def test_a_page_that_cannot_be_written_is_an_error_before_the_work(tmp_path, comments, capsys, target, message):
    before = comments.read_bytes()
    assert main(["evaluate", str(comments), "--report", str(tmp_path / target)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert re.fullmatch(rf"modspam: .*{message}.*\n", err)
    assert comments.read_bytes() == before


def test_an_evaluation_that_fails_leaves_the_old_page(tmp_path, capsys):
    old = tmp_path / "page.html"
    old.write_text("old")
    empty = tmp_path / "empty.jsonl"
    empty.write_text("\n")
    assert main(["evaluate", str(empty), "--report", str(old)]) == 2
    assert "no comments to evaluate on" in capsys.readouterr().err
    assert old.read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["empty.jsonl", "page.html"]


@pytest.mark.parametrize("package", ["jinja2", "matplotlib"])
def test_without_the_extra_it_says_what_to_install_and_evaluates_all_the_same(tmp_path, comments, package):
    program = f"""
import sys
sys.modules[{package!r}] = None
from modspam.cli import main
code = main(["evaluate", {str(comments)!r}, "--report", {str(tmp_path / "page.html")!r}])
print(code, main(["evaluate", "--json", {str(comments)!r}]))
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.stdout.endswith("\n2 0\n")
    assert done.stderr == f"modspam: a report needs the package {package}: pip install 'modspam[report]'\n"
    assert not (tmp_path / "page.html").exists()


# A real browser


@pytest.fixture(scope="module")
def chromium(tmp_path_factory):
    """Chromium, if it is on this machine."""
    if browser.browser_path() is None:
        pytest.skip("no browser: install Debian's chromium to look at the page")
    with browser.opened(tmp_path_factory.mktemp("profile")) as opened:
        yield opened


@pytest.mark.parametrize("of", ["html", "hostile_html"])
@pytest.mark.parametrize(("width", "scheme"), [(1200, "light"), (375, "dark")], ids=["desktop", "phone"])
def test_a_browser_shows_it_in_peace_and_within_its_width(chromium, tmp_path, request, of, width, scheme):
    path = tmp_path / "page.html"
    path.write_text(request.getfixturevalue(of), encoding="utf-8")
    chromium.show(path, width, scheme=scheme)
    told = [method for method, _ in chromium.events]
    loaded = [params["request"]["url"] for method, params in chromium.events if method == "Network.requestWillBeSent"]
    assert loaded == [path.as_uri()]
    assert not {
        "Runtime.consoleAPICalled",
        "Runtime.exceptionThrown",
        "Log.entryAdded",
        "Page.javascriptDialogOpening",
    } & set(told)
    assert chromium.value("document.documentElement.scrollWidth") <= width
    boxes = "[...document.querySelectorAll('body *')].filter(e => !e.closest('.scroll *, blockquote *, svg *'))"
    assert chromium.value(f"Math.max(...{boxes}.map(e => e.getBoundingClientRect().right))") <= width
    assert chromium.value("document.querySelectorAll('blockquote').length") >= 12
    assert chromium.value("document.querySelectorAll('script, blockquote a, img').length") == 0
    lightness = "getComputedStyle(document.body).backgroundColor.match(/[0-9]+/g).map(Number)[0]"
    assert (chromium.value(lightness) > 128) == (scheme == "light")
    drawn = "[...document.querySelectorAll('figure svg')].map(e => e.getBoundingClientRect().height)"
    assert min(chromium.value(drawn)) > 200
    assert chromium.picture().startswith(b"\x89PNG")
