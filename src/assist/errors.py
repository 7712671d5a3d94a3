"""Every exception that assist raises on purpose.

```
AssistError
├─ InputError (ValueError)         the caller passed something impossible
│  └─ DimensionError               arrays disagree in d
├─ IngestError                     .path  .line (1-based)
│  ├─ UnsupportedFormatError
│  └─ MalformedRecordError
├─ StoreError                      .path
│  ├─ StoreNotFoundError
│  ├─ StoreLockedError
│  ├─ StoreCorruptError            .file
│  ├─ StoreVersionError            .expected .found
│  └─ StoreMismatchError           .expected .found
├─ EncoderError
│  ├─ EncoderUnavailableError
│  └─ ModelNotFoundError           .model
└─ MissingDependencyError (ImportError)   .extra
```
"""

from __future__ import annotations

from pathlib import Path


class AssistError(Exception):
    """Base class of every error of this package."""


class InputError(AssistError, ValueError):
    """The caller passed something impossible: `k < 1`, an empty text, a wrong shape."""


class DimensionError(InputError):
    """Two arrays, or an array and a store, disagree in their dimension d."""


class IngestError(AssistError):
    """A file or record could not be read; carries `.path` and the 1-based `.line` (None: whole file)."""

    def __init__(self, message: str, *, path: str | Path | None = None, line: int | None = None) -> None:
        place = "" if path is None else f"{path}:{line}: " if line is not None else f"{path}: "
        super().__init__(place + message)
        self.reason = message
        self.path = None if path is None else str(path)
        self.line = line


class UnsupportedFormatError(IngestError):
    """No reader is known for this kind of file."""


class MalformedRecordError(IngestError):
    """One record of a file is broken; the rest may be fine."""


class StoreError(AssistError):
    """A store could not do what was asked; carries its `.path`."""

    def __init__(self, message: str, *, path: str | Path | None = None) -> None:
        super().__init__(message if path is None else f"{path}: {message}")
        self.path = None if path is None else str(path)


class StoreNotFoundError(StoreError):
    """There is no store at this path and `create=False`."""


class StoreLockedError(StoreError):
    """Another writer holds the store."""


class StoreCorruptError(StoreError):
    """A file of the store is damaged; `.file` names it."""

    def __init__(self, message: str, *, path: str | Path | None = None, file: str | None = None) -> None:
        super().__init__(message, path=path)
        self.file = file


class _ExpectedFoundError(StoreError):
    def __init__(
        self, message: str, *, path: str | Path | None = None, expected: str = "", found: str = ""
    ) -> None:
        super().__init__(f"{message} (expected {expected}, found {found})", path=path)
        self.expected = expected
        self.found = found


class StoreVersionError(_ExpectedFoundError):
    """The store was written in a format that this version does not read."""


class StoreMismatchError(_ExpectedFoundError):
    """The store was built with another encoder or another dictionary than it is opened with."""


class EncoderError(AssistError):
    """An encoder failed or returned something that is not a unit-row float32 matrix."""


class EncoderUnavailableError(EncoderError):
    """An embeddings service cannot be reached, refuses the key, or failed at every try."""


class ModelNotFoundError(EncoderError):
    """The named model is neither bundled, nor a folder, nor reachable; `.model` names it."""

    def __init__(self, message: str, *, model: str) -> None:
        super().__init__(message)
        self.model = model


class MissingDependencyError(AssistError, ImportError):
    """An optional package is absent; `.extra` names the extra that brings it."""

    def __init__(self, package: str, *, extra: str) -> None:
        super().__init__(f"{package} is not installed; type: pip install 'assist[{extra}]'")
        self.extra = extra
