"""The check of catalogue tables: every shipped file passes, every mistake is named."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from lint_embed.catalogue import ALWAYS, FOLDER, NOT_A_TABLE
from lint_embed.catalogue.schema import INTERFACE, TABLES, CatalogueError, main, validate
from lint_embed.catalogue.spaces import HUBS

FILES = sorted(path for path in FOLDER.glob("*.toml") if path.stem not in NOT_A_TABLE)
DOCUMENT = (Path(__file__).parent.parent / "docs" / "catalogue.md").read_text("utf-8")

HEAD_TEXT = 'library = "lib"\nimports = ["lib"]\nkeys = ["vector"]\nlists = true\n'

GOOD = """
requires = ["torch"]

[[encoder]]
call = ["lib.Model", "lib.Model.from_pretrained"]
model = ["name", 0]
default = "base"
parts = { pretrained = ["pretrained", 1] }
hub = "open_clip"
variant.revision = ["revision"]
variant.dimension = [["dim"], ["settings", "[dim]"]]
variant.adapter = { argument = ["task"], values = { query = "search" } }
part_defaults = { pretrained = "all" }
random_if = { pretrained = { argument = ["pretrained"], values = [false], unless = "hub:" } }
result = "[0]"
interface = ["encodes", "module"]
dimension = 512
unchecked = "generated at import; docs of 1.2"
legacy = "lib==1.2.3"

[[encoder]]
call = "lib.Served"
model = [["name", 0], ["settings", 1, "[path]"]]
server = { argument = ["base_url"], own = "api.lib.com" }
default_by = { argument = ["task", 0], values = { images = "small" } }

[[encoder]]
call = ["lib.models.small", "lib.models.large"]
called = true

[[encoder]]
call = "lib.Fitted"
identity = "object"
dimension_argument = ["n_components", 0]

[[interface]]
name = "encodes"
[[interface.vectors]]
at = ["encode()", "()", "wv[]", "()[dense_vecs]", "[]"]
rows = "input"
input = ["texts", 0]
role_argument = ["input_type"]
role_values = { query = ["search_query"], document = ["search_document", 1] }
fixed = { pooling = "cls", layer = -1 }
level = "tokens"
trains = true
[[interface.same]]
at = "to()"
interface = "module"
[[interface.train]]
call = "fit"
[[interface.weights]]
call = "load_state_dict"
[[interface.head]]
at = ["fc", "classifier[]"]
interface = ["features"]
[[interface.behead]]
call = "reset_classifier"
argument = ["classes", 0]
values = [0]
interface = ["features"]
[[interface.behind]]
call = "add"
of = ["layer", 0]
[[interface.compare]]
call = "similarity"
between = [["a", 0], ["b", 1]]
[[interface.save]]
call = "save"
path = ["path", 0]
[[interface.store]]
call = "create_collection"
key = { name = ["name", 0] }
embedding = [["embedding_function", 4], ["configuration", "[embedding_function]"]]
embedding_default = "lib.Default"
embedding_kept = "lib==1.0.0"
empty = true
[[interface.fill]]
call = "add"
key = { name = ["collection", 0], vector = ["using", "[].using"] }
vectors = ["points", 1, ".", "[].vector", "[].vector[*]", "[][1]"]
texts = [["documents", 3], ["uris", 5, ".name"]]
[[interface.fill]]
call = "assign"
vectors = ["*"]
beside = ["metadatas", 2, ".", "[]"]
returns = true
[[interface.query]]
call = "query"
texts = ["query", 0]
filter = [["where"], ["filters", 3, "[].condition"]]
[[interface.fill]]
call = "put"
key = { record = ["name", 0], vector = ["field", 1] }
vectors = ["mapping", 2, "[*]"]
[[interface.cover]]
call = "create_index"
beginnings = ["definition", ".prefix"]
columns = ["fields", 0, "[]"]
[[interface.query]]
call = "search"
statement = [["query", 0, ".text"], ["query", 0]]
parameters = ["params", 1]
[[interface.read]]
at = "get()[embeddings]"
rows = "many"
[[interface.empty]]
call = "reset"
[[interface.empty]]
call = "delete"
every = ["ids", 0]
only_if = { argument = ["filter", 1], values = [true, {}, { query = { match_all = {} } }] }
[[interface.every]]
at = "get()[ids]"
unless = ["where", 0]
[[interface.bind]]
call = "set_model"
embedding = ["name", 0]
hub = "fastembed"
[[interface.merge]]
call = "merge_from"
of = [0]
[[interface.part]]
call = "add"
name = ["name", 0]
of = ["part", 1]
[[interface.wire]]
call = "connect"
from = ["sender", 0]
to = ["receiver", 1]
[[interface.load]]
call = "load"
path = ["path", 0]

