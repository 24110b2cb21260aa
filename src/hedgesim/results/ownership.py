"""Whose a folder and the files in it are: only files that a manifest of ours lists are replaced or removed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hedgesim.errors import StoreError
from hedgesim.results.folders import MANIFEST, NAME, OTHER_FOLDER, RESULTS_FORMAT, RUN, SWEEP, Folder, Manifest
from hedgesim.results.manifest import digest_of_folder, manifest_in, write_manifest
from hedgesim.rules.catalogue import files_in_use
from hedgesim.scenario import Scenario
from hedgesim.scenario.checked import digest_of

CHARTS = "charts"
"""Folder of charts."""

TWIN, PAIRED = INNER = ("twin", "paired")
"""Folders of a twin and of the differences from it, inside the results of a scenario."""

IDENTITY = "identity"
"""Entry of a manifest: the digest of all that was asked for, by content and not by name."""

DIGITS = 8
"""Hexadecimal digits of an identity in the name of a folder."""

Draw = Callable[[Path], Sequence[Path]]
"""Draws charts into a folder and gives their files."""


def check_folder(
    folder: Path, kind: str, identity: object, *, files: Iterable[str] = (), overwrite: bool = False
) -> None:
    """Refuse a folder of other results, or one where somebody else's files have names of ours.

    kind, identity: of what is to be written. files: names that it may have. overwrite: whether results of another
    identity may be replaced.

    Raises:
        StoreError: the folder cannot take the results.
    """
    place = Folder(folder)
    place.check_place()
    try:
        before = manifest_in(place) or {}
    except StoreError as error:
        raise StoreError(error.place, error.fault, remedy=f"Move it away, or: {OTHER_FOLDER}") from error
    held = before.get("kind", RUN)
    if before and held != kind:
        raise StoreError(folder, f"results of something else are here ({held})", remedy=OTHER_FOLDER)
    if before and before.get(IDENTITY) != identity and not overwrite:
        fault = f"other results are here ({_in_words(before)})"
        raise StoreError(folder, fault, remedy=f"{OTHER_FOLDER} --overwrite replaces them.")
    own = own_files(before)
    for name in files:
        if name not in own and NAME.fullmatch(name) and place.is_file(name) is not None:
            fault = "this file is not of these results"
            raise StoreError(folder / name, fault, remedy=f"Move it away, or: {OTHER_FOLDER}")


def identity_of(scenarios: Iterable[Scenario], *how: object) -> str:
    """The digest of what is asked for, by content and not by name: scenarios with their seeds and tables, and how."""
    read = [[one.digest, digest_of_folder(one.tables_folder)] for one in scenarios]
    return digest_of({"scenarios": read, "how": list(how)})


def identity_in(manifest: Mapping[str, Any], scenarios: Iterable[Scenario], rules: Sequence[str]) -> str:
    """The identity that results of a manifest have if they are of these scenarios and of rules of these digests."""
    how = [manifest.get(key) for key in ("runs", "keep", "engine", "backend")]
    outcomes = manifest.get("outcomes")
    return identity_of(scenarios, *how, [*rules], *([outcomes] if outcomes else []))


def own_rules() -> list[str]:
    """The digests of the files of the user's own rules, as a part of an identity."""
    return sorted(file.digest for file in files_in_use())


def own_files(manifest: Manifest) -> set[str]:
    """Names of the files that a manifest lists, of a sweep only charts; what is no name is left out."""
    tables = [] if manifest.get("kind") == SWEEP else _texts(manifest.get("tables"))
    names = [*(f"{name}.parquet" for name in tables), *(f"{CHARTS}/{name}" for name in _texts(manifest.get(CHARTS)))]
    return {name for name in names if NAME.fullmatch(name)}


def write_files(folder: Path, files: Mapping[str, bytes], manifest: Manifest) -> None:
    """Write files in place of those that the manifest of before lists; their own manifest comes last.

    Before them comes one that lists the old and the new files and says that the results are unfinished, so that what
    is left by a kill is known to be ours.

    Raises:
        StoreError: the folder cannot be written, or has files of somebody else's with these names.
    """
    place, kind = Folder(folder), manifest.get("kind", RUN)
    check_folder(folder, kind, "", files=files, overwrite=True)
    place.prepare()
    old = own_files(manifest_in(place) or {})
    charts = sorted(name.removeprefix(f"{CHARTS}/") for name in old | files.keys() if name.startswith(f"{CHARTS}/"))
    tables = sorted(name.removesuffix(".parquet") for name in old | files.keys() if "/" not in name)
    begun = {CHARTS: charts} if kind == SWEEP else {CHARTS: charts, "tables": tables, "ended": None}
    known = {**manifest, "format_version": RESULTS_FORMAT}
    write_manifest(place, {**known, **begun})
    for name in old - files.keys():
        place.remove(name)
    for name, content in files.items():
        place.write(name, content)
    write_manifest(place, {**known, CHARTS: [Path(name).name for name in files if name.startswith(f"{CHARTS}/")]})


def remove_inner(folder: Path) -> None:
    """Remove results from inner folders, where they were written together with those in it, and nothing else."""
    identity = (manifest_in(Folder(folder)) or {}).get(IDENTITY)
    for inner in (folder / name for name in INNER if identity is not None and not (folder / name).is_symlink()):
        place = Folder(inner)
        manifest = manifest_in(place) or {}
        if manifest.get(IDENTITY) == identity:
            for name in (*own_files(manifest), MANIFEST):
                place.remove(name)
            if not any(inner.iterdir()):
                inner.rmdir()


def drawn(draw: Draw) -> dict[str, bytes]:
    """Charts by the names of their files in a folder of results; they are drawn elsewhere first."""
    with TemporaryDirectory() as folder:
        return {f"{CHARTS}/{path.name}": path.read_bytes() for path in draw(Path(folder))}


def _in_words(manifest: Manifest) -> str:
    """What results are, for a message."""
    what = manifest.get("experiment") or manifest.get("scenario") or f"of {manifest.get('kind', RUN)}"
    return ", ".join([str(what), *(f"{key} {manifest[key]}" for key in ("runs", "seed", "ended") if manifest.get(key))])


def _texts(value: Any) -> list[str]:
    """The texts of a list or the keys of a mapping; a stranger's manifest may have anything in their place."""
    return [text for text in value if isinstance(text, str)] if isinstance(value, list | dict) else []
