"""What the app tells others."""

from django.dispatch import Signal

__all__ = ["comment_was_judged"]

# Sent once for each comment that was judged, before it is stored.  Arguments: "comment", "verdict"
# (a modspam.Verdict), "request".  Moderators' own comments are not judged.
comment_was_judged = Signal()