[[vectors]]
at = "lib.Client().embeddings.create().data[].embedding"
object_model = ["model"]
server = { argument = ["base_url"] }
role = "query"

[[compare]]
call = ["lib.cos", "lib.CosineSimilarity()"]
between = [["x", 0], ["y", 1]]
how = "cosine similarity"
metric = "cosine"

[[compare]]
call = "lib.pdist"
between = [["x", 0]]
alone = true

[[array]]
call = "array.sum"
effect = "reduce"
op = "sum"
axis = ["axis", 1]

[[array]]
call = "lib.matmul"
effect = "product"
kind = "matmul"
between = [[0], [1]]
transposed = [["transpose_a", 2], ["transpose_b", 3]]

[[train]]
call = "lib.Trainer().train"
of = ["model", 0]
[[itself]]
call = "a.Net().eval"

[[chain]]
call = ["lib.Sequential"]
of = ["layers", 0]
[[weights]]
call = "a.Net().load"
of = ["path", 0]

[[weights]]
call = "a.Net.load_from"
of = ["path", 0]
makes = true
[[loss]]
call = "array.backward"
[[transparent]]
call = "lib.no_grad"
[[apply]]
call = "lib.map"
function = [0]
over = [1]
result = "each"
[[apply]]
call = "lib.Pool().apply"
function = [0]
once = true
arguments = ["args", 1]
[[apply]]
call = "lib.starmap"
function = [0]
over = [1]
starred = true
result = "fold"
[[trainable]]
name = "lib.nn.Module"
[[fold]]
call = "os.getenv"
as = "getenv"
[[constants]]
name = "lib.Models"
values = { base = "lib-base-1" }
[[alias]]
name = ["lib.numpy"]
is = "numpy"
[[artefact]]
call = "datasets.load_dataset"
argument = ["path", 0]
value = ["wiki_dpr", "facebook/wiki_dpr"]
fixed = { dimension = 512 }
at = "[][embeddings]"
model = "facebook/dpr-ctx_encoder-single-nq-base"
source = "the data set's card"

[[store]]
call = "lib.Client"
key = { location = ["path", 0], part = ["database", 3] }
key_default = { location = "./store" }
memory = [":memory:", ""]
over = ["client", 1]
embedding_default = { name = "small", hub = "fastembed" }
empty_if = { argument = ["mode"], values = ["overwrite"] }
interface = "encodes"
[[fill]]
call = "lib.helpers.bulk"
store = ["client", 0]
vectors = ["actions", 1, "[][vector]"]
[[fill]]
call = "array.add_index"
column = ["column", 1]
[[query]]
call = "lib.Retriever().run"
store = ["store", 0]
vectors = ["vector", 0]
[[object]]
call = "lib.Point"
fields = ["id", "vector"]
same = ["sort_by"]
[[save]]
call = "lib.save"
value = ["obj", 0]
path = ["file", 1]
[[option]]
call = "lib.main"
folder = ["folder", 0]
name = ["name", 1]
settings = "yaml"
[[state]]
at = "lib.app.state"
[[load]]
call = "lib.weights"
path = ["file", 0]
weights = true
taken_by = ["load_state_dict"]
[[load]]
call = "lib.loads"
path = ["text", 0]
settings = "yaml"
[[load]]
call = "lib.read_table"
key = { location = ["file", 0], name = ["table", 1] }
key_default = { name = "main" }
frame = true
[[column]]
call = "lib.VectorField"
interface = "encodes"
model_interface = "module"
[[column]]
call = "lib.Column"
of = ["type", 1]
name = ["name", 0]
[[sql]]
call = "lib.Cursor().executemany"
statement = ["sql", 0]
parameters = ["rows", 1]
each = true
[[fetched]]
call = "array.fetchall"
gives = "rows"
[[empty]]
call = "lib.drop"
engine = "other"
key = { name = ["name", 0] }
key_default = { location = "default" }
[[remove]]
call = ["lib.remove"]
path = ["path", 0]
[[database]]
call = "lib.connect"
path = ["file", 0]
[[setting]]
name = "lib.Settings.model"
is = "lib.Model"

