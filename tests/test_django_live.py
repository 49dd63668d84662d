"""The Django adapter with a server that runs: comments over HTTP, ``manage.py`` beside it, both comment apps."""

import os
import re
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest
from conftest import PROJECT, Filled, some_comments
from ports import free_port, wait_for

pytest.importorskip("django_comments", reason="django-contrib-comments is not installed: pip install 'modspam[django]'")
requests = pytest.importorskip("requests", reason="requests is not installed: pip install requests")

SPAM = "Hi #WEBSITE# owner! I noticed Google is showing a unsafe website warning to your potential customers online."
HAM = "Thank you, the second diagram made it click. I had the two arrows the wrong way round for years."


class Site:
    """A site in a folder, its ``manage.py``, and somebody who visits it."""

    def __init__(self, folder, comments, **more):
        self.comments = comments
        self.folder = folder
        self.environment = os.environ | more | {
            "DJANGO_SETTINGS_MODULE": "django_site.settings",
            "PYTHONPATH": os.pathsep.join([str(PROJECT), str(PROJECT / "tests")]),
            "SITE_FOLDER": str(folder),
            "SITE_COMMENTS": comments,
            "SITE_MODSPAM": f'{{"MODEL": "{folder}/site.model"}}',
            "DJANGO_SUPERUSER_PASSWORD": "secret",
        }  # fmt: skip
        self.manage("migrate", "--run-syncdb")
        self.manage("createsuperuser", "--noinput", "--username", "ana", "--email", "ana@example.org")
        entry = folder / "entry.json"
        entry.write_text('[{"model": "blog.entry", "pk": 1, "fields": {"title": "Pruning old apple trees"}}]')
        self.manage("loaddata", str(entry))
        self.address = ""

    def manage(self, *command):
        """Run a command of manage.py."""
        return subprocess.run(
            [sys.executable, "-m", "django", *command],
            env=self.environment, capture_output=True, text=True, timeout=120, check=True,
        )  # fmt: skip

    @contextmanager
    def running(self):
        """Serve the site until the block ends."""
        port = free_port()
        self.address = f"http://127.0.0.1:{port}"
        log = self.folder / "server.log"
        with log.open("w") as output:
            command = [sys.executable, "-m", "django", "runserver", "--noreload", f"127.0.0.1:{port}"]
            server = subprocess.Popen(command, env=self.environment, stdout=output, stderr=subprocess.STDOUT)
            try:
                wait_for(port, server, log=log)
                yield
            finally:
                server.terminate()
                server.wait(timeout=30)

    def page(self):
        """Give the entry's page, as everybody sees it."""
        return requests.get(f"{self.address}/entries/1/", timeout=30).text

    def send(self, text, session=None):
        """Fill in the form below the entry, and send it."""
        session = session or requests.Session()
        page = f"{self.address}/entries/1/"
        form = Filled(session.get(page, timeout=30).text)
        fields = form.fields | {"name": "Bo", "email": "bo@example.org", "url": "", "comment": text}
        fields.pop("followup", None)
        answer = session.post(
            self.address + form.action, fields, headers={"Referer": page}, timeout=30, allow_redirects=False
        )
        assert answer.status_code == 302, answer.text
        return answer

    def send_to_api(self, text):
        """Send a comment as JSON, as a script in the page would; django-comments-xtd has an address for that."""
        form = Filled(requests.get(f"{self.address}/entries/1/", timeout=30).text)
        names = ("content_type", "object_pk", "timestamp", "security_hash")
        comment = {name: form.fields[name] for name in names} | {
            "name": "Bo",
            "email": "bo@example.org",
            "comment": text,
        }
        answer = requests.post(f"{self.address}/comments/api/comment/", json=comment, timeout=30)
        return answer.status_code

    @property
    def admin_list(self):
        """Say where the comments are in the admin."""
        app = "django_comments_xtd/xtdcomment" if self.comments == "xtd" else "django_comments/comment"
        return f"{self.address}/admin/{app}/"

    def moderator(self):
        """Log in through the admin's form."""
        session = requests.Session()
        form = Filled(session.get(f"{self.address}/admin/login/", timeout=30).text)
        fields = form.fields | {"username": "ana", "password": "secret"}
        answer = session.post(f"{self.address}/admin/login/?next=/admin/", fields, timeout=30)
        assert "Site administration" in answer.text
        return session

    def act(self, session, action, keys):
        """Do one of the actions of the admin's list."""
        session.get(self.admin_list, timeout=30)
        fields = [("csrfmiddlewaretoken", session.cookies["csrftoken"]), ("action", action)]
        answer = session.post(self.admin_list, [*fields, *(("_selected_action", key) for key in keys)], timeout=30)
        assert answer.status_code == 200
        return answer.text

    def keys(self, session):
        """The comments' keys by the beginning of their text, from their own pages in the admin."""
        listed = session.get(self.admin_list, params={"all": ""}, timeout=30).text
        found = {}
        for key in re.findall(r'name="_selected_action" value="(\d+)"', listed):
            page = session.get(f"{self.admin_list}{key}/change/", timeout=30).text
            (text,) = re.findall(r'<textarea[^>]*id="id_comment"[^>]*>\s*(.*?)</textarea>', page, re.DOTALL)
            found[text[:5]] = key
        return found

    def verdicts(self, session):
        """Read the admin's column."""
        listed = session.get(self.admin_list, timeout=30).text
        return re.findall(r'class="field-modspam_verdict">([^<]*)<', listed)


