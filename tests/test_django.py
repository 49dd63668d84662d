"""The Django adapter on a real site: comments sent through its form, moderators at work in its admin."""

import importlib
import logging
import os

import pytest
from conftest import Filled, some_comments
from django_site.acts import act, labels, send, stored

import modspam
from modspam.corpora import read_examples
from modspam.model import bundled_path

django = pytest.importorskip("django", reason="Django is not installed: pip install 'modspam[django]'")
pytest.importorskip("django_comments", reason="django-contrib-comments is not: pip install 'modspam[django]'")

# django-contrib-comments 2.2 leaves these to Django 5.2 and 6.1.
pytestmark = [
    pytest.mark.filterwarnings("ignore:The default scheme will be changed"),
    pytest.mark.filterwarnings("ignore:The default argument for algorithm in salted_hmac"),
    pytest.mark.filterwarnings("ignore:Overriding get_actions"),
]

SPAM = "Hi #WEBSITE# owner! I noticed Google is showing a unsafe website warning to your potential customers online."
HAM = "Thank you, the second diagram made it click. I had the two arrows the wrong way round for years."
OFFER = "Nice read. Get real followers cheap at my site!"


@pytest.fixture(scope="module")
def site():
    """Django, set up with the tests' site, and its database."""
    from django.conf import settings
    from django.db import connection
    from django.test.utils import setup_test_environment, teardown_test_environment

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "django_site.settings")
    django.setup()
    setup_test_environment()
    connection.creation.create_test_db(verbosity=0)
    importlib.import_module(settings.ROOT_URLCONF)
    yield
    connection.close()
    teardown_test_environment()


@pytest.fixture
def database(site):  # noqa: ARG001 - it has the database made
    """The database, which is afterwards as it was before."""
    from django.contrib.sites.models import Site
    from django.db import transaction

    with transaction.atomic():
        yield
        transaction.set_rollback(True)
    Site.objects.clear_cache()


@pytest.fixture
def entry(database):  # noqa: ARG001 - it is rolled back
    from django_site.blog.models import Entry

    return Entry.objects.create(title="Pruning old apple trees")


@pytest.fixture
def visitor(database):  # noqa: ARG001
    from django.test import Client

    return Client(enforce_csrf_checks=True)


@pytest.fixture
def admin(database):  # noqa: ARG001
    """A browser in which a moderator with all rights is logged in."""
    from django.contrib.auth.models import User
    from django.test import Client

    client = Client()
    client.force_login(User.objects.create_superuser("ana", "ana@example.org", "secret"))
    return client


@pytest.fixture
def modspam_is():
    """Give the setting MODSPAM another value for one test."""
    from django.test import override_settings

    active = []

    def choose(**values):
        active.append(override_settings(MODSPAM=values))
        active[-1].enable()

    yield choose
    for override in reversed(active):
        override.disable()


def test_an_honest_comment_is_published_and_spam_waits_for_a_moderator(visitor, entry):
    for text in (HAM, SPAM):
        assert send(visitor, entry, text).status_code == 302
    assert [(comment.comment, comment.is_public) for comment in stored()] == [(HAM, True), (SPAM, False)]
    page = visitor.get(entry.get_absolute_url()).content.decode()
    assert HAM in page
    assert "#WEBSITE#" not in page


def test_the_sender_can_be_told_that_the_comment_waits(visitor, entry):
    told = [visitor.get(send(visitor, entry, text)["Location"]).content.decode().strip() for text in (HAM, SPAM)]
    assert told == ["Thank you, your comment is published.", "Thank you, your comment waits for a moderator."]


def test_spam_is_refused_where_the_site_asks_for_that(visitor, entry, modspam_is):
    modspam_is(ON_FLAG="refuse")
    assert send(visitor, entry, SPAM).status_code == 400
    assert send(visitor, entry, HAM).status_code == 302
    assert [comment.comment for comment in stored()] == [HAM]


def test_a_doubtful_comment_waits_even_where_spam_is_refused(visitor, entry, modspam_is):
    modspam_is(ON_FLAG="refuse", THRESHOLD=1.0, HOLD_FROM=0.9)
    assert send(visitor, entry, SPAM).status_code == 302
    assert [comment.is_public for comment in stored()] == [False]


def test_the_threshold_is_the_sites_to_choose(visitor, entry, modspam_is):
    modspam_is(THRESHOLD=0.0)
    send(visitor, entry, HAM)
    assert [comment.is_public for comment in stored()] == [False]


def test_what_else_the_moderator_can_do_stays(visitor, entry):
    entry.open = False
    entry.save()
    assert send(visitor, entry, HAM).status_code == 400
    assert stored() == []


