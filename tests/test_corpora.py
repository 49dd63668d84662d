"""Files of labelled comments: what is read, what is refused and where it says the fault is, copies, our own files."""

import gzip
import json
import random
from collections import Counter
from hashlib import sha256

import pytest
from conftest import DATASETS, short

from modspam import Comment
from modspam.corpora import (
    Example,
    expand,
    is_spam,
    load,
    read_examples,
    read_families,
    read_reviews,
    reviewed,
    without_copies,
)
from modspam.errors import CorpusError, SpintaxError

FAMILY = """
[[family]]
name = "bread-loans"
kind = "private-lender"
language = "en"
text = '{Cheap|Quick} loans for {bakers|millers|everyone} at http://loans\\d\\d.example.com'
author = '{Ann|Bob} Lender'
author_url = 'http://loans.example.com'
"""
HAM = '{"text": "Mine burnt again.", "label": "ham", "page_title": "Rye bread"}\n'


@pytest.fixture
def write(tmp_path):
    """Write a file into a fresh folder; text becomes UTF-8, a name in .gz is compressed."""

    def write(name, content):
        data = content.encode() if isinstance(content, str) else content
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
        return path

    return write


def texts(examples):
    return [example.comment.text for example in examples]


def example(text, spam):
    return Example(Comment(text), spam, "here", text)


# Rows


@pytest.mark.parametrize("name", ["site.csv", "site.csv.gz", "site.jsonl", "site.jsonl.gz"])
def test_a_row_is_read_with_all_that_is_known_of_it(write, name):
    row = {
        "text": 'She said "rise",\nand it rose; 3 × 2 = 6',
        "label": "ham",
        "author": "Žofie",
        "author_url": "http://zofie.example.org",
        "page_title": "Rye bread",
        "language": "en",
        "kind": "story",
        "unheard_of": "passed over",
    }
    if ".csv" in name:
        path = write(name, f"{','.join(row)}\n" + ",".join('"' + v.replace('"', '""') + '"' for v in row.values()))
    else:
        path = write(name, json.dumps(row))
    (read,) = read_examples(path)
    assert read.comment == Comment(row["text"], "Žofie", "http://zofie.example.org", page_title="Rye bread")
    assert (read.spam, read.source, read.language, read.kind) == (False, "site", "en", "story")


def test_rows_of_a_named_site_have_that_site_for_their_source(write):
    path = write("all.csv", "text,label,site\nHello there,ham,a.example\nBuy loans,spam,b.example\nNo site,ham,\n")
    assert [read.source for read in read_examples(path)] == ["a.example", "b.example", "all"]


@pytest.mark.parametrize("header", ["text,author", "comment_content,comment_author"])
def test_columns_may_have_our_names_or_those_of_akismet(write, header):
    (read,) = read_examples(write("site.csv", f"{header},label\nHello there,Ana,ham\n"))
    assert (read.comment.text, read.comment.author) == ("Hello there", "Ana")


@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_line_ends_of_either_kind_part_rows(write, end):
    rows = end.join(["text,label", '"two\nlines",ham', "one,spam", ""])
    assert texts(read_examples(write("site.csv", rows))) == ["two\nlines", "one"]
    lines = end.join(['{"text": "a\\nb", "label": "ham"}', "", '{"text": "c", "label": "spam"}', ""])
    assert texts(read_examples(write("site.jsonl", lines))) == ["a\nb", "c"]


@pytest.mark.parametrize(
    ("name", "content"), [("site.csv", "text,label\nHi there,ham\n"), ("site.jsonl", HAM)], ids=short
)
def test_a_byte_order_mark_is_passed_over(write, name, content):
    # Spreadsheets write one, before the name of the first column.
    examples, _ = load([write(name, "\ufeff" + content)])
    assert examples


def test_a_field_may_be_as_long_as_a_comment(write):
    long = "bread " * 100_000
    assert texts(read_examples(write("site.csv", f'text,label\n"{long}",ham\n'))) == [long]


