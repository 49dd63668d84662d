"""Numbers that the command line tells and the server or the store act on: said once, and light to import."""

__all__ = ["DISCARD_FROM", "RETENTION_DAYS"]

DISCARD_FROM = 0.9999999  # probability; docs/server.md says what that takes
RETENTION_DAYS = 90  # that checks are kept
