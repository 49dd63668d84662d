"""The model in use and the one before it: replacing, keeping, rolling back.

| file                  | what it is                                       |
|-----------------------|--------------------------------------------------|
| ``site.model``        | the model in use                                 |
| ``site.model.previous`` | the one before it                              |
| ``site.model.refused``  | the last one that the gate did not let through |

Every step is one rename, so whoever reads ``site.model`` meanwhile gets the old model or the new one, whole.
"""

import filecmp
import os
import shutil
from pathlib import Path

from modspam.errors import ModelNotFoundError
from modspam.model import LinearModel

__all__ = ["install", "previous_path", "refuse", "rollback"]


def previous_path(path: Path) -> Path:
    """Say where the model before this one is kept."""
    return path.with_name(f"{path.name}.previous")


def install(model: LinearModel, path: Path) -> bool:
    """Write a model and put it into use; the one that was in use is kept beside it.  Returns whether they differ.

    If they do not, nothing is changed, so that the one before stays there to roll back to.  Raises `OSError` if it
    cannot be written; the one in use then stays.
    """
    draft = path.with_name(f"{path.name}.new")
    try:
        model.save(draft)
        if path.exists():
            if filecmp.cmp(draft, path, shallow=False):
                return False
            _second_name(path, previous_path(path))
        draft.replace(path)
        return True
    finally:
        draft.unlink(missing_ok=True)


def refuse(model: LinearModel, path: Path) -> Path:
    """Write a model beside the one in use, which stays; returns where it is."""
    refused = path.with_name(f"{path.name}.refused")
    model.save(refused)
    return refused


def rollback(path: Path) -> None:
    """Put the previous model back into use; the one that was is kept as the previous, so it can be undone.

    Raises `ModelNotFoundError` if there is none, `ModelFormatError` if it cannot be loaded; nothing is then changed.
    """
    previous = previous_path(path)
    if not previous.exists():
        raise ModelNotFoundError(f"there is no {previous}, so no model was in use before {path}")
    LinearModel.load(previous)
    kept = path.with_name(f"{path.name}.new")
    if path.exists():
        _second_name(path, kept)
    previous.replace(path)
    if kept.exists():
        kept.replace(previous)


def _second_name(path: Path, name: Path) -> None:
    """Give a file a second name, in place of what had that name."""
    draft = name.with_name(f".{name.name}.link")
    draft.unlink(missing_ok=True)
    try:
        os.link(path, draft)
    except OSError:  # a file system without hard links
        shutil.copyfile(path, draft)
    draft.replace(name)
