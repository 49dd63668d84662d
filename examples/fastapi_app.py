"""Comments in FastAPI with modspam: honest ones are published, the rest waits for a person.

    pip install modspam fastapi uvicorn python-multipart
    MODERATOR_PASSWORD=secret uvicorn --factory fastapi_app:create_app

The form is at /, the queue at /queue (any name, that password).  What the person decides is kept in feedback.jsonl,
which ``modspam train feedback.jsonl --base bundled -o site.model`` learns from; ``site.model`` is picked up as soon
as it is there.  The folder is the current one, or ``COMMENTS_FOLDER``.

A comment takes about a millisecond of the processor.  The handlers are ``def`` and not ``async def``, so FastAPI runs
them in its threads and other requests do not wait.
"""

import os
import secrets
import sqlite3
from contextlib import closing
from html import escape
from pathlib import Path
from typing import Annotated

from fastapi import Depends, FastAPI, Form, Header, HTTPException, Request
from fastapi.responses import HTMLResponse, PlainTextResponse, RedirectResponse
from fastapi.security import HTTPBasic, HTTPBasicCredentials

import modspam
from modspam.contrib.current import CurrentModel
from modspam.contrib.feedback import append

TITLE = "Pruning old apple trees"
FORM = """<form method="post"><input name="author" required maxlength="80"><textarea name="text" required></textarea>
<input name="phone" style="display:none" autocomplete="off" tabindex="-1"><button>Send</button></form>"""
BUTTONS = """<form method="post" action="queue/{}">{}<p>{}</p>
<button name="spam" value="no">Publish</button><button name="spam" value="yes">Delete, it is spam</button></form>"""

Text = Annotated[str, Form(min_length=1, max_length=16_000)]
Name = Annotated[str, Form(min_length=1, max_length=80)]


def guard_the_queue(
    given: Annotated[HTTPBasicCredentials, Depends(HTTPBasic())], sec_fetch_site: Annotated[str, Header()] = "none"
) -> None:
    """Let the moderator in, and not another site that makes the moderator's browser press buttons."""
    password = os.environ.get("MODERATOR_PASSWORD", "")
    if not password or not secrets.compare_digest(given.password.encode(), password.encode()):
        raise HTTPException(401, "Who are you?", {"WWW-Authenticate": "Basic"})
    if sec_fetch_site not in {"same-origin", "none"}:
        raise HTTPException(403)


def create_app() -> FastAPI:
    """Make the application."""
    folder = Path(os.environ.get("COMMENTS_FOLDER", "."))
    model = CurrentModel(folder / "site.model", hold_from=0.6)
    app = FastAPI()
    moderator = [Depends(guard_the_queue)]

    def database(query: str, *values: object) -> list[sqlite3.Row]:
        with closing(sqlite3.connect(folder / "comments.sqlite3")) as connection, connection:
            connection.row_factory = sqlite3.Row
            return connection.execute(query, values).fetchall()

    database("create table if not exists comments (id integer primary key, author, text, public, why)")

    @app.get("/", response_class=HTMLResponse)
    def page() -> str:
        rows = database("select * from comments where public order by id")
        return f"<!doctype html><title>{TITLE}</title><h1>{TITLE}</h1>{''.join(map(shown, rows))}{FORM}"

    @app.post("/", response_class=PlainTextResponse)
    def send(request: Request, text: Text, author: Name, phone: Annotated[str, Form()] = "") -> PlainTextResponse:
        comment = modspam.Comment(
            text,
            author=author,
            page_title=TITLE,
            permalink=str(request.url),
            form=modspam.Form(honeypot=phone, referrer=request.headers.get("Referer", "")),
        )
        verdict = model.moderator().check(comment)
        public = verdict.action is modspam.Action.KEEP
        database(
            "insert into comments (author, text, public, why) values (?, ?, ?, ?)", author, text, public, str(verdict)
        )
        if public:
            return PlainTextResponse("Thank you.", 201)
        return PlainTextResponse("Thank you. A person will read this before it is published.", 202)

    @app.get("/queue", response_class=HTMLResponse, dependencies=moderator)
    def queue() -> str:
        rows = database("select * from comments where not public order by id")
        forms = (BUTTONS.format(row["id"], shown(row), escape(row["why"])) for row in rows)
        return f"<!doctype html><title>Queue</title>{''.join(forms)}"

    @app.post("/queue/{key}", dependencies=moderator)
    def decide(key: int, spam: Annotated[str, Form()]) -> RedirectResponse:
        for row in database("select * from comments where id = ? and not public", key):
            comment = modspam.Comment(row["text"], author=row["author"], page_title=TITLE)
            append(folder / "feedback.jsonl", comment, spam == "yes")
            done = (
                "delete from comments where id = ?" if spam == "yes" else "update comments set public = 1 where id = ?"
            )
            database(done, key)
        return RedirectResponse("/queue", 303)

    return app


def shown(row: sqlite3.Row) -> str:
    """Give a comment as HTML, with nothing in it that a browser would obey."""
    return f"<p><b>{escape(row['author'])}</b>: {escape(row['text'])}</p>"
