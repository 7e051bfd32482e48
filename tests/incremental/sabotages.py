"""Ways to break what decides whether a node runs, each by one replaced text of the framework."""

from dataclasses import dataclass

CODE = "framework/noria/code"
PLAN = "framework/noria/plan"
PROJECT = "framework/noria/project"


NET = (f"{CODE}/compare.py", "tuple(dict.fromkeys(self._differs(module, name)))", "()")


@dataclass(frozen=True)
class Sabotage:
    """A text of a file that is replaced; ``caught_by`` chooses the tests that should see it.

    A choice is a test's name in this folder, or the name of a spelling, whose edits are tried.
    """

    name: str
    file: str
    old: str
    new: str
    caught_by: tuple[str, ...]
    # Names that no source explains are looked up in the imported modules: a second net, which hides
    # what is wrong with the first.
    netless: bool = False

    def edits(self) -> list[tuple[str, str, str]]:
        """Return the files with the texts to replace and what replaces them."""
        return [(self.file, self.old, self.new), *([NET] if self.netless else [])]


def _code(name: str, file: str, old: str, new: str, *caught_by: str) -> Sabotage:
    return Sabotage(name, f"{CODE}/{file}", old, new, caught_by)


def _netless(name: str, file: str, old: str, new: str, *caught_by: str) -> Sabotage:
    return Sabotage(name, f"{CODE}/{file}", old, new, caught_by, netless=True)


def _plan(name: str, file: str, old: str, new: str, *caught_by: str) -> Sabotage:
    return Sabotage(name, f"{PLAN}/{file}", old, new, caught_by)


