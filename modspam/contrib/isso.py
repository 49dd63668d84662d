"""modspam in Isso: it fills the spam guard, which Isso leaves empty, and learns from what the moderator does.

Start Isso with it: ``python -m modspam.contrib.isso -c isso.cfg run``, or, under a server of your own,
``modspam.contrib.isso:make_app()`` where you had ``isso.run``.  In ``isso.cfg``, all of it optional:

    [modspam]
    model = /var/lib/isso/site.model
    threshold = 0.9
    max-false-positive-rate = 0.005
    hold-from = 0.6
    on-flag = hold
    feedback = /var/lib/isso/feedback.jsonl

| option                    | what it says                                                                    |
|---------------------------|---------------------------------------------------------------------------------|
| ``model``                 | the site's model; the bundled one is in use where it is missing, or not there yet |
| ``threshold``, ``max-false-positive-rate``, ``hold-from`` | as for `modspam.Moderator.load`                  |
| ``on-flag``               | ``hold`` puts what is flagged in Isso's queue (the default), ``refuse`` refuses it |
| ``feedback``              | where the moderator's decisions are kept, for ``modspam train``                 |

What the moderator does with a comment in the queue is a label: activated, it is ham; deleted, it is spam.  Of comments
that are public nothing is learnt, for these are also deleted for being off the topic, and nothing of what people
delete themselves or Isso purges.
"""

import logging
import sys
from collections.abc import Iterator, Mapping
from configparser import ConfigParser
from contextlib import contextmanager, suppress
from html import unescape
from math import isfinite
from os import environ
from pathlib import Path
from typing import Any, NamedTuple

import isso
from isso import config
from isso.views import comments

from modspam.comment import Comment, Form
from modspam.contrib.current import CurrentModel
from modspam.contrib.feedback import append
from modspam.errors import OutputError, SettingError
from modspam.verdict import Action, Verdict, printable

__all__ = ["Settings", "make_app", "run"]

_logger = logging.getLogger("isso.modspam")
_PUBLIC, _WAITS = 1, 2  # Isso's modes
_REFUSED = "this comment looks like spam; please tell the owner of this site if it is not"
_SECTION = "modspam"
_NUMBERS = ("threshold", "max-false-positive-rate", "hold-from")
_OPTIONS = ("model", *_NUMBERS, "on-flag", "feedback")


class Settings(NamedTuple):
    """What the section ``[modspam]`` of Isso's configuration says."""

    model: Path | None = None
    threshold: float | None = None
    max_false_positive_rate: float | None = None
    hold_from: float | None = None
    refuse: bool = False
    feedback: Path | None = None

    @classmethod
    def of(cls, configuration: ConfigParser) -> "Settings":
        """Read the section.  Raises `SettingError` for an option that is unknown or cannot be followed."""
        if not configuration.has_section(_SECTION):
            return cls()
        given = {}
        for name in configuration.options(_SECTION):
            if name not in _OPTIONS:
                raise SettingError(f"isso.cfg, [modspam]: there is no option {name}; it knows {', '.join(_OPTIONS)}")
            with suppress(TypeError):  # Isso cannot read an option that has no value, not even an empty one
                given[name] = configuration.get(_SECTION, name)
        on_flag = given.get("on-flag") or "hold"
        if on_flag not in {"hold", "refuse"}:
            raise SettingError(f"isso.cfg, [modspam]: on-flag is hold or refuse, not {on_flag}")
        threshold, rate, hold_from = (_number(name, given.get(name)) for name in _NUMBERS)
        if threshold is not None and hold_from is not None and hold_from > threshold:
            raise SettingError(f"isso.cfg, [modspam]: hold-from is at most the threshold, {threshold}, not {hold_from}")
        model, feedback = (
            Path(given[name]).expanduser() if given.get(name) else None for name in ("model", "feedback")
        )
        return cls(model, threshold, rate, hold_from, on_flag == "refuse", feedback)


