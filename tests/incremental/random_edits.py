"""Random edits of a random project: some that matter, some that do not."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from tests.incremental.random_projects import STYLES, RandomProject
from tests.incremental.spelling import Placed

Change = str | None


@dataclass
class Edit:
    """What is done to a project before its next run.

    ``form``: code was written otherwise and means the same, so that its node may run.  ``outputs``
    are written over (a text) or deleted (``None``) behind Noria's back.
    """

    kind: str
    what: str
    spelling: str = ""
    form: bool = False
    outputs: dict[str, Change] | None = None
    words: tuple[str, ...] = ()
    before: tuple[str, ...] = ()


class Editor:
    """Edits a project's model; the same seed gives the same edits, run or not."""

    def __init__(self, project: RandomProject) -> None:
        self.project = project
        self.random = project.random
        self._kinds: list[tuple[int, Callable[[], Edit]]] = [
            (12, self._number), (3, self._swap), (3, self._parameter), (2, self._data),
            (3, self._step_number), (2, self._wiring), (2, self._other_function),
            (3, self._unread_number), (2, self._remark), (1, self._added), (1, self._line_ends),
            (1, self._unread_parameter), (2, self._style), (1, self._rename), (2, self._outputs),
            (1, self._new_module), (3, self._back),
        ]  # fmt: skip
        self._past: list[dict[str, Any]] = []
        self._used: set[tuple[int, int]] = set()

    def edit(self) -> Edit:
        """Make a random edit of the model and choose how the next run is called."""
        self._past.append(self._state())
        weights = [weight for weight, _ in self._kinds]
        made: Edit | None = None
        while made is None:
            ((_, deed),) = self.random.choices(self._kinds, weights)
            try:
                made = deed()
            except (LookupError, ValueError):
                continue
        if self.random.random() < 0.15:
            second = self._number()
            made.what += f"; and {second.what}"
            made.kind += " and a number"
        if self.random.random() < 0.2:
            made.words = ("--runner", "threads", "--workers", "2")
        if self.random.random() < 0.2:
            step = self.random.choice(self.project.steps)
            made.before = (self.random.choice(("--to-nodes", "--nodes")), step.label)
        return made

    def _state(self) -> dict[str, Any]:
        project = self.project
        kept = ("placed", "texts", "parameters", "data", "steps")
        return {name: deepcopy(getattr(project, name)) for name in kept}

    def _back(self) -> Edit:
        at = self.random.randrange(len(self._past))
        for name, value in deepcopy(self._past[at]).items():
            setattr(self.project, name, value)
        return Edit("back", f"everything back to before edit {at + 1}")

    def _set(self, placed: Placed, mark: str) -> str:
        marks = placed.neutral if mark.startswith("$n") else placed.marks
        path, old = marks[mark]
        new = self.project.fresh()
        text = self.project.texts[path]
        if str(old) not in text:
            raise LookupError(mark)
        self.project.texts[path] = text.replace(str(old), str(new))
        marks[mark] = (path, new)
        return f"{path}: {old} -> {new}"

    def _number(self) -> Edit:
        placed = self.random.choice([each for each in self.project.placed if each.marks])
        what = self._set(placed, self.random.choice(sorted(placed.marks)))
        return Edit("number", what, placed.spelling.name)

    def _unread_number(self) -> Edit:
        placed = self.random.choice([each for each in self.project.placed if each.neutral])
        what = self._set(placed, self.random.choice(sorted(placed.neutral)))
        return Edit("unread number", what, placed.spelling.name)

    def _swap(self) -> Edit:
        found = [
            (at, number)
            for at, placed in enumerate(self.project.placed)
            for number in range(len(placed.spelling.swaps))
            if (at, number) not in self._used
        ]
        at, number = self.random.choice(found)
        self._used.add((at, number))
        placed = self.project.placed[at]
        path, old, new = placed.swaps()[number]
        text = self.project.texts.get(path)
        if old is not None and (text is None or old not in text):
            raise LookupError(path)
        self.project.texts[path] = text.replace(old, new, 1) if text and old else new
        return Edit("swap", f"{path}: {old!r} -> {new!r}", placed.spelling.name)

    def _parameter(self) -> Edit:
        name = self.random.choice(("p0", "p1", "p2"))
        self.project.parameters[name] = self.project.fresh()
        return Edit("parameter", f"{name}: {self.project.parameters[name]}")

    def _unread_parameter(self) -> Edit:
        self.project.parameters["unread"] = self.project.fresh()
        return Edit("unread parameter", "unread")

    def _data(self) -> Edit:
        name = self.random.choice(sorted(self.project.data))
        self.project.data[name] = self.project.fresh() % 1000
        return Edit("data", f"{name} = {self.project.data[name]}")

    def _step_number(self) -> Edit:
        step = self.random.choice([each for each in self.project.steps if not each.direct])
        step.number = self.project.fresh()
        return Edit("step", f"the constant of {step.name}")

    def _wiring(self) -> Edit:
        steps = self.project.steps
        at = self.random.randrange(1, len(steps))
        made = [*self.project.data, *(name for step in steps[:at] for name in step.outputs)]
        new = self.random.choice([name for name in made if name not in steps[at].inputs])
        # The argument keeps its name: the code does not change, what it is given does.
        if not steps[at].direct:
            raise LookupError("its arguments are called like its inputs")
        steps[at].inputs[0] = new
        return Edit("wiring", f"{steps[at].name} reads {new}")

    def _other_function(self) -> Edit:
        step = self.random.choice([each for each in self.project.steps if each.uses])
        number = self.random.choice(range(len(step.uses)))
        old, style = step.uses[number]
        others = [at for at in range(len(self.project.placed)) if at not in dict(step.uses)]
        step.uses[number] = (self.random.choice(others), style)
        return Edit("another function", f"{step.name}: spelling {old} -> {step.uses[number][0]}")

    def _style(self) -> Edit:
        step = self.random.choice([each for each in self.project.steps if not each.direct])
        number = self.random.choice(range(len(step.uses)))
        at, _ = step.uses[number]
        step.uses[number] = (at, self.random.randrange(len(STYLES)))
        return Edit("another way to import", f"{step.name}: spelling {at}", form=True)

    def _path(self) -> str:
        paths = [path for path, text in self.project.texts.items() if text]
        return self.random.choice(sorted(paths))

    def _remark(self) -> Edit:
        path = self._path()
        lines = self.project.texts[path].splitlines()
        starts = [
            at for at, line in enumerate(lines) if line.startswith(("def ", "class ", "from "))
        ]
        at = self.random.choice(starts)
        above = [line for line in lines[:at] if line.startswith("@")]
        if above or "getsource" in "".join(self.project.placed_by_path(path).files.values()):
            raise LookupError(path)
        lines[at:at] = [f"# remark {self.project.fresh()}", ""]
        self.project.texts[path] = "\n".join(lines) + "\n"
        return Edit("remark", f"{path}: a remark before line {at + 1}")

    def _added(self) -> Edit:
        path = self._path()
        number = self.project.fresh()
        self.project.texts[path] += f"\n\ndef added_{number}(x):\n    return x + {number}\n"
        return Edit("added function", path)

    def _line_ends(self) -> Edit:
        path = self._path()
        text = self.project.texts[path]
        if "\r\n" in text:
            raise LookupError(path)
        self.project.texts[path] = text.replace("\n", "\r\n")
        return Edit("line ends", path)

    def _rename(self) -> Edit:
        step = self.random.choice(self.project.steps)
        step.label = f"{step.name}_{self.project.fresh()}"
        step.tags = [step.label]
        return Edit("rename", f"{step.name} is called {step.label}")

    def _new_module(self) -> Edit:
        number = self.project.fresh()
        self.project.texts[f"src/shop/new_{number}.py"] = f"NUMBER = {number}\n"
        return Edit("new module", f"new_{number}.py")

    def _outputs(self) -> Edit:
        kept = self.project.kept()
        names = self.random.sample(sorted(kept), self.random.randint(1, len(kept)))
        outputs: dict[str, Change] = {}
        for name in names:
            by_hand = kept[name] == "json" and self.random.random() < 0.3
            outputs[name] = f"{self.project.fresh()}\n" if by_hand else None
        return Edit("outputs", f"deleted or edited: {outputs}", outputs=outputs)