@pytest.mark.parametrize("field", ["label", "class", "spam", "is_spam"])
@pytest.mark.parametrize(
    ("labels", "spam"),
    [
        (("spam", " Spam ", "SPAM", "flag", "1", 1, "true", "TRUE", True, "yes"), True),
        (("ham", "Ham\t", "keep", "0", 0, "false", "False", False, "no", "not spam", "approved"), False),
    ],
    ids=["spam", "ham"],
)
def test_labels_that_people_write(field, labels, spam):
    assert [is_spam({"text": "", field: label}, "here") for label in labels] == [spam] * len(labels)


def test_a_field_for_the_label_that_is_null_gives_way_to_the_next():
    assert is_spam({"label": None, "class": "spam"}, "here")


@pytest.mark.parametrize("label", ["", "2", "-1", "spammy", "unknown", 0.5, [], {}, "sp\x1bam"], ids=ascii)
def test_what_is_no_label_is_refused(label):
    with pytest.raises(CorpusError, match=r"^file 7: .* is no label; say 'spam' or 'ham'") as caught:
        is_spam({"label": label}, "file 7")
    assert "\x1b" not in str(caught.value)


REFUSED = {
    "no column for the text": ("a.csv", "body,label\nhi,ham\n", r"a\.csv has no column 'text'.*: body, label"),
    "no column for the label": ("a.csv", "text,author\nhi,Ana\n", r"a\.csv has no column 'label'.*: author, text"),
    "an empty file": ("a.csv", "", r"a\.csv has no column 'text'.*: none"),
    "a label that is none": ("a.csv", 'text,label\n"a\nb",ham\nhi,maybe\n', r"a\.csv, line 4: 'maybe' is no label"),
    "a row that is too short": ("a.csv", "text,label\nhi,ham\nhi\n", r"a\.csv, line 3: no label"),
    "a row without text": ("a.csv", "label,text\nham,hi\nham\n", r"a\.csv, line 3: the comment has no text"),
    "a quote that is left open": ("a.csv", 'text,label\n"hi,ham\n', r"a\.csv is damaged: unexpected end of data"),
    "words after a quote": ("a.csv", 'text,label\n"hi" there,ham\n', r"a\.csv is damaged: '?.?,'? expected after"),
    "Latin-1 in a table": ("a.csv", "text,label\ncafé,ham\n".encode("latin-1"), r"a\.csv, line 2: not UTF-8.*iconv"),
    "broken JSON": ("a.jsonl", HAM + "\n" + HAM[:30] + "\n", r"a\.jsonl, line 3: broken JSON"),
    "a list": ("a.jsonl", HAM + '["hi", "ham"]\n', r"a\.jsonl, line 2: a JSON object was expected, not list"),
    "a string": ("a.jsonl", '"hi"\n', r"a\.jsonl, line 1: a JSON object was expected, not str"),
    "an object without text": ("a.jsonl", HAM + '{"label": "ham"}\n', r"a\.jsonl, line 2: the comment has no text"),
    "an object without label": ("a.jsonl", HAM + '{"text": "hi"}\n', r"a\.jsonl, line 2: no label.*: text"),
    "a text that is a number": ("a.jsonl", '{"text": 3, "label": "ham"}\n', r"a\.jsonl, line 1: .*must be a str"),
    "Latin-1 in JSON": ("a.jsonl", HAM.replace("Mine", "Café").encode("latin-1"), r"a\.jsonl, line 1: not UTF-8"),
    "UTF-16": ("a.jsonl", HAM.encode("utf-16"), r"a\.jsonl is UTF-16.*iconv"),
    "deeply nested JSON": ("a.jsonl", HAM + "[" * 100_000 + "\n", r"a\.jsonl, line 2: broken JSON"),
}


@pytest.mark.parametrize(("name", "content", "message"), REFUSED.values(), ids=REFUSED)
def test_a_file_that_cannot_be_read_is_refused_with_its_name_and_line(write, name, content, message):
    path = write(name, content)
    with pytest.raises(CorpusError, match=message) as caught:
        list(read_examples(path))
    assert str(caught.value).startswith(str(path))