class _Guard:
    """Takes part in one Isso: judges what comes, and keeps what the moderator says."""

    def __init__(self, app: isso.Isso) -> None:
        self._app = app
        self._settings = Settings.of(app.conf)
        choice = self._settings
        self._model = CurrentModel(
            choice.model,
            threshold=choice.threshold,
            max_false_positive_rate=choice.max_false_positive_rate,
            hold_from=choice.hold_from,
        )
        moderator = self._model.moderator()  # now, so that a mistake shows when Isso starts
        _logger.info(
            "modspam %s what it flags, from %.4f on", "refuses" if choice.refuse else "holds", moderator.threshold
        )
        if not app.conf.getboolean("guard", "enabled"):
            _logger.warning("[guard] is not enabled in isso.cfg, so modspam is not asked")
        app.db.guard._spam = self.judge  # noqa: SLF001 - the place that Isso leaves for it
        self._delete = app.db.comments.delete
        app.db.comments.delete = self.delete
        subscriptions = app.signal.subscriptions
        subscriptions["comments.activate"].append(self.on_activate)
        subscriptions["comments.edit"].append(self.on_edit)

    def judge(self, uri: str, comment: dict[str, Any]) -> tuple[bool, str]:
        """Let a new comment pass, have it wait, or refuse it with what its author is told."""
        form = Form(referrer=isso.local.request.referrer or "")
        verdict = self._verdict(_comment_of(comment, self._app.db.threads[uri], form))
        if verdict is not None and verdict.flagged and self._settings.refuse:
            return False, _REFUSED
        if verdict is None or verdict.action is not Action.KEEP:
            comment["mode"] = _WAITS
        return True, ""

    def on_edit(self, comment: Mapping[str, Any]) -> None:
        """Judge a comment again that its author has changed: Isso asks no guard then."""
        if isso.local.request.method != "PUT":  # the moderator has
            return
        item = self._app.db.comments.get(comment["id"])
        if item is None or item["mode"] != _PUBLIC:
            return
        verdict = self._verdict(_comment_of(item, self._app.db.threads.get(item["tid"]), None))
        if verdict is None or verdict.action is not Action.KEEP:
            with self._app.lock:
                self._app.db.comments.update(item["id"], {"mode": _WAITS})

    def on_activate(self, thread: Mapping[str, Any], item: Mapping[str, Any]) -> None:
        """Keep that a comment is no spam, since the moderator has let it through."""
        if item["mode"] == _WAITS:
            self._keep(item, thread, spam=False)

    def delete(self, key: int) -> Any:
        """Delete a comment as Isso does; of one that waits, keep that the moderator took it for spam."""
        item = self._app.db.comments.get(key)
        by_moderator = isso.local.request.method == "POST"  # its author sends DELETE
        thread = self._app.db.threads.get(item["tid"]) if item else None
        deleted = self._delete(key)
        if thread and item["mode"] == _WAITS and by_moderator:
            self._keep(item, thread, spam=True)
        return deleted

    def _verdict(self, comment: Comment) -> Verdict | None:
        """Judge; where that fails nobody's comment is lost, and nothing slips through: it waits."""
        try:
            verdict = self._model.moderator().check(comment)
        except Exception:
            _logger.exception("a comment could not be judged, so it waits for the moderator")
            return None
        if verdict.action is not Action.KEEP:
            _logger.info("%s", printable(str(verdict)))
        return verdict

    def _keep(self, item: Mapping[str, Any], thread: Mapping[str, Any], *, spam: bool) -> None:
        if self._settings.feedback is None:
            return
        try:
            append(self._settings.feedback, _comment_of(item, thread, None), spam)
        except OutputError as error:  # what the moderator has done is done all the same
            _logger.error("%s", error)  # noqa: TRY400 - the message says all


class _GuardedAPI(comments.API):
    """What Isso makes last when it starts, with its spam guard filled."""

    def __init__(self, app: isso.Isso, hasher: Any) -> None:
        super().__init__(app, hasher)
        _Guard(app)


def make_app(conf: ConfigParser | str | None = None, **how: bool) -> Any:
    """Make Isso's WSGI application, with its spam guard filled.

    ``conf`` is a configuration as Isso loads it, the path of one, or what ``ISSO_SETTINGS`` names; the rest is as for
    ``isso.make_app``.  Raises `SettingError` if its section ``[modspam]`` cannot be followed.
    """
    if not isinstance(conf, ConfigParser):
        path = conf or environ.get("ISSO_SETTINGS")
        if not path:
            raise SettingError("no configuration: give the path of isso.cfg, or set ISSO_SETTINGS to it")
        conf = config.load(config.default_file(), path)
    with _filled():
        return isso.make_app(conf, **how)


def run() -> None:
    """Run Isso's own command line, with the spam guard filled."""
    with _filled():
        isso.main()


@contextmanager
def _filled() -> Iterator[None]:
    """Have Isso make its application with our class: it has no other way to be extended."""
    original = comments.API
    comments.API = _GuardedAPI
    try:
        yield
    finally:
        comments.API = original


def _comment_of(item: Mapping[str, Any], thread: Mapping[str, Any], form: Form | None) -> Comment:
    """Read a comment as Isso has it: names and addresses escaped for HTML, the text as it was written."""
    return Comment(
        item["text"],
        author=unescape(item["author"] or ""),
        author_url=unescape(item["website"] or ""),
        permalink=f"{isso.local.origin}{thread['uri']}",
        page_title=thread["title"] or "",
        form=form,
    )


def _number(name: str, value: str | None) -> float | None:
    """Read a number from 0 to 1, or nothing."""
    if not value:
        return None
    with suppress(ValueError):
        number = float(value)
        if isfinite(number) and 0 <= number <= 1:
            return number
    raise SettingError(f"isso.cfg, [modspam]: {name} is a number from 0 to 1, not {value}")


if __name__ == "__main__":
    try:
        run()
    except SettingError as error:
        sys.exit(str(error))
