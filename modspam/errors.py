"""Everything that modspam raises on purpose.

One base, `ModspamError`, for callers who want to catch all of it; each subclass is also the builtin
exception that a caller would guess.  Every message says what to do next.
"""

__all__ = [
    "CheckpointError",
    "ClusterError",
    "CommentError",
    "CommentTypeError",
    "CorpusError",
    "DownloadError",
    "MissingExtraError",
    "ModelFormatError",
    "ModelNotFoundError",
    "ModspamError",
    "OutputError",
    "SettingError",
    "SpintaxError",
    "StoreError",
    "TrainingError",
    "WorkerError",
]


class ModspamError(Exception):
    """The base of every error that modspam raises on purpose."""


class CommentError(ModspamError, ValueError):
    """A comment cannot be read: a mapping without text, for example."""


class CommentTypeError(CommentError, TypeError):
    """Something that is no comment at all, or a field that is not text."""


class SettingError(ModspamError, ValueError):
    """An argument is out of its range: a threshold above 1, for example."""


class ModelFormatError(ModspamError, ValueError):
    """A file is no model, is damaged, or was written by another version of modspam."""


class ModelNotFoundError(ModspamError, FileNotFoundError):
    """There is no model at the path given."""


class CorpusError(ModspamError, ValueError):
    """A file of comments cannot be read; the message names the file and the line."""


class OutputError(ModspamError, OSError):
    """A result cannot be written: a full disk, or something is there already."""


class StoreError(ModspamError, OSError):
    """The database of checks and labels cannot be used now: gone, full, locked, or of a newer modspam."""


class SpintaxError(CorpusError):
    """A spintax template is not well formed."""


class TrainingError(ModspamError, ValueError):
    """The comments given are not enough to train or to evaluate on."""


class CheckpointError(ModspamError, ValueError):
    """What an interrupted run has left does not belong to this one, or to this version of modspam."""


class ClusterError(ModspamError, OSError):
    """A cluster that was to do the work is not there, or cannot do it."""


class DownloadError(ModspamError, OSError):
    """A public corpus could not be fetched, or what came is not what was expected."""


class WorkerError(ModspamError, RuntimeError):
    """A process that shares the work was ended from outside."""


class MissingExtraError(ModspamError, ImportError):
    """A feature needs a package that is only installed with an extra."""
