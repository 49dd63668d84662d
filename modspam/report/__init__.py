"""One page on how good a model is on labelled comments: ``modspam evaluate --report page.html``.

``figures`` works the numbers out, ``passages`` picks what is quoted of a comment, ``plots`` draws, ``page`` puts
all of it into HTML.  The page is whole in itself: it loads nothing, runs nothing, and is the same for the same
input.  It needs the extra ``modspam[report]``; without it, importing this raises `MissingExtraError`.
"""

from modspam.errors import MissingExtraError

try:
    from modspam.report.page import render
except ModuleNotFoundError as error:
    package = (error.name or "").partition(".")[0]
    if package not in {"jinja2", "markupsafe", "matplotlib"}:
        raise
    raise MissingExtraError(f"a report needs the package {package}: pip install 'modspam[report]'") from error

__all__ = ["render"]
