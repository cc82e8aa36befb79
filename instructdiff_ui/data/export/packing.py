"""Folders and zip files that appear whole or not at all. Knows nothing of what is in them."""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ...errors import DataError, disk_full
from ...files import replacing

_PACKED = ".parquet"  # compressed already


@contextmanager
def filling(path: Path | str) -> Iterator[Path]:
    """An empty folder to fill; it becomes `path`, a new folder or a .zip, when the block ends well.

    Raises `DataError` when `path` is a file, or a folder with anything in it; a .zip is replaced. A full disk is raised
    as `RunError`.
    """
    path = Path(path)
    check_free(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent) as beside:
            folder = Path(beside) / "new"  # the temporary folder itself is private
            folder.mkdir()
            yield folder
            if is_zip(path):
                _zip(folder, path)
            else:
                if path.is_dir():
                    path.rmdir()
                folder.rename(path)
    except OSError as error:
        raise disk_full(error, str(path)) or error from None


def is_zip(path: Path) -> bool:
    return path.suffix.lower() == ".zip"


def check_free(path: Path) -> None:
    """Raises `DataError` when something is at `path` that must not be replaced."""
    if is_zip(path):
        if path.is_dir():
            raise DataError(f"{path} is a folder; name a .zip file that is none, or a folder without .zip.")
    elif path.is_dir():
        if any(path.iterdir()):
            raise DataError(f"{path} is not empty: name a new folder, or a .zip.")
    elif path.exists():
        raise DataError(f"{path} is a file; this export is a folder: name a new folder, or a .zip.")


def _zip(folder: Path, path: Path) -> None:
    with replacing(path) as temporary, zipfile.ZipFile(temporary, "w") as file:
        for name in files_in(folder):
            kind = zipfile.ZIP_STORED if name.endswith(_PACKED) else zipfile.ZIP_DEFLATED
            file.write(folder / name, name, compress_type=kind)


def files_in(folder: Path) -> list[str]:
    """The files of a folder, by their paths in it."""
    return sorted(part.relative_to(folder).as_posix() for part in folder.rglob("*") if part.is_file())
