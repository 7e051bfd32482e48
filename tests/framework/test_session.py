"""A project opened from Python: a notebook, a script, a test."""

from noria import open_project

from tests.project_on_disk import ProjectOnDisk


def test_a_session_gives_catalog_parameters_and_pipelines(project: ProjectOnDisk) -> None:
    with open_project(project.path) as session:
        assert session.parameters == {"rate": 1.5}
        assert session.catalog.load("params:rate") == 1.5
        assert len(session.catalog.load("orders")) == 3
        assert sorted(session.pipelines) == ["__default__", "sales"]


def test_parameters_given_in_python_override(project: ProjectOnDisk) -> None:
    with open_project(project.path, params={"rate": 3, "model.depth": 2}) as session:
        assert session.parameters == {"rate": 3, "model": {"depth": 2}}


def test_a_session_runs_more_than_once(project: ProjectOnDisk) -> None:
    project.write(
        {"conf/base/catalog.yml": "orders: {type: pandas.CSVDataset, filepath: data/orders.csv}\n"}
    )
    with open_project(project.path) as session:
        first = session.run("sales")
        run_id = session.run_id
        assert session.run("sales") == first == {"totals": {"total": 7.5}}
        assert session.run_id > run_id
