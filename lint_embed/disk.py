"""What files hold: of regular files alone, as reading a pipe or a device may never end."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path


def contents(path: Path) -> bytes:
    """The bytes of a regular file. Raises OSError for what can't be read or is none."""
    mode = os.stat(path).st_mode
    if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):  # of a folder the system tells
        raise OSError(errno.EINVAL, "Not a regular file", str(path))
    with path.open("rb") as file:
        return file.read()
