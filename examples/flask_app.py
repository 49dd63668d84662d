"""Comments in Flask with modspam: honest ones are published, the rest waits for a person.

    pip install modspam flask
    MODERATOR_PASSWORD=secret flask --app flask_app run

The form is at /, the queue at /queue (any name, that password).  What the person decides is kept in feedback.jsonl,
which ``modspam train feedback.jsonl --base bundled -o site.model`` learns from; ``site.model`` is picked up as soon
as it is there.  The folder is the current one, or ``COMMENTS_FOLDER``.
"""

import os
import secrets
import sqlite3
from contextlib import closing
from pathlib import Path

from flask import Flask, Response, abort, redirect, render_template_string, request

from modspam import Action, Comment, Form
from modspam.contrib.current import CurrentModel
from modspam.contrib.feedback import append

TITLE = "Pruning old apple trees"
PAGE = """<!doctype html><title>{{ title }}</title><h1>{{ title }}</h1>
{% for comment in comments %}<p><b>{{ comment.author }}</b>: {{ comment.text }}</p>{% endfor %}
<form method="post"><input name="author" required maxlength="80"><textarea name="text" required></textarea>
<input name="phone" style="display:none" autocomplete="off" tabindex="-1"><button>Send</button></form>"""
QUEUE = """<!doctype html><title>Queue</title>
{% for comment in comments %}<form method="post" action="queue/{{ comment.id }}">
<p><b>{{ comment.author }}</b>: {{ comment.text }}</p><p>{{ comment.why }}</p>
<button name="spam" value="no">Publish</button><button name="spam" value="yes">Delete, it is spam</button>
</form>{% endfor %}"""


def guard_the_queue() -> Response | None:
    """Let the moderator in, and not another site that makes the moderator's browser press buttons."""
    if not request.path.startswith("/queue"):
        return None
    password = os.environ.get("MODERATOR_PASSWORD", "")
    given = (request.authorization and request.authorization.password) or ""
    if not password or not secrets.compare_digest(given.encode(), password.encode()):
        return Response("Who are you?", 401, {"WWW-Authenticate": "Basic"})
    if request.headers.get("Sec-Fetch-Site", "none") not in {"same-origin", "none"}:
        abort(403)
    return None


def create_app() -> Flask:
    """Make the application; one process may serve many threads."""
    folder = Path(os.environ.get("COMMENTS_FOLDER", "."))
    model = CurrentModel(folder / "site.model", hold_from=0.6)
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = 64 * 1024
    app.before_request(guard_the_queue)

    def database(query: str, *values: object) -> list[sqlite3.Row]:
        with closing(sqlite3.connect(folder / "comments.sqlite3")) as connection, connection:
            connection.row_factory = sqlite3.Row
            return connection.execute(query, values).fetchall()

    database("create table if not exists comments (id integer primary key, author, text, public, why)")

    @app.get("/")
    def page() -> str:
        rows = database("select * from comments where public order by id")
        return render_template_string(PAGE, title=TITLE, comments=rows)

    @app.post("/")
    def send() -> tuple[str, int]:
        comment = Comment(
            request.form["text"],
            author=request.form["author"],
            page_title=TITLE,
            permalink=request.base_url,
            form=Form(honeypot=request.form.get("phone", ""), referrer=request.referrer or ""),
        )
        verdict = model.moderator().check(comment)
        public = verdict.action is Action.KEEP
        insert = "insert into comments (author, text, public, why) values (?, ?, ?, ?)"
        database(insert, comment.author, comment.text, public, str(verdict))
        return ("Thank you.", 201) if public else ("Thank you. A person will read this before it is published.", 202)

    @app.get("/queue")
    def queue() -> str:
        return render_template_string(QUEUE, comments=database("select * from comments where not public order by id"))

    @app.post("/queue/<int:key>")
    def decide(key: int) -> Response:
        spam = request.form["spam"] == "yes"
        for row in database("select * from comments where id = ? and not public", key):
            comment = Comment(row["text"], author=row["author"], page_title=TITLE)
            append(folder / "feedback.jsonl", comment, spam)
            database(
                "delete from comments where id = ?" if spam else "update comments set public = 1 where id = ?", key
            )
        return redirect("/queue", 303)

    return app
