"""What every pool of worker processes needs that must not outlive its parent, nor import all of it."""

import multiprocessing
import os
import sys
from multiprocessing.connection import wait
from threading import Thread


def keep_main_out_of_workers() -> None:
    """A spawned process imports its parent's main module by these two names: app.py with FastAPI, Kafka and SQL, 55 MB
    and a second for each worker, which needs its own module alone."""
    main = sys.modules["__main__"]
    main.__spec__ = None
    main.__dict__.pop("__file__", None)


def end_with_parent() -> None:
    """Call it in the worker: kill -9 of the parent leaves pool workers alive for ever otherwise (research G4)."""
    Thread(target=_end, name="end-with-parent", daemon=True).start()


def _end() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    wait([parent.sentinel])
    os._exit(1)