def test_the_form_is_read_and_a_hurried_comment_is_more_probably_spam(visitor, entry):
    from modspam.contrib.django.signals import comment_was_judged

    verdicts = []

    def listen(verdict, **_):
        verdicts.append(verdict)

    comment_was_judged.connect(listen)
    try:
        send(visitor, entry, OFFER, waited=60, url="http://example.com/")
        send(visitor, entry, f"{OFFER}!", waited=0, url="http://example.com/", referer="http://elsewhere.example.com/")
    finally:
        comment_was_judged.disconnect(listen)
    slow, hurried = ({reason.name for reason in verdict.reasons} for verdict in verdicts)
    assert {"hurried", "foreign_referrer"} <= hurried
    assert not {"hurried", "foreign_referrer", "no_referrer", "wrong_nonce"} & slow


def test_a_listeners_fault_loses_no_comment(visitor, entry, caplog):
    from modspam.contrib.django.signals import comment_was_judged

    def listen(**_):
        raise RuntimeError("a bug elsewhere")

    comment_was_judged.connect(listen)
    try:
        assert send(visitor, entry, HAM).status_code == 302
    finally:
        comment_was_judged.disconnect(listen)
    assert [comment.is_public for comment in stored()] == [True]
    assert "a bug elsewhere" in caplog.text


def test_the_page_and_the_author_are_read(entry):
    """What is judged when the comment comes, and again from the database."""
    from django.contrib.auth.models import User
    from django.contrib.sites.models import Site
    from django_comments.models import Comment

    from modspam.contrib.django.reading import comment_of

    user = User.objects.create(username="bo", first_name="Bo", last_name="Li")
    stored = Comment(comment=HAM, user=user, user_url="http://bo.example.org/", content_object=entry)
    stored.site = Site.objects.get_current()
    assert comment_of(stored, entry) == modspam.Comment(
        HAM,
        author="Bo Li",
        author_url="http://bo.example.org/",
        permalink=f"https://example.com/entries/{entry.pk}/",
        page_title="Pruning old apple trees",
    )
    assert comment_of(stored, None).permalink == ""


@pytest.mark.parametrize("on_flag", ["hold", "refuse"])
def test_where_judging_fails_the_comment_is_held_and_the_fault_is_logged(visitor, entry, modspam_is, on_flag, caplog):
    modspam_is(MAX_FALSE_POSITIVE_RATE=0.0, ON_FLAG=on_flag)  # below the least that any model has in its table
    assert send(visitor, entry, HAM).status_code == 302
    assert [comment.is_public for comment in stored()] == [False]
    assert "could not be judged, so it is held" in caplog.text


def test_who_may_moderate_is_not_judged(admin, entry):
    send(admin, entry, SPAM)
    assert [comment.is_public for comment in stored()] == [True]


def test_the_admin_shows_verdict_and_reasons_and_nothing_unescaped(visitor, admin, entry):
    from django.urls import reverse

    send(visitor, entry, f"<script>alert(1)</script> {SPAM}")
    (comment,) = stored()
    listed = admin.get(reverse("admin:django_comments_comment_changelist")).content.decode()
    assert "flag (probability" in listed
    assert "placeholder was never filled in" in listed
    page = admin.get(reverse("admin:django_comments_comment_change", args=[comment.pk])).content.decode()
    assert "placeholder was never filled in: #WEBSITE#" in page
    assert "<script>alert" not in listed + page


def test_the_admins_list_asks_no_more_of_the_database_for_more_comments(visitor, admin, entry):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext
    from django.urls import reverse

    counts = []
    for batch in range(3):
        for number in range(3):
            send(visitor, entry, f"{HAM} {batch}.{number}")
        with CaptureQueriesContext(connection) as queries:
            assert admin.get(reverse("admin:django_comments_comment_changelist")).status_code == 200
        counts.append(len(queries))
    assert counts[1] == counts[2]  # the first one also looks up the content type


def test_a_comments_own_page_in_the_admin_can_still_be_saved(visitor, admin, entry):
    from django.urls import reverse

    send(visitor, entry, HAM)
    (comment,) = stored()
    address = reverse("admin:django_comments_comment_change", args=[comment.pk])
    fields = dict(Filled(admin.get(address).content.decode()).fields)
    day, hour = comment.submit_date.strftime("%Y-%m-%d %H:%M:%S").split()
    fields |= {
        "content_type": comment.content_type_id, "object_pk": entry.pk, "site": 1, "comment": "Changed.",
        "submit_date_0": day, "submit_date_1": hour,
    }  # fmt: skip
    assert admin.post(address, fields).status_code == 302
    assert [comment.comment for comment in stored()] == ["Changed."]


