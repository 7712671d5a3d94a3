import json

import pytest
from typer.testing import CliRunner

from assist.cli import app
from assist.encoder import bundled, e5, load
from e5_source import write_source


def run(*words):
    return CliRunner().invoke(app, ["encoder", *map(str, words)])


def test_export_writes_a_folder_that_loads(tmp_path):
    done = run("export", "bundled", tmp_path / "out")
    assert done.exit_code == 0, done.output
    assert done.stdout.strip() == str(tmp_path / "out")
    rows = load(tmp_path / "out").encode(["会不会掉色"])
    assert (rows * bundled().encode(["会不会掉色"])).sum() > 0.999


def test_show_prints_the_identity():
    done = run("show", "bundled", "--json")
    assert json.loads(done.stdout)["revision"] == bundled().identity.revision
    assert "revision: " in run("show", "bundled").stdout


def test_build_finds_what_is_built_already_and_says_what_was_checked(tmp_path):
    pytest.importorskip("onnx")
    pytest.importorskip("onnxruntime")
    folder = tmp_path / "e5-small-zh"
    engine = write_source(tmp_path / "tiny.bin", e5.CHECK_TEXTS)
    e5.build(folder, source=tmp_path / "tiny.bin", engine=engine)
    done = run("build", "e5-small-zh", "--folder", folder, "--json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["check"]["texts"] == 200
    assert "200 texts" in done.stderr
    assert run("build", "e5-small-zh", "--folder", folder).stdout.strip() == str(folder)


def test_another_name_is_a_usage_error():
    assert run("build", "bge-small-zh").exit_code == 2
