"""Whose a folder and the files in it are: only files that a manifest of ours lists are replaced or removed."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from hedgesim.errors import StoreError
from hedgesim.results.drafts import locked
from hedgesim.results.folders import MANIFEST, NAME, OTHER_FOLDER, RESULTS_FORMAT, RUN, SWEEP, Folder, Manifest
from hedgesim.results.manifest import digest_of_folder, manifest_in, sealed
from hedgesim.rules.catalogue import files_in_use
from hedgesim.scenario import Scenario
from hedgesim.scenario.checked import digest_of

CHARTS = "charts"
"""Folder of charts."""

TWIN, PAIRED = INNER = ("twin", "paired")
"""Folders of a twin and of the differences from it, inside the results of a scenario."""

KINDS_OF_CHARTS = ("png", "svg")
"""Endings of the files of charts in a folder of results."""

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
        if name in own:
            place.check_file(name)
        elif NAME.fullmatch(name) and place.is_file(name) is not None:
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


class Part(NamedTuple):
    """What is to be written into a folder: its files by name, and the manifest."""

    folder: Path
    files: Mapping[str, bytes]
    manifest: Manifest


def write_files(*parts: Part, overwrite: bool = False) -> None:
    """Write files of some folders in place of those that the manifests of before list.

    All are written under other names first: where that fails, everything is as it was. overwrite: whether results of
    another identity may be replaced.

    Raises:
        StoreError: a folder cannot be written, or has other results or files of somebody else's with these names.
    """
    with ExitStack() as stack:
        for part in parts:
            Folder(part.folder).prepare()
            stack.enter_context(locked(part.folder))
        for folder, files, manifest in parts:
            check_folder(folder, manifest.get("kind", RUN), manifest.get(IDENTITY), files=files, overwrite=overwrite)
        together = {part.folder for part in parts}
        for put in [stack.enter_context(_drafted(part, together)) for part in parts]:
            put()


@contextmanager
def _drafted(part: Part, together: Container[Path]) -> Iterator[Callable[[], None]]:
    """Write a part under other names; give what puts it in place, its manifest last.

    First comes a manifest that lists the old and the new files and says that the results are unfinished, so that what
    is left by a kill is known to be ours. together: folders that are written together with it.
    """
    folder, files, manifest = part
    place, before = Folder(folder), manifest_in(Folder(folder)) or {}
    old = own_files(before)
    charts = sorted(name.removeprefix(f"{CHARTS}/") for name in old | files.keys() if name.startswith(f"{CHARTS}/"))
    tables = sorted(name.removesuffix(".parquet") for name in old | files.keys() if "/" not in name)
    kept = {CHARTS: charts} if manifest.get("kind") == SWEEP else {CHARTS: charts, "tables": tables, "ended": None}
    known = {**manifest, "format_version": RESULTS_FORMAT}
    drawn_now = [Path(name).name for name in files if name.startswith(f"{CHARTS}/")]
    begun, whole = sealed({**known, **kept}), sealed({**known, CHARTS: drawn_now})
    with place.drafts([(MANIFEST, begun), *files.items(), (MANIFEST, whole)]) as drafts:

        def put() -> None:
            place.keep(drafts[:-1])
            for name in old - files.keys():
                place.remove(name)
            if before.get(IDENTITY) not in (None, manifest.get(IDENTITY)):
                _remove_inner([folder / name for name in INNER if folder / name not in together], before[IDENTITY])
            place.keep(drafts[-1:])

        yield put


def _remove_inner(folders: Iterable[Path], identity: object) -> None:
    """Remove results of an identity from folders, and nothing else."""
    for folder in (one for one in folders if not one.is_symlink()):
        place = Folder(folder)
        manifest = manifest_in(place) or {}
        if manifest.get(IDENTITY) == identity:
            for name in (*own_files(manifest), MANIFEST):
                place.remove(name)
            if not any(folder.iterdir()):
                folder.rmdir()


def charts_of(outcomes: Iterable[str]) -> list[str]:
    """Names of the files of charts that a sweep or a grid may have: each outcome, and its map."""
    pages = (page for outcome in outcomes for page in (outcome, f"{outcome}_map"))
    return [f"{CHARTS}/{page}.{kind}" for page in pages for kind in KINDS_OF_CHARTS]


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
