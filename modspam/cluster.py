"""A Dask cluster in the place of this machine's processes: joblib's own backend, so nothing else changes.

The workers need modspam installed, and where work goes by files (training from disk) they need to see the same
folder under the same name.  A worker that dies is no loss: what it was doing is done again by another.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import joblib

from modspam.errors import ClusterError, MissingExtraError

__all__ = ["workers"]

_PATIENCE = 15  # seconds, for the scheduler to answer and for a first worker to be there


@contextmanager
def workers(address: str | None) -> Iterator[None]:
    """Work on the cluster whose scheduler is at ``address`` (``tcp://host:port``) inside the block, or here if None.

    Raises `ClusterError` if there is no scheduler, or it has no workers; `MissingExtraError` without Dask.
    """
    if address is None:
        yield
        return
    try:
        from distributed import Client
        from distributed.scheduler import KilledWorker
    except ImportError as error:
        raise MissingExtraError("--dask needs the package distributed: pip install 'modspam[dask]'") from error
    try:
        client = Client(address, timeout=_PATIENCE, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError, TypeError) as error:
        raise ClusterError(
            f"no Dask scheduler answers at {address} ({error}): start one with 'dask scheduler', and give the address "
            "that it prints, or leave --dask out to work on this machine"
        ) from error
    with client:
        try:
            client.wait_for_workers(1, timeout=_PATIENCE)
        except TimeoutError as error:
            raise ClusterError(
                f"the Dask scheduler at {address} has no workers: start some with 'dask worker {address}'"
            ) from error
        try:
            with joblib.parallel_config(backend="dask", client=client):
                yield
        except KilledWorker as error:
            raise ClusterError(f"workers died again and again over the same comments: {error}") from error