def cut_short(data):
    return data[: len(data) // 2]


def scrambled(data):
    return data[:10] + b"\xff" + data[11:]  # the first byte after the header: a kind of block that there is not


def with_a_wrong_sum(data):
    return data[:-8] + bytes(4) + data[-4:]


def never_compressed(data):
    return gzip.decompress(data)


@pytest.mark.parametrize("damage", [cut_short, scrambled, with_a_wrong_sum, never_compressed])
@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_a_damaged_gz_file_is_refused(write, kind, damage):
    rows = [(f"Bread number {number}: {random.Random(number).random()}", "ham") for number in range(2000)]  # noqa: S311
    if kind == "csv":
        content = "text,label\n" + "".join(f"{text},{label}\n" for text, label in rows)
    else:
        content = "".join(json.dumps({"text": text, "label": label}) + "\n" for text, label in rows)
    path = write(f"site.{kind}.gz", content)
    assert len(list(read_examples(path))) == 2000
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(CorpusError, match=rf"site\.{kind}\.gz is damaged"):
        list(read_examples(path))


def test_what_a_file_is_depends_on_how_its_name_ends(write):
    path = write("export.csv.converted.jsonl", HAM)
    assert texts(read_examples(path)) == ["Mine burnt again."]


# Files and folders


def test_a_folder_is_read_in_the_order_of_names_whatever_lies_beside(write, tmp_path):
    write("site/b.csv", "text,label\nfrom b,spam\n")
    write("site/a.jsonl.gz", '{"text": "from a", "label": "ham"}\n')
    write("site/deep/c.jsonl", '{"text": "from c", "label": "ham"}\n{"text": "from c too", "label": "spam"}\n')
    write("site/README.md", "no comments here")
    write("site/a.jsonl.part", "half a down")
    examples, sources = load([tmp_path / "site"])
    assert texts(examples) == ["from a", "from b", "from c", "from c too"]
    assert [(source.name, source.spam, source.ham) for source in sources] == [("a", 0, 1), ("b", 1, 0), ("c", 1, 1)]
    assert sources[1].sha256 == sha256(b"text,label\nfrom b,spam\n").hexdigest()


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("missing.csv", "no file at .*missing.csv"),
        ("notes.txt", "notes.txt is of no known kind: comments come as .jsonl,"),
        ("empty", "empty holds no file that ends in .jsonl,"),
    ],
)
def test_a_path_without_comments_is_refused(write, tmp_path, name, message):
    write("notes.txt", "Flour, water, salt.")
    tmp_path.joinpath("empty").mkdir()
    with pytest.raises(CorpusError, match=message):
        load([tmp_path / name])


# Families


def test_a_family_is_read_and_names_what_it_is(write):
    (family,) = read_families(write("loans.toml", FAMILY))
    assert (family.name, family.kind, family.language) == ("bread-loans", "private-lender", "en")
    assert family.text.count() == 6


def test_expanding_a_family_gives_the_same_comments_each_time(write):
    (family,) = read_families(write("loans.toml", FAMILY))
    made = list(expand(family, "loans", 20, seed=1, pages=["Rye bread", "Butter"]))
    assert made == list(expand(family, "loans", 20, seed=1, pages=["Rye bread", "Butter"]))
    assert texts(made) != texts(expand(family, "loans", 20, seed=2, pages=["Rye bread", "Butter"]))
    assert len(made) == len(set(texts(made))) == 20
    for variant in made:
        assert (variant.spam, variant.source, variant.group) == (True, "loans", "bread-loans")
        assert (variant.language, variant.kind) == ("en", "private-lender")
        assert variant.comment.author in {"Ann Lender", "Bob Lender"}
        assert variant.comment.author_url == "http://loans.example.com"
    assert {variant.comment.page_title for variant in made} == {"Rye bread", "Butter"}


def test_some_variants_keep_some_of_their_braces_as_real_tools_leave_them(write):
    (family,) = read_families(write("loans.toml", FAMILY))
    unspun = [text for text in texts(expand(family, "loans", 60, seed=0)) if "{" in text]
    assert 1 <= len(unspun) <= 60 // 4
    assert all(text.count("{") == text.count("}") for text in unspun)


def test_a_small_family_gives_what_it_has(write):
    (family,) = read_families(write("loans.toml", FAMILY.replace("\\d\\d", "")))
    made = list(expand(family, "loans", 60, seed=0))
    assert len(made) == 6


