"""Metrics for Prometheus, right for several workers too.

The library decides when it is first imported how it counts: `modspam.server.run` sets its
``PROMETHEUS_MULTIPROC_DIR`` before, if there are several workers.  There are counters and histograms
only: a gauge of a worker that has died would stand for ever.  No label names a site.
"""

import os

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

__all__ = ["CONTENT_TYPE_LATEST", "Metrics"]

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)


class Metrics:
    """What is counted.

    - ``requests``: by route and status; ``seconds``: how long they took, by route
    - ``checks``: verdicts by protocol and action; in shadow mode, what would have been said
    - ``feedback``: labels that were stored, by protocol and label
    - ``unstored``: checks that could not be stored and were given up
    - ``late``: verdicts that were given before their check was stored
    - ``store_errors``: calls of the store that failed
    - ``callbacks``: verdicts that changed, by what became of telling the site: taken, failed, given up
    - ``models``: model files that were put into use or could not be, by outcome
    """

    def __init__(self) -> None:
        self._registry = CollectorRegistry()

        def counter(name: str, what: str, *labels: str) -> Counter:
            return Counter(f"modspam_{name}", what, labels, registry=self._registry)

        self.requests = counter("requests", "Requests answered", "route", "status")
        self.seconds = Histogram(
            "modspam_request_seconds",
            "Seconds from a request's first byte to the end of its answer",
            ["route"],
            buckets=_SECONDS,
            registry=self._registry,
        )
        self.checks = counter("checks", "Comments judged", "protocol", "action")
        self.feedback = counter("feedback", "Labels stored", "protocol", "label")
        self.unstored = counter("checks_unstored", "Checks that were given up because the store was not there")
        self.late = counter("checks_late", "Verdicts given before their check was stored")
        self.store_errors = counter("store_errors", "Calls of the store that failed")
        self.callbacks = counter("callbacks", "Changed verdicts that sites were told, or could not be", "outcome")
        self.models = counter("models", "Model files put into use, or found broken", "outcome")

    def text(self) -> bytes:
        """Give all of it, of all workers, in Prometheus' format."""
        if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
            return generate_latest(self._registry)
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return generate_latest(registry)
