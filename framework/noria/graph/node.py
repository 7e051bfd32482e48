"""A node: a function, and the names of what it takes and gives."""

import warnings
from collections.abc import Callable, Collection, Iterable
from types import CoroutineType, GeneratorType
from typing import Any

from noria.errors import PipelineError, RunError
from noria.graph.binding import call, name_outputs
from noria.graph.checked import Func, in_call_order, keep_dependencies, keep_names, kind, mistake
from noria.graph.declared import (
    Declared,
    Names,
    Tags,
    as_key,
    as_written,
    list_names,
    list_tags,
    rename_each,
)
from noria.graph.depends import Dependency
from noria.graph.names import base_name, is_parameter, is_plain_word
from noria.graph.pickling import pack_function, unpack_function
from noria.graph.signature import (
    argument_names,
    can_leave_out,
    keyword_order,
)
from noria.graph.source import Source, find_source, function_name, show_file, show_source


class Node:
    """A function with the names of its inputs and outputs; immutable.

    ``inputs`` are handed to the function as written: a name or a list of names by position, a
    mapping ``{argument: name}`` by keyword.  ``outputs`` name what it returns: one name takes the
    value whole, a list its items, a mapping ``{key: name}`` the values of a returned dict.
    ``None`` stands for nothing, on one side only.  Without a ``name`` the node is called after its
    function and its first output.  ``depends_on`` names files and variables that the function
    reads by itself; ``cache`` ``False`` makes the node run always, ``True`` says that its result
    depends on nothing else even where its code looks so, ``None`` judges by the code.
    Raises :class:`~noria.errors.PipelineError` when the function cannot be called like that.

    >>> total = Node(lambda price, count: price * count, ["price", "params:count"], "total")
    >>> total.run({"price": 3, "params:count": 2})
    {'total': 6}
    >>> Node(max, ["a", "b"], "most").name
    'max__most'
    """

    __slots__ = (
        "__weakref__", "_cache", "_confirms", "_depends_on", "_func", "_given_name",
        "_input_names", "_inputs", "_key", "_name", "_namespace", "_output_names", "_outputs",
        "_preview_fn", "_reads", "_tags",
    )  # fmt: skip

    def __init__(
        self,
        func: Func,
        inputs: Names,
        outputs: Names,
        *,
        name: str | None = None,
        tags: Tags = None,
        confirms: str | list[str] | None = None,
        namespace: str | None = None,
        preview_fn: Callable[..., Any] | None = None,
        depends_on: Dependency | Iterable[Dependency] | None = None,
        cache: bool | None = None,
    ) -> None:
        if not callable(func):
            raise mistake(
                f"a node's first argument is its function, not {kind(func)}",
                hint='a node is made by node(function, inputs="a", outputs="b")',
            )
        self._func = func
        self._inputs = keep_names(func, "inputs", inputs)
        self._outputs = keep_names(func, "outputs", outputs)
        self._given_name = name or None
        self._namespace = namespace or None
        self._confirms = None if confirms is None else keep_names(func, "confirms", confirms)
        self._preview_fn = preview_fn
        self._depends_on = () if depends_on is None else keep_dependencies(func, depends_on)
        self._cache = cache
        self._input_names = in_call_order(func, self._inputs)
        self._output_names = list_names(self._outputs)
        self._finish()
        self._check_names()
        self._check_words()
        self._tags = _NO_TAGS if tags is None else frozenset(self._checked_tags(tags)) or _NO_TAGS

    def _finish(self) -> None:
        """Set what follows from the rest."""
        names = self._input_names
        self._reads = names if len(names) < 2 else tuple(dict.fromkeys(names))
        self._key: tuple[Any, ...] | None = None
        last = self._given_name or self._default_name()
        self._name = f"{self._namespace}.{last}" if self._namespace else last

    def _default_name(self) -> str:
        """Return function and first output: unique in a pipeline, as no two nodes share one."""
        function = function_name(self._func).strip("<>")
        if self._output_names:
            first = self._output_names[0].removeprefix(f"{self._namespace}.")
            return f"{function}__{_as_word(first)}"
        readings = (name.removeprefix(f"{self._namespace}.") for name in self._input_names)
        return f"{function}__of_{'-'.join(map(_as_word, readings))}"

    def _check_names(self) -> None:
        names = self._output_names
        if not names and not self._input_names:
            raise self._wrong("it has neither inputs nor outputs")
        if len(names) > 1 and len(set(names)) < len(names):
            twice = sorted({name for name in names if names.count(name) > 1})
            raise self._wrong(f"it gives {_quoted(twice)} twice")
        read = {base_name(name) for name in self._input_names}
        for name in names:
            if base_name(name) in read:
                raise self._wrong(
                    f"{base_name(name)!r} is both its input and its output",
                    hint="a node cannot change a dataset in place: give the result another name",
                )
            if is_parameter(name):
                raise self._wrong(f"its output {name!r} is a parameter, and those are only read")

    def _check_words(self) -> None:
        if self._given_name is not None and not is_plain_word(self._given_name):
            raise self._wrong(f"{self._given_name!r} is not a node's name", hint=_WORDS)
        if self._preview_fn is not None and not callable(self._preview_fn):
            raise self._wrong(f"its preview_fn is no function but {kind(self._preview_fn)}")

    def _checked_tags(self, tags: Tags) -> list[str]:
        try:
            listed = list_tags(tags)
        except TypeError:
            raise self._wrong(f"its tags are {kind(tags)}, not strings") from None
        for tag in listed:
            if not isinstance(tag, str) or not is_plain_word(tag):
                raise self._wrong(f"{tag!r} is not a tag", hint=_WORDS)
        return listed

    def _wrong(self, what: str, *, hint: str | None = None) -> PipelineError:
        return mistake(f"node {self._name} ({self.where}): {what}", hint=hint)

    @property
    def func(self) -> Func:
        """The function that the node calls."""
        return self._func

    @property
    def name(self) -> str:
        """The name, unique in a pipeline, with the namespace in front."""
        return self._name

    @property
    def short_name(self) -> str:
        """The name without namespace; without a given one, the function's name as a title.

        >>> Node(sorted, "rows", "sorted_rows").short_name
        'Sorted'
        """
        return self._given_name or function_name(self._func).replace("_", " ").title()

    @property
    def namespace(self) -> str | None:
        """The namespace, outer ones first: ``a.b``; ``None`` for none."""
        return self._namespace

    @property
    def namespace_prefixes(self) -> list[str]:
        """The namespaces that the node lies in, outermost first.

        >>> Node(len, "a", "b", namespace="x.y").namespace_prefixes
        ['x', 'x.y']
        """
        parts = self._namespace.split(".") if self._namespace else []
        return [".".join(parts[: end + 1]) for end in range(len(parts))]

    @property
    def inputs(self) -> list[str]:
        """The names of the inputs, in the order in which the function takes them."""
        return list(self._input_names)

    @property
    def declared_inputs(self) -> Declared:
        """The inputs in the form in which they were written, a list as a tuple."""
        return self._inputs

    @property
    def declared_outputs(self) -> Declared:
        """The outputs in the form in which they were written, a list as a tuple."""
        return self._outputs

    @property
    def reads(self) -> tuple[str, ...]:
        """The names of the inputs, each once."""
        return self._reads

    @property
    def makes(self) -> tuple[str, ...]:
        """The names of the outputs, unchangeable."""
        return self._output_names

    @property
    def outputs(self) -> list[str]:
        """The names of the outputs, in the order in which they were written."""
        return list(self._output_names)

    @property
    def confirms(self) -> list[str]:
        """The datasets to confirm after the node ended."""
        return [] if self._confirms is None else list(list_names(self._confirms))

    @property
    def tags(self) -> set[str]:
        """The tags, for choosing nodes."""
        return set(self._tags)

    @property
    def depends_on(self) -> tuple[Dependency, ...]:
        """The files and variables that the function reads besides its inputs."""
        return self._depends_on

    @property
    def cache(self) -> bool | None:
        """Whether a result may be used again: ``False`` never, ``None`` as the code tells."""
        return self._cache

    @property
    def source(self) -> Source | None:
        """File and first line of the function; ``None`` where it is not written in Python."""
        return find_source(self._func)

    @property
    def where(self) -> str:
        """The place of the function for messages, ``src/flights/nodes.py:12``."""
        return show_source(self._func)

    def tag(self, tags: Tags) -> "Node":
        """Return the same node with more tags.

        >>> sorted(Node(len, "a", "b", tags="slow").tag(["daily"]).tags)
        ['daily', 'slow']
        """
        return self._changed(_tags=self._tags.union(self._checked_tags(tags)))

    def rename(self, names: Callable[[str], str], *, namespace: str | None = None) -> "Node":
        """Return the same node with other dataset names, below one more namespace.

        >>> Node(len, "rows", "size").rename("eu_{}".format, namespace="eu")
        Node(len, 'eu_rows', 'eu_size', name='eu.len__eu_size')
        """
        inside = self._namespace
        if namespace:
            inside = f"{namespace}.{inside}" if inside else namespace
        return self._changed(
            _inputs=rename_each(self._inputs, names),
            _outputs=rename_each(self._outputs, names),
            _confirms=rename_each(self._confirms, names),
            _input_names=tuple([names(name) for name in self._input_names]),
            _output_names=tuple([names(name) for name in self._output_names]),
            _namespace=inside,
        )

    def without_inputs(self, names: Collection[str]) -> "Node | None":
        """Return the node that leaves these inputs to the defaults of its function.

        ``None`` where an argument that they go to has no default, or cannot be left out.

        >>> def fit(rows, depth=3): return depth
        >>> Node(fit, ["rows", "params:depth"], "model").without_inputs(["params:depth"])
        Node(fit, {'rows': 'rows'}, 'model', name='fit__model')
        """
        listed = list_names(self._inputs)
        given = self._inputs if isinstance(self._inputs, dict) else None
        arguments = argument_names(self._func, len(listed), given)
        pairs = list(zip(arguments, listed, strict=True))
        if not all(can_leave_out(self._func, one) for one, name in pairs if name in names):
            return None
        kept = {argument: name for argument, name in pairs if name not in names}
        if len(kept) < sum(name not in names for name in listed) or "" in kept:
            return None
        if keyword_order(self._func, kept) is None:
            return None
        return self._changed(
            _inputs=kept or None,
            _input_names=tuple([name for name in self._input_names if name not in names]),
            _kept_name=self._name,
        )

    def run(self, inputs: dict[str, Any] | None = None) -> dict[str, Any]:
        """Call the function and return its results by name.

        ``inputs`` holds a value for each input and nothing else, else it is a
        :class:`~noria.errors.RunError`.  Results that do not fit the outputs are a
        :class:`~noria.errors.NodeOutputError`.  What the function raises passes unchanged.  A
        generator is handed on as it is, or as an iterator for each of several outputs; without
        outputs it is run to its end, as a coroutine always is.

        >>> Node(divmod, ["a", "b"], ["quotient", "rest"]).run({"a": 7, "b": 2})
        {'quotient': 3, 'rest': 1}
        """
        given = {} if inputs is None else inputs
        if not isinstance(given, dict):
            raise RunError(f"node {self._name} runs on a dict of its inputs, not on {kind(given)}")
        if len(given) != len(self._reads):
            raise self._wrong_inputs(given)
        for name in self._reads:
            if name not in given:
                raise self._wrong_inputs(given)
        result = call(self._func, self._inputs, given)
        if type(result) is CoroutineType:
            from noria.graph.coroutine import ended

            result = ended(result)
        if self._outputs is None:
            if type(result) is GeneratorType:
                for _ in result:
                    pass
            elif result is not None:
                source = self.source
                warnings.warn_explicit(
                    f"node {self._name} returned {kind(result)} and has no outputs: it is dropped",
                    UserWarning,
                    *((show_file(source[0]), source[1]) if source else (self.where, 1)),
                )
            return {}
        return name_outputs(self._name, self._func, self._outputs, result)

    def _wrong_inputs(self, given: dict[str, Any]) -> RunError:
        return RunError(
            f"node {self._name} ({self.where}) takes {_quoted(self._input_names)}"
            f", but got {_quoted(sorted(map(str, given)))}"
        )

    def preview(self) -> Any:
        """Return what the node's ``preview_fn`` shows, ``None`` without one."""
        return None if self._preview_fn is None else self._preview_fn()

    def __call__(self, **inputs: Any) -> dict[str, Any]:
        """Run the node with its inputs by name, as :meth:`run` does."""
        return self.run(inputs)

    def __str__(self) -> str:
        reads = f"[{';'.join(self._input_names)}]" if self._input_names else "None"
        gives = f"[{';'.join(self._output_names)}]" if self._output_names else "None"
        prefix = f"{self._given_name}: " if self._given_name else ""
        return f"{prefix}{function_name(self._func)}({reads}) -> {gives}"

    def __repr__(self) -> str:
        function = function_name(self._func)
        inputs, outputs = as_written(self._inputs), as_written(self._outputs)
        return f"Node({function}, {inputs!r}, {outputs!r}, name={self._name!r})"

    def __eq__(self, other: object) -> bool:
        return self._identity() == other._identity() if isinstance(other, Node) else NotImplemented

    def __lt__(self, other: object) -> bool:
        if not isinstance(other, Node):
            return NotImplemented
        mine = (self._name, self._input_names, self._output_names)
        return mine < (other._name, other._input_names, other._output_names)

    def __hash__(self) -> int:
        return hash(self._identity())

    def __reduce__(self) -> tuple[Any, ...]:
        state = {slot: getattr(self, slot) for slot in _COPIED_SLOTS}
        return _restore, (state | {"_func": pack_function(self._func)},)

    def _identity(self) -> tuple[Any, ...]:
        if self._key is None:
            self._key = (self._name, as_key(self._inputs), as_key(self._outputs))
        return self._key

    def _changed(self, *, _kept_name: str | None = None, **changes: Any) -> "Node":
        """Return a copy with other values in some slots, its names checked again."""
        other = object.__new__(Node)
        for slot in _COPIED_SLOTS:
            setattr(other, slot, getattr(self, slot))
        for slot, value in changes.items():
            setattr(other, slot, value)
        other._finish()
        if _kept_name is not None:
            other._name = _kept_name
        other._check_names()
        return other


_NO_TAGS: frozenset[str] = frozenset()
_COPIED_SLOTS = [slot for slot in Node.__slots__ if slot != "__weakref__"]


def _restore(state: dict[str, Any]) -> Node:
    node = object.__new__(Node)
    for slot, value in (state | {"_func": unpack_function(state["_func"])}).items():
        setattr(node, slot, value)
    return node


_WORDS = "letters, digits, '_', '-' and '.' make one"


def _as_word(dataset: str) -> str:
    """Return the dataset's name with what a node's name cannot hold made ``_``."""
    if is_plain_word(dataset):
        return dataset
    return "".join(letter if is_plain_word(letter) else "_" for letter in dataset)


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(map(repr, names)) or "nothing"
