"""Everything that can go wrong in a way the user can mend.

    ScriptoriumError
    ├── DataError              a data set
    │   ├── SourceNotFound     no readable image where one was looked for
    │   └── StoreError         a Parquet file that is not ours, or not whole
    ├── ImageError             one image
    ├── PipelineError          a preprocessing pipeline
    ├── ModelError             a model that is missing, unknown or does not fit
    ├── RunError               a training run
    │   ├── RunBusy            another run is going on
    │   └── RunNotFound        no run of that name
    ├── StorageFull            no space left on the disk
    └── Cancelled              the user stopped it

Each message is one line: what was wrong, which file, what to do.
"""


class ScriptoriumError(Exception):
    """Base of all errors whose message is meant for the user."""


class DataError(ScriptoriumError):
    """A data set can't be read, built or split as asked."""


class SourceNotFound(DataError):
    """No readable image was found where one was looked for."""


class StoreError(DataError):
    """A Parquet file is not one of ours, or is damaged."""


class ImageError(ScriptoriumError):
    """An image can't be decoded, or is too large to be safe."""


class PipelineError(ScriptoriumError):
    """A preprocessing pipeline is unknown or its description is invalid."""


class ModelError(ScriptoriumError):
    """A model is missing, unknown, or does not fit what it is used on."""


class RunError(ScriptoriumError):
    """A training run can't be started, read or stopped as asked."""


class RunBusy(RunError):
    """Another training run is going on in this workspace."""


class RunNotFound(RunError):
    """No training run goes by that name."""


class StorageFull(ScriptoriumError):
    """The disk is full; nothing half-written was left behind."""


class Cancelled(ScriptoriumError):
    """The user stopped the work before its end."""


DAMAGED = (
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    OverflowError,
    RecursionError,
)
"""What reading a description ends with that somebody has changed by hand, or cut off."""


def first_line(error: BaseException) -> str:
    """Return the first line of what an error says, or what kind it is where it says nothing."""
    return next(iter(str(error).strip().splitlines()), type(error).__name__)


def in_one_line(error: Exception) -> str:
    """Say what went wrong in one line; of a file, which one and what to do."""
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {error.strerror}; check the path and its permissions"
    return " ".join(str(error).splitlines())
