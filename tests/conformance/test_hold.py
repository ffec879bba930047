"""The conformance test finds what it is for: each kind of slip, in a small package."""

from __future__ import annotations

import tomllib
import zipfile
from pathlib import Path

import entries
import pytest
from entries import Report
from hold import Holder
from releases import Pins, Release

pytestmark = [pytest.mark.conformance, pytest.mark.most_used]

PACKAGE = {
    "small/__init__.py": """
from typing import TYPE_CHECKING
from ._core import *
from ._models import Encoder as Encoder
from ._fields import Settings, Plain
if TYPE_CHECKING:
    from ._lazy import Late
_TABLE = {"Hidden": "small._lazy"}
def __getattr__(name): ...
Same = Encoder
def wrapped(*args, **kwargs):
    return Encoder(*args, **kwargs)
""",
    "small/_core.py": """
def compare(a, b, *, scale=1): ...
def encode(text, /, model="small-1"): ...
""",
    "small/_models.py": """
from .names import DEFAULT, Names
from ._base import Base
class Encoder(Base):
    def __init__(self, path, name: str = DEFAULT, revision=None, **kwargs): ...
    @classmethod
    def load(cls, name=None):
        if name is None:
            name = Names.OTHER.value
        return cls("", name)
    def encode(self, texts, dim=None): ...
""",
    "small/_base.py": """
from typing_extensions import Self
class Base:
    def to(self, device) -> Self: ...
    @property
    def inner(self) -> "Inner": ...
class Inner:
    def embed(self, *, inputs) -> list["Row"]: ...
class Row:
    embedding: list[float]
""",
    "small/_fields.py": """
from pydantic import BaseModel, Field
from dataclasses import dataclass
class Settings(BaseModel):
    model: str = Field(default="small-2", alias="model_name")
@dataclass
class Plain:
    path: str
    name: str = "small-3"
""",
    "small/_lazy.py": "class Late: ...\nclass Hidden: ...\n",
    "small/names.py": """
from enum import Enum
DEFAULT = "small-1"
class Names(Enum):
    OTHER = "small-9"
""",
}

RIGHT = """
[[encoder]]
call = ["small.Encoder", "small.Same", "small.wrapped"]
model = ["name", 1]
default = "small-1"
variant = { revision = ["revision", 2] }
interface = "small"

[[encoder]]
call = "small.Encoder.load"
model = ["name", 0]
default = "small-9"

[[encoder]]
call = "small.Settings"
model = ["model", "model_name"]
default = "small-2"

[[encoder]]
call = "small.Plain"
model = ["name", 1]
default = "small-3"

[[encoder]]
call = ["small.Late", "small.Hidden"]
name = "late"

[[vectors]]
at = "small.Encoder().inner.embed()[].embedding"
name = "inner"
input = ["inputs"]

[[compare]]
call = "small.compare"
between = [["a", 0], ["b", 1]]

[[interface]]
name = "small"
vectors = [{ at = "encode()", input = ["texts", 0], variant = { dimension = ["dim", 1] } }]
same = [{ at = "to()" }]

[[array]]
call = "array.anything"
effect = "keep"

[[encoder]]
call = "small.Nowhere"
name = "x"
unchecked = "made at run time"
"""

# What is wrong in a table, and what the report says of it.
WRONG = {
    '[[compare]]\ncall = "small.distance"\nbetween = [[0], [1]]': "no 'distance'",
    '[[compare]]\ncall = "smaller.compare"\nbetween = [[0], [1]]': "no package 'smaller'",
    '[[compare]]\ncall = "small.compare"\nbetween = [["a", 0], ["c", 1]]': "position 1 is 'b'",
    '[[compare]]\ncall = "small.compare"\nbetween = [["a"], ["c"]]': "no parameter 'c'",
    '[[compare]]\ncall = "small.compare"\nbetween = [[0], [2]]': "nothing takes it at position 2",
    '[[compare]]\ncall = "small.compare"\nbetween = [["a", "x"], ["b"]]': "the keyword 'x'",
    '[[encoder]]\ncall = "small.encode"\nmodel = ["model"]': "may also stand at position 1",
    '[[encoder]]\ncall = "small.encode"\nmodel = ["model", 1]\ndefault = "small-2"': "['small-1']",
    '[[encoder]]\ncall = "small.Encoder.load"\nmodel = ["name", 0]\ndefault = "small-1"': "default",
    '[[vectors]]\nat = "small.Encoder().inner.embed()[].vector"\nname = "x"': "no 'vector'",
    '[[vectors]]\nat = "small.encode().more()"\nmodel = ["m"]': "the types don't lead to the call",
    '[[encoder]]\ncall = "small.Encoder"\nname = "x"\ninterface = "i"\n[[interface]]\nname = "i"\n'
    'vectors = [{ at = "embed()" }]': "no 'embed' on small.Encoder",
    '[[encoder]]\ncall = "small.Encoder"\nname = "x"\ninterface = "i"\n[[interface]]\nname = "i"\n'
    'save = [{ call = "to", path = ["folder", 0] }]': "position 0 is 'device'",
    '[[interface]]\nname = "i"\nvectors = [{ at = "embed()" }]': "no encoder that can be held",
}


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Pins:
    archive = tmp_path / "small.zip"
    with zipfile.ZipFile(archive, "w") as kept:
        for name, text in PACKAGE.items():
            kept.writestr(name, text)
    monkeypatch.setattr(entries, "release", lambda requirement: Release(requirement, archive))
    entries.world_of.cache_clear()
    return Pins(("small==1.0",))


def report_of(text: str, pins: Pins) -> Report:
    try:
        return Holder("small", tomllib.loads(text), pins).run()
    finally:
        entries.world_of.cache_clear()


def test_what_is_right_is_held(small: Pins) -> None:
    report = report_of(RIGHT, small)
    assert report.problems == []
    assert report.open_paths == []
    assert report.held == 9
    assert report.exempt == 1
    assert report.unchecked == ["encoder[6] small.Nowhere: made at run time"]


@pytest.mark.parametrize(("text", "said"), WRONG.items(), ids=WRONG.values())
def test_what_is_wrong_is_said(text: str, said: str, small: Pins) -> None:
    report = report_of(text, small)
    assert len(report.problems) == 1
    assert said in report.problems[0]


def test_a_default_that_is_left_out_is_noted(small: Pins) -> None:
    report = report_of('[[encoder]]\ncall = "small.encode"\nmodel = ["model", 1]', small)
    assert report.problems == []
    assert len(report.notes) == 1
