"""The view: a project's pipelines in the browser, in a notebook and as a file."""
