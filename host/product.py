"""What this software is called and which version it is."""

from __future__ import annotations

from pathlib import Path

import msgspec

from host import paths
from host.errors import HostError

_PROJECT = Path(__file__).parent.parent / "pyproject.toml"


class Product(msgspec.Struct, frozen=True):
    """The product's name, its version, and what was built ("source" in a source tree, which no image is)."""

    name: str
    version: str
    build: str


class _Release(msgspec.Struct):
    product: str
    version: str
    build: str


def product(release: Path = paths.RELEASE, project: Path = _PROJECT) -> Product:
    """The product as the image's release file names it; in a source tree, as the project file does.

    Raises HostError when there is neither, or the release file is damaged.
    """
    try:
        found = msgspec.json.decode(release.read_bytes(), type=_Release)
    except FileNotFoundError:
        return _from_source(project)
    except (OSError, msgspec.DecodeError) as error:
        raise HostError(
            f"{release} does not say which version this is: {error}",
            hint="The system image is damaged; install it again.",
        ) from error
    return Product(found.product, found.version, found.build)


def _from_source(project: Path) -> Product:
    import tomllib

    try:
        described = tomllib.loads(project.read_text())["project"]
        return Product(str(described["name"]).capitalize(), str(described["version"]), "source")
    except (OSError, tomllib.TOMLDecodeError, KeyError) as error:
        raise HostError(
            "Neither a release file nor a source tree says which version this is.",
            hint="Run from the source tree, or install the image again.",
        ) from error
