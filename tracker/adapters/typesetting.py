"""Documents: a Typst template from `templates/reports/` and a document of plain values → PDF/UA-1."""

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path


class TypesettingError(Exception):
    """A template and its values did not give a document. Quotes neither: the values may be a child's."""


class Typesetter:
    """Sets the templates of one folder. Nothing of a document is written to disk, and nothing is fetched.

    PDF/UA-1 refuses a document without a title, a picture without alternative text and a skipped heading.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def pdf(self, name: str, values: Mapping[str, object], at: datetime) -> bytes:
        """The PDF of `<name>.typ`, which reads `values` from its inputs; `at` is the time written into the file.

        The same values at the same instant give the same bytes. Raises KeyError where there is no such template,
        TypesettingError where it cannot be set.
        """
        import typst  # a large library that only documents need

        if name not in self.names():
            raise KeyError(name)
        try:
            made = typst.compile(
                self.folder / f"{name}.typ",
                root=self.folder,
                font_paths=[self.folder / "fonts"],
                ignore_system_fonts=True,
                sys_inputs={"document": json.dumps(values)},
                format="pdf",
                pdf_standards=["ua-1"],
                timestamp=int(at.timestamp()),
            )
        except typst.TypstError:
            raise TypesettingError(f"the document {name} could not be set") from None
        assert isinstance(made, bytes)
        return made

    def names(self) -> set[str]:
        return {path.stem for path in self.folder.glob("*.typ") if not path.stem.startswith("_")}