BODY = "test_rows_code.py::test_a_body_runs_its_node_and_followers_only_if_the_bytes_changed"
KEPT = "../framework/test_code_kept.py"
GIVEN = "test_given_objects.py"
LIBRARY = (
    "test_rows_code.py::test_what_sets_a_library_up_counts_where_it_is_imported_and_in_its_order"
)
SABOTAGES = [
    # -- code/: what is followed
    _netless(
        "follow no star import", "walk.py", "self.stars.append(module)", "pass", "star import"
    ),
    _netless(
        "take a renamed import by its old name",
        "walk.py",
        "[(alias.asname or alias.name, module, alias.name) for alias in node.names]",
        "[(alias.name, module, alias.name) for alias in node.names]",
        "renamed import",
    ),
    _netless(
        "overlook that a module takes the place of a name",
        "project.py",
        "            if is_package and self._may_become_module(module, name, places, rest):",
        "            if False:",
        "a submodule in the place of a name",
    ),
    _code(
        "count the dots of a relative import wrong",
        "walk.py",
        "parts[: len(parts) - node.level + 1]",
        "parts[: len(parts) - node.level]",
        "../framework/test_code.py",
    ),
    _code(
        "follow no import inside a function",
        "walk.py",
        "self.scope.imports.setdefault(bound, []).append(target)",
        "pass",
        "import inside a function",
    ),
    _netless(
        "follow no decorator of a function",
        "visit.py",
        "        for decorator in node.decorator_list:\n            self.decorator(decorator)\n        self.store(node.name)\n        self.function_body",
        "        self.store(node.name)\n        self.function_body",
        "functools.wraps",
        "a decorator with arguments",
    ),
    _code(
        "follow no decorator of a class",
        "visit.py",
        "        for decorator in node.decorator_list:\n            self.decorator(decorator)\n        self.store(node.name)\n        self.bases(node)",
        "        self.store(node.name)\n        self.bases(node)",
        "class decorators",
    ),
    _code(
        "follow no default",
        "visit.py",
        "        self.each([*args.defaults, *filter(None, args.kw_defaults)])\n        every = [",
        "        every = [",
        "a function as a default",
        "defaults",
    ),
    _code(
        "forget the keywords of a class, its metaclass too",
        "visit.py",
        "for keyword in node.keywords:\n            self.quiet(keyword.value)",
        "pass",
        "metaclasses",
    ),
    _code(
        "read no comprehension's value",
        "visit.py",
        "            self.visit(node.elt)\n",
        "            pass\n",
        "comprehensions",
    ),
    _code(
        "read no lambda",
        "visit.py",
        "        self.visit(node.body)\n        self.leave()\n\n    def class_",
        "        self.leave()\n\n    def class_",
        "lambdas",
    ),
    _code(
        "read no attribute of a module",
        "calls.py",
        "        self.load(found, line, use)\n\n    def called_attribute",
        "        self.load(found[:1], line, use)\n\n    def called_attribute",
        "module.attribute",
        "package.module.function",
    ),
    _code(
        "never look at what imported modules hold",
        "compare.py",
        *NET[1:],
        "a monkeypatch by a text that is executed",
        "a monkeypatch by names from a table",
    ),
    # -- code/: what is compared
    _code(
        "compare no constant",
        "normal.py",
        'out.append(f"{value.__class__.__name__}={value!r}")\n\n\ndef is_idle',
        "out.append(value.__class__.__name__)\n\n\ndef is_idle",
        BODY,
        "module.constant",
    ),
    _code(
        "take every statement without a value for idle",
        "normal.py",
        "isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)",
        "isinstance(node, ast.Expr)",
        "module-level code with effects",
        "global and del",
    ),
    _code(
        "never see that a docstring is read",
        "walk.py",
        "self._reads |= READS_DOCSTRINGS",
        "pass",
        "a docstring that is read",
    ),
    _code(
        "never see that a source is read",
        "walk.py",
        "self._reads |= READS_SOURCE",
        "pass",
        "a source that is read",
    ),
    _code(
        "forget what a closure holds",
        "state.py",
        '"cells": {name: content_of(cell) for name, cell in cells.items()},',
        '"cells": {},',
        "test_rows_code.py::test_a_value_that_a_loop_gives_each_node_is_its_own",
    ),
    _code(
        "let no statement change another's value",
        "attach.py",
        "                self._attach(name, place, statement)",
        "                pass",
        "module-level code with effects",
        "a registry filled by decorators in a third module",
        "a monkeypatch in a third module",
    ),
    # -- code/: what is outside
    _code(
        "take editable packages for installed ones",
        "modules.py",
        "            self._add_place(place, top)\n        return PROJECT",
        "            return THIRD_PARTY\n        return PROJECT",
        "a local package in editable mode",
    ),
    _code(
        "take nothing installed for what is found at run time",
        "graph.py",
        '            yield ("d", ANY_TOP)\n',
        "",
        "test_rows_installed.py::test_a_package_that_code_finds_at_run_time_counts",
    ),
    _code(
        "let one distribution stand for all of a shared package",
        "distributions.py",
        "        return owners if named in owners or named not in self.folders else [named, *owners]",
        "        return owners[:1]",
        "test_rows_installed.py::test_packages_that_share_a_name_count_each_for_itself",
    ),
    _code(
        "forget plugins",
        "distributions.py",
        '            pending.extend((other, "") for other in self._plugins_of(name))\n',
        "",
        "test_rows_installed.py::test_plugins_of_a_package_count_as_it_does",
    ),
    _code(
        "compare libraries by their version alone",
        "distributions.py",
        '    hashed = blake3(b"\\n".join(lines))',
        '    hashed = blake3(b"")',
        "test_rows_outside.py::test_the_same_version_with_other_files_runs_the_node",
    ),
    _code(
        "forget what a library requires",
        "distributions.py",
        '                pending.append((required, ""))',
        "                pass",
        "test_rows_outside.py::test_an_upgraded_requirement_of_it_runs_the_node",
    ),
    _code(
        "see no clock",
        "effects.py",
        "datetime.datetime.now datetime.datetime.utcnow",
        "datetime.datetime.utcnow",
        "test_rows_outside.py::test_a_node_with_an_effect_always_runs_and_its_followers_by_content",
    ),
    _code(
        "see no environment variable",
        "effects.py",
        "os.environ os.environb os.getenv",
        "os.environb",
        "test_rows_outside.py::test_a_node_with_an_effect_always_runs_and_its_followers_by_content",
    ),
    # -- whose methods are meant where no class is named
    _code(
        "let no library give back what it was given",
        "strays.py",
        "return frozenset(found & every)",
        "return frozenset()",
        f"{GIVEN}::test_a_library_is_given_it_when_modules_are_imported",
    ),
    _code(
        "forget what libraries were given the last time",
        "kept.py",
        '"strays": self._strays(),',
        "",
        f"{GIVEN}::test_a_class_that_is_handed_over_later_counts_from_then_on",
    ),
    Sabotage(
        "give nodes no objects",
        f"{PROJECT}/given_objects.py",
        "if not all(map(self._is_plain, node.reads)):",
        "if False:",
        (f"{GIVEN}::test_what_a_method_of_it_reads_is_read_by_who_calls_it",),
    ),
    Sabotage(
        "take all that lies in memory for plain",
        f"{PROJECT}/given_objects.py",
        "if in_memory and not reader.reaches_class(made):",
        "if in_memory:",
        (f"{GIVEN}::test_what_a_method_of_it_reads_is_read_by_who_calls_it",),
    ),
    # -- code/: what is kept of the last time
    _code(
        "keep what is made of edited modules",
        "kept.py",
        'name for name, digest in held["modules"].items() if digest != digests[name]',
        'name for name, digest in held["modules"].items() if False',
        KEPT,
    ),
    _code(
        "keep what new modules may mean",
        "kept.py",
        "if any(held[what] != said for what, said in self._whole().items()):",
        "if False:",
        KEPT,
    ),
    _code(
        "keep what begins to be changed from afar",
        "kept.py",
        'if any(masked(now[what]) != masked(was) for what, was in held["attached"].items()):',
        "if False:",
        KEPT,
    ),
    _code(
        "set libraries up wherever a module is executed",
        "assembly.py",
        "if place in attached.to_libraries}",
        "if False}",
        LIBRARY,
    ),
    _code(
        "keep what is made before others are imported",
        "kept.py",
        '"executed": self._executed,',
        '"executed": [],',
        LIBRARY,
    ),
    _code(
        "keep what a new member may be called for",
        "kept.py",
        "not words[name] <= were.get(name, set())",
        "False",
        KEPT,
    ),
    _code(
        "keep what another version is used by",
        "kept.py",
        "self._assembly.requirements(tops) != needs",
        "False",
        KEPT,
    ),
    _code(
        "keep what was patched since",
        "kept.py",
        "if self._compared.differs(module, name) != keys",
        "if False",
        KEPT,
    ),
    _code(
        "keep what is made of live code",
        "assembly.py",
        "if reach & self._beyond:",
        "if False:",
        KEPT,
    ),
    # -- plan/
    _plan(
        "leave the code out of the key",
        "key.py",
        "        **parts._asdict(),",
        '        **parts._replace(code="")._asdict(),',
        BODY,
    ),
    _plan(
        "leave the inputs out of the key",
        "key.py",
        "argument: digest for argument, (_, digest)",
        'argument: "" for argument, (_, digest)',
        "test_rows_data.py::test_an_input_s_content_counts_and_its_time_does_not",
    ),
    _plan(
        "leave depends_on out of the key",
        "key.py",
        "        **parts._asdict(),",
        "        **parts._replace(depends={})._asdict(),",
        "test_rows_outside.py::test_a_file_and_a_variable_that_a_node_depends_on",
    ),
    _plan(
        "leave how outputs are saved out of the key",
        "key.py",
        "        **parts._asdict(),",
        "        **parts._replace(makes={})._asdict(),",
        "test_rows_place.py::test_how_an_output_is_saved_concerns_its_producer",
    ),
    _plan(
        "leave how inputs are read out of the key",
        "key.py",
        "        **parts._asdict(),",
        "        **parts._replace(reads={})._asdict(),",
        "test_rows_place.py::test_how_an_input_is_loaded_concerns_its_readers",
    ),
    _plan(
        "forget what always runs",
        "decide.py",
        "        return _run(job, key, job.always, facts, force=force)",
        "        pass",
        "test_rows_outside.py::test_a_node_without_outputs_or_cache_always_runs",
        "test_rows_outside.py::test_a_node_with_an_effect_always_runs_and_its_followers_by_content",
    ),
    _plan(
        "take whatever lies there for the result",
        "decide.py",
        "        if lying.digest == recorded.digests[name]:\n",
        "        if lying.digest is not None:\n",
        "test_rows_data.py::test_an_output_edited_by_hand_is_kept_aside_and_restored",
    ),
    Sabotage(
        "overwrite what was edited by hand",
        "framework/noria/runner/places.py",
        "        return self._is_on_disk(name) and self.lying(name).is_edited\n",
        "        return False\n",
        ("test_rules_by_hand.py::test_a_run_that_records_nothing_keeps_it_aside_too",),
    ),
    Sabotage(
        "overwrite what lay there before the first run",
        "framework/noria/runner/found_before.py",
        "        if not self._places.is_strange(name):\n",
        "        if name:\n",
        ("test_rules_by_hand.py::test_what_lay_there_before_the_first_run_is_kept",),
    ),
    Sabotage(
        "overwrite a table that was corrected",
        "framework/noria/runner/places.py",
        "            if stamp and stamp != mark.stamp:\n",
        "            if not stamp:\n",
        ("test_tables.py::test_what_was_corrected_is_not_overwritten",),
    ),
    Sabotage(
        "keep what is to be kept only where nothing waits",
        "framework/noria/runner/remember.py",
        "        if verdict.kind != REUSE and self._keeping.wants(job):\n",
        "        if not job:\n",
        ("test_rules_by_hand.py::test_what_is_to_be_kept_is_kept_though_its_node_has_to_wait",),
    ),
    _plan(
        "judge readers once, before what they read is made again",
        "decide.py",
        "        if not more:\n            return plan",
        "        return plan",
        "test_rules_data.py::test_no_run_ends_with_outputs_of_two_executions",
    ),
    _plan(
        "never call an input out of date",
        "decide.py",
        "            plan.late[name] = job.name",
        "            pass",
        "test_rules_runs.py::test_an_input_out_of_date_is_used_with_one_warning",
    ),
    _plan(
        "take a missing input for none",
        "decide.py",
        "            plan.missing[name] = job.name",
        "            pass",
        "test_rules_runs.py::test_a_missing_input_that_nobody_can_restore_is_told",
    ),
    _plan(
        "restore nothing",
        "decide.py",
        "        restore.append(name)\n",
        "        pass\n",
        "test_rows_data.py::test_a_deleted_output_is_restored",
    ),
    _plan(
        "force nothing",
        "decide.py",
        '    if force:\n        return _run(job, key, "forced", facts, force=True)\n',
        "",
        "test_rules_runs.py::test_force_runs_the_selected_nodes_anyway",
    ),
    # -- the quick answer, and the import of what was read
    Sabotage(
        "forget the time of a file's last change",
        f"{PROJECT}/freshness.py",
        "            status.st_ctime_ns,",
        "            0,",
        ("test_quick_answer.py::test_a_change_is_seen",),
    ),
    Sabotage(
        "trust young files",
        f"{PROJECT}/freshness.py",
        "    return all(digest_of(path) == digest for path, digest in young.items())",
        "    return True",
        ("test_world.py::test_an_edit_that_moves_no_time_at_all_is_seen_while_the_file_is_young",),
    ),
    Sabotage(
        "forget whose absence mattered",
        f"{PROJECT}/freshness.py",
        "    if any(map(os.path.exists, absent)):\n        return False\n",
        "",
        ("test_quick_answer.py::test_a_file_that_was_not_there_is_seen",),
    ),
    Sabotage(
        "forget which variables a node reads",
        f"{PROJECT}/freshness.py",
        "        if (None if value is None else digest_of_text(value)) != digest:\n            return False\n",
        "        pass\n",
        ("test_rows_outside.py::test_a_file_and_a_variable_that_a_node_depends_on",),
    ),
    Sabotage(
        "trust Python's byte code",
        f"{PROJECT}/importing.py",
        "if os.stat(place).st_mtime - now.st_ctime < _COARSE_SECONDS:",
        "if False:",
        (BODY, "test_world.py::test_edits_at_once_are_never_missed"),
    ),
    _code(
        "forget what making pipelines changes",
        "attach.py",
        "for facts in facts_called(statement, called):",
        "for facts in ():",
        "test_rows_code.py::test_what_is_changed_while_pipelines_are_made_runs_the_node",
    ),
    # -- what stands around the nodes
    Sabotage(
        "leave out which part of a result goes where",
        f"{PROJECT}/facts.py",
        """return json.dumps(["items", *(declared or ())])""",
        """return '["items"]'""",
        ("test_rows_place.py::test_outputs_that_change_places_are_another_result",),
    ),
    Sabotage(
        "judge before the hooks have set the catalog",
        "framework/noria/runner/run.py",
        "                memory.plan_again(pipeline)\n",
        "                pass\n",
        ("test_quick_answer_beyond.py::test_a_parameter_that_a_hook_sets_before_the_run",),
    ),
    Sabotage(
        "believe that the settings are still what they were",
        f"{PROJECT}/manifest.py",
        " or not _is_as_read(session)",
        "",
        ("test_quick_answer_beyond.py::test_the_project_s_file_edited_during_a_run",),
    ),
    Sabotage(
        "follow no link to a folder",
        "framework/noria/trees.py",
        "                waiting.append(link)\n",
        "                pass\n",
        (
            "test_quick_answer_beyond.py::test_an_environment_that_is_a_link",
            "test_quick_answer_beyond.py::test_partitions_in_a_folder_that_is_a_link",
        ),
    ),
    Sabotage(
        "forget who made the pipeline",
        f"{PROJECT}/outside.py",
        "                        yield reader.fingerprint_of_name(name, maker)\n",
        "                        pass\n",
        ("test_quick_answer_beyond.py::test_a_variable_that_chooses_who_makes_the_pipeline",),
    ),
    Sabotage(
        "forget what nodes leave in modules for others",
        f"{PROJECT}/incremental.py",
        "self.gatherer.fingerprints, self.reader.shared())",
        "self.gatherer.fingerprints, ())",
        ("test_sharing.py::test_an_edit_that_begins_to_leave_something_is_seen",),
    ),
    Sabotage(
        "look only when planning for what was edited by hand",
        "framework/noria/runner/aside.py",
        "        self._places.forget(name)\n        return self._places.is_edited(name)\n",
        "        return self._places.is_edited(name)\n",
        ("test_rules_by_hand.py::test_an_edit_while_the_node_runs",),
    ),
    Sabotage(
        "let what was kept count wherever the store is used",
        "framework/noria/runner/keeping.py",
        "entry._replace(\n                    key=edited,",
        "entry._replace(\n                    key=key,",
        ("test_rules_by_hand.py::test_what_was_kept_counts_in_this_project_alone",),
    ),
]