def test_marks_hide_and_publish_and_become_labels(visitor, admin, entry):
    for text in (HAM, SPAM, OFFER):
        send(visitor, entry, text)
    ham, spam, offer = stored()
    assert "1 marked as spam, and hidden" in act(admin, "mark_as_spam", [ham]).content.decode()
    assert "2 marked as not spam, and published" in act(admin, "mark_as_not_spam", [spam, offer]).content.decode()
    assert [(comment.is_public, comment.is_removed) for comment in stored()] == [
        (False, True), (True, False), (True, False),
    ]  # fmt: skip
    assert labels() == [(HAM, True), (SPAM, False), (OFFER, False)]
    # ... and the other way round: the latest word counts, and nothing is left of the one before.
    act(admin, "mark_as_not_spam", [ham])
    act(admin, "mark_as_spam", [spam, offer])
    assert labels() == [(HAM, False), (SPAM, True), (OFFER, True)]
    assert ham.flags.count() == spam.flags.count() == 1


def test_spam_that_is_hidden_does_not_wait_in_the_queue(visitor, admin, entry):
    from django_comments.models import Comment

    send(visitor, entry, SPAM)
    assert Comment.objects.in_moderation().count() == 1
    act(admin, "mark_as_spam", stored())
    assert Comment.objects.in_moderation().count() == 0


def test_approving_is_a_label_and_takes_back_that_it_was_spam(visitor, admin, entry):
    send(visitor, entry, SPAM)
    act(admin, "approve_comments", stored())
    assert labels() == [(SPAM, False)]
    act(admin, "mark_as_spam", stored())
    assert labels() == [(SPAM, True)]
    act(admin, "approve_comments", stored())
    assert labels() == [(SPAM, False)]


def test_removing_and_wishing_for_removal_are_no_labels(visitor, admin, entry):
    for text in (HAM, SPAM, OFFER):
        send(visitor, entry, text)
    ham, spam, offer = stored()
    act(admin, "remove_comments", [spam])
    act(admin, "flag_comments", [ham])
    assert labels() == []
    act(admin, "approve_comments", [offer])
    act(admin, "remove_comments", [offer])  # approved by mistake, or it became abuse: who knows
    assert labels() == []
    act(admin, "mark_as_spam", [spam])  # removed before: spam all the same
    assert labels() == [(SPAM, True)]


def test_who_may_not_moderate_has_no_marks_to_give(visitor, entry):
    from django.contrib.auth.models import Permission, User
    from django.test import Client
    from django.urls import reverse

    user = User.objects.create(username="bo", is_staff=True)
    user.user_permissions.set(
        Permission.objects.filter(
            codename__in=["view_comment", "change_comment"], content_type__app_label="django_comments"
        )
    )
    client = Client()
    client.force_login(user)
    send(visitor, entry, HAM)
    listed = client.get(reverse("admin:django_comments_comment_changelist")).content.decode()
    assert "flag_comments" in listed
    assert "mark_as_spam" not in listed
    act(client, "mark_as_spam", stored())
    assert (labels(), [comment.is_public for comment in stored()]) == ([], [True])


def test_retraining_learns_the_marks_and_the_new_model_serves_at_once(visitor, admin, entry, modspam_is, tmp_path):
    model = tmp_path / "site.model"
    modspam_is(MODEL=model)
    mark_some(admin, entry)
    before = verdict_on(SPAM)
    out, err = retrain()
    assert "written" in out
    assert "marked as spam" in err
    assert modspam.Moderator.load(model).check(SPAM).flagged
    after = verdict_on(SPAM)
    assert after.score == modspam.Moderator.load(model).check(SPAM).score != before.score
    out, _ = retrain()
    assert "unchanged" in out
    send(visitor, entry, HAM)
    act(admin, "mark_as_not_spam", stored()[-1:])
    out, _ = retrain()
    assert f"{model}.previous" in out


def test_labels_are_exported_and_learnt_again_after_the_comments_are_gone(admin, entry, modspam_is, tmp_path):
    from django_comments.models import Comment

    modspam_is(MODEL=tmp_path / "site.model")
    mark_some(admin, entry)
    kept = tmp_path / "kept.jsonl"
    out, _ = retrain(export=kept)
    assert str(kept) in out
    assert not (tmp_path / "site.model").exists()
    examples = list(read_examples(kept))
    assert {example.spam for example in examples} == {True, False}
    assert (kept.stat().st_mode & 0o777, examples[0].site) == (0o600, "example.com")
    assert "ana@example.org" not in kept.read_text()
    Comment.objects.filter(pk__gt=Comment.objects.order_by("pk")[4].pk).delete()
    retrain(kept)
    card = modspam.Moderator.load(tmp_path / "site.model").model.card
    assert [source["name"] for source in card["adaptations"][-1]["sources"]] == ["kept", "moderators"]


def test_retraining_says_what_is_missing(entry, modspam_is, tmp_path):
    from django.core.management.base import CommandError

    with pytest.raises(CommandError, match="say where the site's model goes"):
        retrain()
    modspam_is(MODEL=tmp_path / "site.model")
    with pytest.raises(CommandError, match=r"no comment has a label yet.*mark some as spam"):
        retrain()
    with pytest.raises(CommandError, match="cannot be written"):
        retrain(export=tmp_path)
    store_and_mark_one(entry)
    with pytest.raises(CommandError, match="the reason stands above"):
        retrain()
    assert list(tmp_path.iterdir()) == []


