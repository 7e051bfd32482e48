"""The pipeline `{{ cookiecutter.pipeline_name }}`."""

import noria

from {{ cookiecutter.package_name }}.pipelines.{{ cookiecutter.pipeline_name }} import pipeline


def test_{{ cookiecutter.pipeline_name }}_runs_on_data_in_memory() -> None:
    catalog = noria.DataCatalog({"parameters": {"seed": 1, "share": 0.2}})
    made = noria.run(pipeline.create_pipeline(), catalog)
    assert made == {"{{ cookiecutter.pipeline_name }}_count": {"parameters": 2}}
