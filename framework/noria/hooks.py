"""The moments of a run that a project can hook into; Kedro's names, through pluggy.

A hook class lives in the project and is named in its settings, or comes with an installed
package through the entry point group ``noria.hooks``::

    from noria import hook_impl

    class Timing:
        @hook_impl
        def after_node_run(self, node, outputs):
            ...

A hook takes the arguments that it names, and no others.
"""

from typing import Any

import pluggy

NAMESPACE = "noria"
hook_spec = pluggy.HookspecMarker(NAMESPACE)
hook_impl = pluggy.HookimplMarker(NAMESPACE)


class HookSpecs:
    """All hooks, in the order in which a run reaches them."""

    @hook_spec
    def after_context_created(self, context: Any) -> None:
        """Run when a session is open; ``context`` is the session."""

    @hook_spec
    def after_catalog_created(
        self,
        catalog: Any,
        conf_catalog: dict[str, Any],
        conf_creds: dict[str, Any],
        parameters: dict[str, Any],
        save_version: str,
        load_versions: dict[str, str],
    ) -> None:
        """Run when the catalog is made; what the hook changes in ``catalog`` counts.

        ``parameters`` are the values by dataset name: ``parameters``, ``params:rate``, ...
        """

    @hook_spec
    def before_pipeline_run(self, run_params: dict[str, Any], pipeline: Any, catalog: Any) -> None:
        """Run before the first node."""

    @hook_spec
    def before_dataset_loaded(self, dataset_name: str, node: Any) -> None:
        """Run before an input is loaded."""

    @hook_spec
    def after_dataset_loaded(self, dataset_name: str, data: Any, node: Any) -> None:
        """Run after an input was loaded."""

    @hook_spec
    def before_node_run(
        self, node: Any, catalog: Any, inputs: dict[str, Any], is_async: bool, run_id: str
    ) -> dict[str, Any] | None:
        """Run before a node's function; a returned mapping replaces inputs of those names."""

    @hook_spec
    def after_node_run(
        self,
        node: Any,
        catalog: Any,
        inputs: dict[str, Any],
        outputs: dict[str, Any],
        is_async: bool,
        run_id: str,
    ) -> None:
        """Run after a node's function returned and before its outputs are saved."""

    @hook_spec
    def on_node_reused(self, node: Any, run_id: str) -> None:
        """Run when a node need not run: its recorded outputs are in place, or put back."""

    @hook_spec
    def on_node_error(
        self,
        error: Exception,
        node: Any,
        catalog: Any,
        inputs: dict[str, Any],
        is_async: bool,
        run_id: str,
    ) -> None:
        """Run when a node raised; the run stops afterwards."""

    @hook_spec
    def before_dataset_saved(self, dataset_name: str, data: Any, node: Any) -> None:
        """Run before an output is saved."""

    @hook_spec
    def after_dataset_saved(self, dataset_name: str, data: Any, node: Any) -> None:
        """Run after an output was saved."""

    @hook_spec
    def after_pipeline_run(
        self, run_params: dict[str, Any], run_result: dict[str, Any], pipeline: Any, catalog: Any
    ) -> None:
        """Run after the last node; ``run_result`` holds the outputs that no dataset keeps."""

    @hook_spec
    def on_pipeline_error(
        self, error: Exception, run_params: dict[str, Any], pipeline: Any, catalog: Any
    ) -> None:
        """Run when the run stopped on an error."""