def test_families_stand_under_the_pages_of_the_comments_beside_them(write, tmp_path):
    write("site/ham.jsonl", HAM + HAM.replace("Rye bread", "Butter") + '{"text": "No page", "label": "ham"}\n')
    write("site/a-loans.toml", FAMILY)  # read before the ham
    examples, sources = load([tmp_path / "site"], variants=24)
    spam = [example for example in examples if example.spam]
    assert {example.comment.page_title for example in spam} == {"Rye bread", "Butter"}
    assert {(source.name, source.spam, source.ham) for source in sources} == {
        ("a-loans", len(spam), 0),
        ("ham", 0, 3),
    }
    alone, _ = load([tmp_path / "site" / "a-loans.toml"], variants=3, seed=5)
    assert [example.comment.page_title for example in alone] == ["", "", ""]


BAD_FAMILIES = {
    "no TOML": ("[[family]\n", r"a\.toml is no TOML: .*line 1"),
    "no UTF-8": (FAMILY.encode() + b"# caf\xe9\n", r"a\.toml is no TOML"),
    "no text": (FAMILY.replace("text =", "words ="), r"a\.toml, family bread-loans: text missing"),
    "no kind and no language": (
        FAMILY.replace("kind =", "sort =").replace('"en"', '""'),
        r"a\.toml, family bread-loans: kind, language missing",
    ),
    "no name": (FAMILY + FAMILY.replace("name =", "title ="), r"a\.toml, family number 2: name missing"),
    "a brace left open": (FAMILY.replace("everyone}", "everyone"), r"a\.toml, family bread-loans: .*never closed"),
    "a bad author": (FAMILY.replace("|Bob}", "|Bob}}"), r"a\.toml, family bread-loans: .*near '.*Lender'.*opening"),
    "a list of names": ('family = ["bread-loans"]\n', r"a\.toml.*family"),
    "one table, not a list of them": (FAMILY.replace("[[family]]", "[family]"), r"a\.toml.*family"),
    "a text that is a number": (FAMILY.replace("text = ", "text = 3 #"), r"a\.toml, family bread-loans: .*text"),
}


@pytest.mark.parametrize(("content", "message"), BAD_FAMILIES.values(), ids=BAD_FAMILIES)
def test_a_bad_family_is_refused_by_name(write, content, message):
    with pytest.raises(CorpusError, match=message):
        read_families(write("a.toml", content))


def test_a_template_that_is_not_well_formed_is_told_apart(write):
    with pytest.raises(SpintaxError, match=r"line 1 of the template"):
        read_families(write("a.toml", FAMILY.replace("everyone}", "everyone")))


def test_families_from_nowhere_are_refused(tmp_path):
    with pytest.raises(CorpusError, match="no file at"):
        read_families(tmp_path / "missing.toml")


# Copies


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Buy 10 loaves, get 2 free!", "buy 25 loaves... get 3 FREE"),
        ("My bread: http://a.example.com/1?x=y is here", "my bread: www.b.example.org/2 is here"),
        ("Good bread", " good\n\nbread "),
        ("Good bread", "Good br\N{CYRILLIC SMALL LETTER IE}ad \N{BREAD}"),
    ],
)
def test_texts_of_the_same_words_are_copies_and_the_first_is_kept(one, other):
    kept, dropped = without_copies([example(one, True), example("Another text", True), example(other, True)])
    assert texts(kept) == [one, "Another text"]
    assert dropped.counts == {"copies": 1, "contradictions": 0}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Good bread", "Good butter"),
        ("Good bread", "Bread, good"),
        ("100", "200"),
        ("http://a.example.com", "http://b.example.com"),
        ("\N{BREAD}\N{BREAD}", "\N{BUTTER}\N{BUTTER}"),
        ("Хороший хлеб", "Хорошее масло"),
        ("好面包", "好黄油"),
    ],
)
def test_other_texts_are_no_copies(one, other):
    kept, dropped = without_copies([example(one, True), example(other, False)])
    assert texts(kept) == [one, other]
    assert dropped.counts == {"copies": 0, "contradictions": 0}


def test_a_text_that_stands_under_both_labels_is_dropped_altogether():
    rows = [("Good bread 1", False), ("Thanks", False), ("Good bread 2", True), ("Good bread 3", False)]
    kept, dropped = without_copies(example(*row) for row in rows)
    assert texts(kept) == ["Thanks"]
    assert dropped.counts == {"copies": 2, "contradictions": 1}
    assert rows[0][0] in str(dropped)


