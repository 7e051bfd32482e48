"""Print which nodes of the project in this folder are in doubt: their code is not wholly known."""

import json
from pathlib import Path

from noria import open_project
from noria.code import CodeReader


def main() -> None:
    with open_project(".") as session:
        nodes = session.pipelines["__default__"].nodes
        reader = CodeReader([Path("src").resolve()])
        doubted = [node.name for node in nodes if reader.fingerprint(node.func).doubts]
    print(json.dumps({"doubted": doubted, "nodes": len(nodes)}))


if __name__ == "__main__":
    main()