def test_an_app_before_the_comments_is_told_to_move(tmp_path):
    site = Site(tmp_path, "plain")
    site.environment["SITE_APPS_FIRST"] = "modspam.contrib.django"
    with pytest.raises(subprocess.CalledProcessError) as failed:
        site.manage("check")
    assert "modspam.E003" in failed.value.stderr
    assert "move it below django_comments" in failed.value.stderr


@pytest.mark.parametrize("comments", ["plain", "xtd"])
def test_comments_marks_and_retraining_on_a_site_that_runs(tmp_path, comments):
    if comments == "xtd":
        pytest.importorskip("django_comments_xtd", reason="django-comments-xtd is not installed")
    site = Site(tmp_path, comments)
    assert "no issues" in site.manage("check").stdout
    with site.running():
        for text in (HAM, SPAM):
            site.send(text)
        assert HAM in site.page()
        assert "#WEBSITE#" not in site.page()

        moderator = site.moderator()
        (held,) = [verdict for verdict in site.verdicts(moderator) if verdict.startswith("flag (")]
        assert "placeholder" in held
        keys = site.keys(moderator)
        site.act(moderator, "mark_as_not_spam", [keys[SPAM[:5]]])
        assert "#WEBSITE#" in site.page()
        site.act(moderator, "mark_as_spam", [keys[SPAM[:5]]])
        assert "#WEBSITE#" not in site.page()
        assert HAM in site.page()

        if comments == "xtd":
            assert [site.send_to_api(f"{text} Again.") for text in (HAM, SPAM)] == [201, 202]
        before = site.verdicts(moderator)
        examples = [example for example in some_comments(variants=1, seed=1) if len(example.comment.text) < 2000][:24]
        for number, example in enumerate(examples):
            site.send(f"{number:05} {example.comment.text}")
        keys = site.keys(moderator)
        for spam in (True, False):
            marked = [keys[f"{n:05}"] for n, e in enumerate(examples) if e.spam == spam]
            action = "mark_as_spam" if spam else "mark_as_not_spam"
            assert f"{len(marked)} marked as" in site.act(moderator, action, marked)
        told = site.manage("modspam_retrain")
        assert f"written: {tmp_path}/site.model" in told.stdout
        assert f"{1 + sum(e.spam for e in examples)} marked as spam" in told.stderr
        after = site.verdicts(moderator)  # of a server that has not been started anew
        assert len(after) == len(before) + len(examples)
        assert not set(before) <= set(after)
    assert "Traceback" not in (tmp_path / "server.log").read_text()


def test_a_held_comment_still_waits_after_its_e_mail_was_confirmed(tmp_path):
    """django-comments-xtd stores a comment when its sender has followed a link; until then it is in the link."""
    pytest.importorskip("django_comments_xtd", reason="django-comments-xtd is not installed")
    site = Site(tmp_path, "xtd", SITE_CONFIRM="1")
    with site.running():
        for text in (HAM, SPAM):
            site.send(text)
        mails = [path.read_text() for path in Path(tmp_path, "mail").iterdir()]
        links = [re.search(r"/comments/confirm/[^/\s\"]+/", mail.replace("=\n", "")).group() for mail in mails]
        assert len(links) == 2
        answers = [requests.get(site.address + link, timeout=30, allow_redirects=False) for link in links]
        assert sorted(answer.status_code for answer in answers) == [200, 302]  # it waits; it is there
        assert HAM in site.page()
        assert "#WEBSITE#" not in site.page()
        assert len(site.keys(site.moderator())) == 2
    assert "Traceback" not in (tmp_path / "server.log").read_text()
