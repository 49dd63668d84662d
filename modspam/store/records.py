"""What the store keeps, as its callers see it."""

from datetime import datetime
from typing import NamedTuple

from modspam.comment import Comment
from modspam.store.address import file_name
from modspam.verdict import Action

__all__ = ["Callback", "Check", "Counts", "Feedback", "Key", "Recheck", "Site"]


class Site(NamedTuple):
    """A site whose comments are judged.

    - ``id``: its number in this store, never given to another site
    - ``address``: host, port and path, in one spelling (`modspam.store.address.site_address`)
    """

    id: int
    address: str

    @property
    def model_name(self) -> str:
        """The name of the file that its own model has.

        >>> Site(1, "blog.example.org").model_name
        'blog.example.org.model'
        """
        return file_name(self.address)


class Key(NamedTuple):
    """What is known of a key; the key itself is shown once, when it is made.

    - ``id``: its number in this store
    - ``site``: whose it is
    - ``note``: what its maker wrote beside it
    - ``created``, ``revoked``: in UTC; ``revoked`` is None while the key opens
    """

    id: int
    site: Site
    note: str
    created: datetime
    revoked: datetime | None


class Callback(NamedTuple):
    """Where a site wants to hear of a check again, and what is needed for that.

    - ``url``: to call
    - ``post``: the page's number at the site, 20 characters at most; empty if it gave none
    - ``page_text``: what the page is about; 2,000 characters of it are kept
    """

    url: str
    post: str = ""
    page_text: str = ""


class Check(NamedTuple):
    """A comment that was judged, and the verdict.

    - ``id``: 32 hexadecimal digits, unique
    - ``site``: the site's ``id``
    - ``at``: when, with its time zone; comes back in UTC
    - ``comment``: comes back without e-mail and page text, and with little of its form: see ``docs/store.md``
    - ``action``, ``probability``, ``score``: the verdict's
    - ``model``: the digest of the model that judged, or empty
    - ``protocol``: how it was asked: ``"akismet"``, ``"native"``, ``"blogspam"``
    - ``test``: asked for a trial: neither counted nor learnt
    - ``callback``: where to tell of another verdict, None for nowhere; does not come back
    """

    id: str
    site: int
    at: datetime
    comment: Comment
    action: Action
    probability: float
    score: float
    model: str
    protocol: str
    test: bool = False
    callback: Callback | None = None


class Recheck(NamedTuple):
    """A check that was claimed, to be judged by a newer model.

    - ``id``: of the check
    - ``comment``: as it was judged, with the page's text
    - ``url``, ``post``: see `Callback`
    - ``told``: the action that the site knows
    - ``tries``: how often telling it of another one has failed since
    """

    id: str
    comment: Comment
    url: str
    post: str
    told: Action
    tries: int


class Feedback(NamedTuple):
    """What somebody says of a comment.

    - ``site``: the site's ``id``
    - ``comment``: as it was submitted; None where ``check`` says which it is
    - ``spam``: what they say it is
    - ``at``: when, with its time zone
    - ``reporter``: empty for the site's owner and moderators; a pseudonym, 200 characters at most, for the public
    - ``check``: the id of the check, where it is known
    - ``test``: said for a trial: neither counted nor learnt
    """

    site: int
    comment: Comment | None
    spam: bool
    at: datetime
    reporter: str = ""
    check: str | None = None
    test: bool = False


class Counts(NamedTuple):
    """What happened on a site in one month; trials are left out.

    - ``month``: ``"YYYY-MM"``, in UTC
    - ``checks``: comments that were judged; ``spam``: those flagged; ``ham``: the others, held ones too
    - ``missed_spam``: kept comments of that month that the owner then called spam
    - ``false_positives``: flagged ones that the owner then called honest
    """

    month: str
    checks: int
    spam: int
    ham: int
    missed_spam: int
    false_positives: int