[[partial]]
call = "lib.partial"
[[combine]]
call = "lib.pairs"
as = "combinations"
[[record]]
name = ["lib.BaseModel"]
weak = true
sequence = true
after = ["__post_init__"]
[[field]]
at = "lib.Field()"
[[partial]]
call = "lib.getter"
as = "item"
[[option]]
call = "lib.option"
[[options]]
call = "lib.parse"
[[frame]]
call = "lib.Table"
of = ["data", 0]
keywords = true
factory = [1]
rows = "rows"
parts = ["train"]
[[frame]]
call = "lib.joined"
joins = [["left", 0], ["right", 1]]
"""


def problem(text: str, user: bool = False) -> str:
    head = "" if user else HEAD_TEXT
    with pytest.raises(CatalogueError) as caught:
        validate(tomllib.loads(head + text), "lib.toml", user)
    return str(caught.value)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_shipped_tables_pass(path: Path) -> None:
    validate(tomllib.loads(path.read_text("utf-8")), path.name)


def test_shipped_tables_name_interfaces_and_tables_that_exist() -> None:
    tables = {path.stem: tomllib.loads(path.read_text("utf-8")) for path in FILES}
    for stem, data in tables.items():
        assert set(data.get("requires", ())) <= tables.keys(), stem
        reached = _reached(stem, tables)
        defined = {entry["name"] for each in reached for entry in tables[each].get("interface", ())}
        same = [each for entry in data.get("interface", ()) for each in entry.get("same", ())]
        inner = [each for entry in data.get("interface", ()) for each in entry.get("store", ())]
        for entry in [*data.get("encoder", ()), *data.get("store", ()), *same, *inner]:
            names = entry.get("interface", [])
            names = [names] if isinstance(names, str) else names
            assert set(names) <= defined, (stem, entry)


def _reached(stem: str, tables: dict[str, dict[str, list[str]]]) -> set[str]:
    """The tables that are loaded with one of them."""
    reached: set[str] = set()
    waiting = [stem, *(name for name in ALWAYS if name in tables)]
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting.extend(tables[name].get("requires", ()))
    return reached


def test_a_file_with_every_table_passes() -> None:
    data = tomllib.loads(HEAD_TEXT + GOOD)
    assert TABLES.keys() <= data.keys() and INTERFACE.keys() <= data["interface"][0].keys()
    validate(data, "lib.toml")


def test_tables_of_a_user_need_no_head() -> None:
    validate(tomllib.loads('[[compare]]\ncall = "my.sim"\nbetween = [[0], [1]]'), "x", user=True)
    with pytest.raises(CatalogueError, match=r"^x: library: is missing$"):
        validate({}, "x")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[[encodr]]", "encodr: unknown table or key; did you mean 'encoder'?"),
        ("[encoder]", "encoder: must be an array of tables, not a table: write [[encoder]]"),
        (
            '[[encoder]]\ncall = "a.A"\nname = "x"\n[[encoder]]\ncall = "a.B"\nmodle = [0]',
            "encoder[2] (a.B): modle: unknown key; did you mean 'model'?",
        ),
        ("[[encoder]]\nmodel = [0]", "encoder[1]: call: is missing"),
        (
            '[[encoder]]\ncall = "a..B"\nmodel = [0]',
            "encoder[1] (a..B): call: 'a..B' is not an access path such as "
            "'pkg.Name().method()[].key'",
        ),
        (
            '[[encoder]]\ncall = ["a.B", ".x"]\nmodel = [0]',
            "encoder[1] (a.B): call: item 2 '.x' is not an access path such as "
            "'pkg.Name().method()[].key'",
        ),
        (
            '[[encoder]]\ncall = "a.B"\nmodel = "model"',
            "encoder[1] (a.B): model: must be a list of keywords and positions, not a string",
        ),
        (
            '[[encoder]]\ncall = "a.B"\nmodel = ["m", -1]',
            "encoder[1] (a.B): model: -1 is neither a keyword nor a position from 0",
        ),
        (
            '[[encoder]]\ncall = "a.B"\nmodel = ["a-b"]',
            "encoder[1] (a.B): model: 'a-b' is not a keyword of a call",
        ),
        (
            '[[encoder]]\ncall = "a.B"\nmodel = [0, 0]',
            "encoder[1] (a.B): model: names a keyword or position twice",
        ),
        (
            '[[encoder]]\ncall = "a.B"',
            "encoder[1] (a.B): model: is missing: identity 'model' needs model, name or called",
        ),
        (
            '[[encoder]]\ncall = "a.B"\nmodel = [0]\nname = "x"',
            "encoder[1] (a.B): name: can't stand beside model",
        ),
        (
            '[[encoder]]\ncall = "a.B"\nname = "x"\ndefault = "y"',
            "encoder[1] (a.B): default: needs model beside it",
        ),
        (
            '[[encoder]]\ncall = "a.B"\nidentity = "wraps"',
            "encoder[1] (a.B): model: is missing: identity 'wraps' needs the argument "
            "with the encoder",
        ),
        (
            '[[encoder]]\ncall = "a.B"\nmodel = [0]\nvariant = { dimension = "dim" }',
            "encoder[1] (a.B): variant: dimension must be a list of keywords and positions, "
            "not a string",
        ),
        (
            '[[encoder]]\ncall = "a.B"\nmodel = [0]\nrandom_if = { w = { values = [1] } }',
            "encoder[1] (a.B): random_if: w argument is missing",
        ),
        (
            '[[encoder]]\ncall = "a.B"\nmodel = [0]\ndimension = true',
            "encoder[1] (a.B): dimension: must be an integer, not a boolean",
        ),
        (
            '[[encoder]]\ncall = "a.B"\nmodel = [0]\ndimension = 0',
            "encoder[1] (a.B): dimension: must be above 0",
        ),
        (
            '[[encoder]]\ncall = "a.B"\nmodel = [0]\nlegacy = "a 1.2"',
            "encoder[1] (a.B): legacy: 'a 1.2' is not a release such as 'pkg==1.2.3'",
        ),
        (
            '[[interface]]\nname = "e"\n[[interface.vectors]]\nat = "encode()"\nrows = "all"',
            "interface[1] (e).vectors[1] (encode()): rows: 'all' is none of one, many, input",
        ),
        (
            '[[interface]]\nname = "e"\n[[interface.vector]]\nat = "encode()"',
            "interface[1] (e): vector: unknown key; did you mean 'vectors'?",
        ),
        (
            '[[interface]]\nname = "e"\n[[interface.vectors]]\n'
            'at = "e()"\nrole_values = { q = [1] }',
            "interface[1] (e).vectors[1] (e()): role_values: has the unknown key 'q'",
        ),
        (
            '[[interface]]\nname = "e"\n[[interface.vectors]]\nat = "e()"\nrole_argument = [1]',
            "interface[1] (e).vectors[1] (e()): role_argument: needs role_values beside it",
        ),
        (
            '[[interface]]\nname = "e"\n[[interface.save]]\ncall = "save"',
            "interface[1] (e).save[1] (save): path: is missing",
        ),
        (
            '[[vectors]]\nat = "a.b.c"\nmodel = [0]',
            "vectors[1] (a.b.c): at: 'a.b.c' has no call",
        ),
        (
            '[[vectors]]\nat = "a.b()"',
            "vectors[1] (a.b()): model: is missing: needs model, object_model or name",
        ),
        (
            '[[compare]]\ncall = "a.b"\nbetween = [["x", 0]]',
            "compare[1] (a.b): between: must name two or more arguments "
            "(or one with alone = true)",
        ),
        (
            '[[compare]]\ncall = "a.b"\nbetween = [0, 1]',
            "compare[1] (a.b): between: item 1 must be a list of keywords and positions, "
            "not an integer",
        ),
        (
            '[[array]]\ncall = "array.x"\neffect = "kepp"',
            "array[1] (array.x): effect: 'kepp' is none of keep, transpose, stack, concat, mix, "
            "reduce, product, norm, elementwise, pad, unknown, inplace, fit, unsqueeze, each, "
            "split, chunks, flatten, zip, batches, list, filler; "
            "did you mean 'keep'?",
        ),
        (
            '[[array]]\ncall = "array.x"\neffect = "keep"\naxis = [0]',
            "array[1] (array.x): axis: has no meaning with effect 'keep'",
        ),
        (
            '[[array]]\ncall = "array.x"\neffect = "product"\nbetween = [[0], [1]]',
            "array[1] (array.x): kind: is missing: effect 'product' needs it",
        ),
        (
            '[[array]]\ncall = "array.x"\neffect = "reduce"\nop = "add"',
            "array[1] (array.x): op: 'add' is none of mean, sum, max (effect 'reduce')",
        ),
        (
            '[[array]]\ncall = "array.x"\neffect = "mix"\nop = "add"\nbetween = [[0]]',
            "array[1] (array.x): between: must have at least 2 items",
        ),
        (
            '[[apply]]\ncall = "map"\nfunction = [0]',
            "apply[1] (map): over: is missing (only once = true goes without it)",
        ),
        (
            '[[store]]\ncall = "a.S"\nkey = { name = ["n"], colection = ["c"] }',
            "store[1] (a.S): key: has the unknown key 'colection'; did you mean 'location'?",
        ),
        (
            '[[store]]\ncall = "a.S"\nvectors = ["[].vector"]',
            "store[1] (a.S): vectors: has paths inside of an argument but names none",
        ),
        (
            '[[store]]\ncall = "a.S"\nvectors = ["data", "[].vector", "[].vector"]',
            "store[1] (a.S): vectors: has a path twice",
        ),
        (
            '[[store]]\ncall = "a.S"\nvectors = [["data", 0], ["[]..x", 1]]',
            "store[1] (a.S): vectors: '[]..x' is not a keyword of a call",
        ),
        (
            '[[store]]\ncall = "a.S"\nkey_default = { name = "x" }',
            "store[1] (a.S): key_default: needs key beside it",
        ),
        (
            '[[store]]\ncall = "a.S"\nembedding_default = { name = "x" }',
            "store[1] (a.S): embedding_default: hub is missing",
        ),
        (
            '[[fill]]\ncall = "a.f"\nstore = [0]',
            "fill[1] (a.f): vectors: is missing: needs vectors or texts",
        ),
        ('[[load]]\ncall = "a.load"', "load[1] (a.load): path: is missing"),
        (
            '[[save]]\ncall = "a.save"\npath = [0]',
            "save[1] (a.save): value: is missing",
        ),
        ('[[loss]]\ncall = ""', "loss[1] (): call: '' is not an access path such as "
            "'pkg.Name().method()[].key'"),
        ("[[loss]]\ncall = 3", "loss[1]: call: must be an access path such as "
            "'pkg.Name().method()[].key', not an integer"),
        ("[[loss]]\ncall = []", "loss[1]: call: must have at least 1 item"),
        ("loss = [1]", "loss[1]: must be a table, not an integer"),
        ('requires = "torch"', "requires: must be a list, not a string"),
    ],
)  # fmt: skip
def test_a_mistake_is_named(text: str, expected: str) -> None:
    assert problem(text) == f"lib.toml: {expected}"


def test_the_document_names_every_table_and_hub() -> None:
    documented = set(re.findall(r"`\[\[(?:interface\.)?(\w+)\]\]`", DOCUMENT))
    assert documented == TABLES.keys() | INTERFACE.keys()
    hubs = DOCUMENT.partition("## Hubs")[2]
    assert {*re.findall(r"`([a-z0-9_-]+)`", hubs)} - {"hub"} == HUBS


def test_the_command_tells_of_each_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good, bad, broken = (tmp_path / name for name in ("good.toml", "bad.toml", "broken.toml"))
    good.write_text(HEAD_TEXT + GOOD, "utf-8")
    bad.write_text(HEAD_TEXT + "[[lost]]\n", "utf-8")
    broken.write_text("= 1", "utf-8")
    assert main([str(good)]) == 0
    assert capsys.readouterr().out == f"{good}: OK\n"
    assert main([str(bad), str(broken), str(tmp_path / "none.toml"), str(good)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith(f"{bad}: lost: unknown table")
    assert lines[1].startswith(f"{broken}: ") and lines[2].startswith(str(tmp_path))
    assert lines[3].endswith(": OK")


def test_the_check_stays_off_the_hot_path() -> None:
    code = (
        "import sys, lint_embed.catalogue, lint_embed.catalogue.spaces\n"
        "lint_embed.catalogue.Catalogue()\n"
        "assert 'lint_embed.catalogue.schema' not in sys.modules\n"
        "assert 'difflib' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
