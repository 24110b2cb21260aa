"""`hedgesim experiments`."""

from hedgesim.commands._options import AsJson
from hedgesim.commands._printing import print_rows


def experiments(as_json: AsJson = False) -> None:
    """Print the packaged experiments with their questions."""
    from hedgesim.experiment import design_points, packaged_experiments, read_experiment

    read = [read_experiment(path) for path in packaged_experiments().values()]
    rows = [[one.name, one.design, design_points(one).runs, one.question] for one in read]
    print_rows(["experiment", "design", "runs", "question"], rows, as_json=as_json)
