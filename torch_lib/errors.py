"""The error tree: each says in one sentence what was given and what was expected.

    TorchLibError
      ArgumentError (ValueError)     a value outside what the function takes
        ShapeError                   sizes that do not fit each other
      KindError (TypeError)          a value of the wrong kind
      DeviceError (RuntimeError)     a device that is missing or differs
      DistributedError (RuntimeError) processes that cannot work together
      CheckpointError (RuntimeError) a file that cannot be used
      FileMissing (FileNotFoundError) a path that does not exist
      MissingPackage (ImportError)   an optional package that is not installed

``TorchLibWarning`` (UserWarning) is for what works, though not as it was asked for.

Messages do not name the function: callers that show them to a person put it in front.
"""

__all__ = [
    "ArgumentError",
    "CheckpointError",
    "DeviceError",
    "DistributedError",
    "FileMissing",
    "KindError",
    "MissingPackage",
    "ShapeError",
    "TorchLibError",
    "TorchLibWarning",
]


class TorchLibError(Exception):
    """Any failure that torch_lib reports."""


class ArgumentError(TorchLibError, ValueError):
    """A value outside what the function takes."""


class ShapeError(ArgumentError):
    """Sizes that do not fit each other."""


class KindError(TorchLibError, TypeError):
    """A value of the wrong kind."""


class DeviceError(TorchLibError, RuntimeError):
    """A device that is missing, unknown or differs from another's."""


class DistributedError(TorchLibError, RuntimeError):
    """Processes that cannot work together: one has ended, or does not answer."""


class CheckpointError(TorchLibError, RuntimeError):
    """A file that cannot be used: damaged, foreign, or of another architecture."""


class FileMissing(TorchLibError, FileNotFoundError):
    """A path that does not exist."""


class MissingPackage(TorchLibError, ImportError):
    """An optional package that is not installed."""


class TorchLibWarning(UserWarning):
    """Something works, though not as it was asked for."""