def test_a_broken_model_file_is_logged_and_the_one_in_memory_stays(visitor, entry, modspam_is, tmp_path, caplog):
    model = tmp_path / "site.model"
    modspam_is(MODEL=model)
    model.write_bytes(bundled_path().read_bytes())
    send(visitor, entry, HAM)
    model.write_bytes(b"half a model")
    with caplog.at_level(logging.ERROR):
        for number in range(3):
            send(visitor, entry, f"{HAM} {number}")
            send(visitor, entry, f"{SPAM} {number}")
    assert [comment.is_public for comment in stored()] == [True, True, False, True, False, True, False]
    assert caplog.text.count("the model before it stays in use") == 1


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"MODLE": "x"}, "MODSPAM has no MODLE: it knows MODEL"),
        ({"MODEL": "site.model"}, "a whole path"),
        ({"THRESHOLD": 2}, "a number from 0 to 1, not 2"),
        ({"THRESHOLD": True}, "a number from 0 to 1, not True"),
        ({"HOLD_FROM": "0.8"}, "a number from 0 to 1, not '0.8'"),
        ({"THRESHOLD": 0.5, "HOLD_FROM": 0.8}, "at most the threshold, 0.5"),
        ({"THRESHOLD": 0.5, "MAX_FALSE_POSITIVE_RATE": 0.01}, "give one"),
        ({"ON_FLAG": "delete"}, "'hold' or 'refuse', not 'delete'"),
    ],
    ids=lambda value: str(value)[:30],
)
@pytest.mark.usefixtures("site")
def test_the_system_check_says_what_is_wrong_with_the_setting(modspam_is, values, told):
    from django.core.checks import run_checks
    from django.core.exceptions import ImproperlyConfigured

    from modspam.contrib.django.conf import chosen

    modspam_is(**values)
    (found,) = run_checks(tags=["modspam"])
    assert (found.id, told in found.msg) == ("modspam.E001", True)
    with pytest.raises(ImproperlyConfigured, match="MODSPAM"):
        chosen()


@pytest.mark.usefixtures("site")
def test_the_system_check_tries_the_model(modspam_is, tmp_path):
    from django.core.checks import run_checks

    assert run_checks(tags=["modspam"]) == []
    model = tmp_path / "site.model"
    modspam_is(MODEL=model)
    assert run_checks(tags=["modspam"]) == []
    told = run_checks(tags=["modspam"], include_deployment_checks=True)
    assert [(found.id, str(model) in found.msg) for found in told] == [("modspam.W001", True)]
    model.write_bytes(bundled_path().read_bytes())
    assert run_checks(tags=["modspam"], include_deployment_checks=True) == []
    model.write_bytes(b"no model")
    (found,) = run_checks(tags=["modspam"])
    assert (found.id, str(model) in found.msg) == ("modspam.E002", True)
    modspam_is(MAX_FALSE_POSITIVE_RATE=0.0)
    assert [found.id for found in run_checks(tags=["modspam"])] == ["modspam.E002"]


def verdict_on(text):
    from modspam.contrib.django.conf import current_moderator

    return current_moderator().check(text)


def retrain(*files, **options):
    from io import StringIO

    from django.core.management import call_command

    out, err = StringIO(), StringIO()
    call_command("modspam_retrain", *files, stdout=out, stderr=err, **options)
    return out.getvalue(), err.getvalue()


def mark_some(admin, entry):
    """Store some comments of our own, and mark them in the admin as what they are."""
    from django.contrib.sites.models import Site
    from django_comments.models import Comment

    examples = some_comments(variants=1, seed=1)[:60]
    for example in examples:
        Comment.objects.create(
            content_object=entry, site=Site.objects.get_current(), comment=example.comment.text,
            user_name=example.comment.author[:50], user_url=example.comment.author_url[:200],
        )  # fmt: skip
    for spam in (True, False):
        marked = [comment for comment, example in zip(stored(), examples, strict=True) if example.spam == spam]
        act(admin, "mark_as_spam" if spam else "mark_as_not_spam", marked)
    assert len(labels()) == len(examples)


def store_and_mark_one(entry):
    from django.contrib.auth.models import User
    from django.contrib.sites.models import Site
    from django.test import RequestFactory
    from django_comments.models import Comment

    from modspam.contrib.django.marks import mark

    request = RequestFactory().get("/")
    request.user = User.objects.create_superuser("eva")
    comment = Comment.objects.create(content_object=entry, site=Site.objects.get_current(), comment=SPAM)
    mark(request, comment, spam=True)