# Reviews


def test_reviews_correct_labels_by_the_digest_of_the_text(write):
    given = ["Café \N{BREAD}", "half a pair \ud83d", "left alone"]
    digests = [sha256(text.encode("utf-8", "surrogatepass")).hexdigest() for text in given]
    path = write(
        "r.tsv", f"sha256\tlabel\twhy\n{digests[0]}\tspam\tan advert\n{digests[1]}\tham\t\n{'0' * 64}\tham\t\n"
    )
    corrected = list(
        reviewed([example(given[0], False), example(given[1], True), example(given[2], True)], read_reviews(path))
    )
    assert texts(corrected) == given
    assert [row.spam for row in corrected] == [True, False, True]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("digest\tlabel\nabc\tham\n", r"r\.tsv is no file of reviews: it needs the columns sha256 and label"),
        ("sha256,label\nabc,ham\n", r"r\.tsv is no file of reviews"),
        ("", r"r\.tsv is no file of reviews"),
        ("sha256\tlabel\nabc\tham\nabd\tperhaps\n", r"r\.tsv, line 3: 'perhaps' is no label"),
        ("sha256\tlabel\nabc\n", r"r\.tsv, line 2: no label"),
        (b"sha256\tlabel\twhy\nabc\tham\tcaf\xe9\n", r"r\.tsv is not UTF-8"),
    ],
    ids=["no digest", "commas", "empty", "no such label", "short row", "no UTF-8"],
)
def test_bad_reviews_are_refused(write, content, message):
    with pytest.raises(CorpusError, match=message):
        read_reviews(write("r.tsv", content))


def test_reviews_from_nowhere_are_refused(tmp_path):
    with pytest.raises(CorpusError, match=r"no file at .*missing\.tsv"):
        read_reviews(tmp_path / "missing.tsv")


# Our own files


@pytest.fixture(scope="module")
def datasets():
    if not DATASETS.is_dir():
        pytest.skip("the datasets are not here: they come with the source distribution")
    return DATASETS


@pytest.fixture(scope="module")
def ham(datasets):
    return load([datasets / "ham"])[0]


@pytest.fixture(scope="module")
def families(datasets):
    return [family for path in sorted(datasets.rglob("*.toml")) for family in read_families(path)]


def test_every_file_of_ours_is_read_and_no_text_stands_under_both_labels(datasets, ham, families):
    examples, sources = load([datasets], variants=2)
    kinds = {".jsonl", ".csv", ".gz", ".toml"}
    assert {source.name for source in sources} == {path.stem for path in datasets.rglob("*.*") if path.suffix in kinds}
    assert all(source.spam or source.ham for source in sources)
    assert len(examples) == len(ham) + 2 * len(families)
    assert without_copies(examples)[1].contradicted == ()


def test_our_reviews_are_read(datasets):
    tables = sorted(datasets.rglob("*.tsv"))
    assert tables
    for path in tables:
        assert all(len(bytes.fromhex(digest)) == 32 for digest in read_reviews(path)), path


def test_our_families_are_many_in_many_languages_and_each_has_a_name_of_its_own(families):
    assert len(families) >= 120
    assert len({family.language for family in families}) >= 10
    assert len({family.kind for family in families}) >= 10
    names = Counter(family.name for family in families)
    assert [name for name, times in names.items() if times > 1] == []


def test_every_family_of_ours_can_make_as_many_comments_as_are_asked_of_it(families):
    few = [
        family.name
        for family in families
        if len(list(family.text.expansions(random.Random(0), 24))) < 24  # noqa: S311 - sampling, no secret
    ]
    assert few == []


def test_our_ham_is_much_in_many_languages_each_under_a_page_and_no_two_the_same(ham):
    assert not any(example.spam for example in ham)
    assert len(ham) >= 1000
    assert len({example.language for example in ham}) >= 10
    assert [example.comment.text for example in ham if not example.comment.page_title] == []
    repeated = Counter(texts(ham))
    assert [text for text, times in repeated.items() if times > 1] == []
