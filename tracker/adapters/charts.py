"""Charts: a Vega-Lite spec from `templates/charts/` and rows of data → SVG."""

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

VEGA_LITE = "5.20"


class ChartRenderer:
    """Renders the specs of one folder. The same chart of the same rows is drawn once and kept."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._draw = lru_cache(maxsize=256)(self._render)

    def svg(self, name: str, rows: Sequence[Mapping[str, object]]) -> str:
        """The SVG of the spec `<name>.json` with `rows` as its data. Raises KeyError where there is no such spec."""
        return self._draw(name, json.dumps(list(rows), sort_keys=True))

    def names(self) -> set[str]:
        return {path.stem for path in self.folder.glob("*.json")}

    def _render(self, name: str, rows: str) -> str:
        import vl_convert  # a large library that only pages with charts need

        if name not in self.names():
            raise KeyError(name)
        spec: dict[str, Any] = json.loads((self.folder / f"{name}.json").read_text(encoding="utf-8"))
        spec["data"] = {"values": json.loads(rows)}
        return str(vl_convert.vegalite_to_svg(spec, vl_version=VEGA_LITE))
