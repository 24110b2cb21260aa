"""Finding scenarios: by path, or by the name of one that comes with the package."""

from collections.abc import Iterator
from pathlib import Path

from hedgesim.errors import Place, ScenarioError, choose_from, shown
from hedgesim.scenario.source_file import path_inside, shown_path

ENDINGS = (".yaml", ".yml")
FOLDER = "scenarios"


def packaged_scenarios() -> dict[str, Path]:
    """List the scenarios that come with hedgesim, name -> file, in the order of their names."""
    return packaged_files(FOLDER)


def packaged_files(folder: str) -> dict[str, Path]:
    """List the YAML files of a folder that comes with hedgesim, name -> file, in the order of their names."""
    place = next((candidate for candidate in _folders(folder) if candidate.is_dir()), None)
    files = sorted(place.glob("*.yaml")) if place is not None else []
    return {file.stem: file for file in files}


def _folders(folder: str) -> Iterator[Path]:
    """Where a folder may lie: inside the installed package, or at the root of a source checkout."""
    here = Path(__file__).resolve()
    yield here.parents[1] / folder
    yield here.parents[3] / folder


def find_scenario(source: str | Path) -> Path:
    """Find the file of a scenario given as a path or as the name of a packaged one.

    Raises:
        ScenarioError: neither a file nor a known name.
    """
    return find_named(source, FOLDER, "scenario")


def find_named(source: str | Path, folder: str, what: str) -> Path:
    """Find a file given as a path, or by the name of one in a folder that comes with hedgesim.

    Raises:
        ScenarioError: neither a file nor a known name.
    """
    path, text = Path(source), str(source)
    packaged = packaged_files(folder)
    if text in packaged and not _is_file(path):
        return Path(shown_path(packaged[text]))
    if isinstance(source, Path) or _exists(path) or text.endswith(ENDINGS) or "/" in text:
        return path
    remedy = f"Give the path of a file or the name of a packaged {what}. {choose_from(text, packaged)}"
    raise ScenarioError(Place(text or '""'), f"there is no {what} {shown(text)}", remedy)


def find_ancestor(text: str, place: Place, folder: Path) -> Path:
    """Find the file that `extends` names: a file in the folder of the scenario, else a packaged one.

    Raises:
        ScenarioError: a path that leaves the folder, a missing file, an unknown name.
    """
    is_path = text.endswith(ENDINGS) or "/" in text or "\\" in text
    if not is_path:
        packaged = packaged_scenarios()
        if text in packaged:
            return Path(shown_path(packaged[text]))
        siblings = [text + ending for ending in ENDINGS if _is_file(folder / (text + ending))]
        remedy = f'Write extends: "{siblings[0]}".' if siblings else choose_from(text, packaged)
        raise ScenarioError(place, f"extends names an unknown scenario {shown(text)}", remedy)
    path = path_inside(folder, text, place)
    if not _exists(path):
        raise ScenarioError(
            place,
            f"extends names a missing file {shown(text)}",
            "Name a file relative to this one, or a packaged scenario.",
        )
    return path


def _is_file(path: Path) -> bool:
    """Tell whether there is such a file; names that cannot be files are none."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def _exists(path: Path) -> bool:
    """Tell whether there is anything of that name."""
    try:
        return path.exists()
    except (OSError, ValueError):
        return False
