"""Work that a call starts and does not wait for: one thread at a time."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

_LOG = logging.getLogger(__name__)


class Background:
    """Runs a job in a thread of its own; asked again while it runs, it lets it run on."""

    def __init__(self, job: Callable[[], None], *, name: str) -> None:
        self._job = job
        self._name = name
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    @property
    def is_running(self) -> bool:
        """Whether the job runs now."""
        with self._lock:
            return self._thread is not None and self._thread.is_alive()

    def start(self) -> bool:
        """Start the job unless it runs; a process that is about to end starts none.

        Returns:
            False where it runs already.
        """
        with self._lock:
            if self._thread is not None and self._thread.is_alive():
                return False
            # No daemon: a process that ends waits for it, and cuts no library off in the middle of its work.
            thread = threading.Thread(target=self._job, name=self._name)
            try:
                thread.start()
            except RuntimeError as exc:
                _LOG.info("%s is left to the next process: %s", self._name, exc)
            else:
                self._thread = thread
            return True

    def wait(self) -> None:
        """Wait until the job that runs has ended."""
        with self._lock:
            thread = self._thread
        if thread is not None:
            thread.join()
