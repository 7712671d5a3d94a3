"""What the documents show is run: the README's code, its commands, and every command is documented."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from assist.cli import app

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text("utf-8")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```", README, re.DOTALL | re.MULTILINE)


@pytest.fixture
def workdir(tmp_path):
    for folder in ("corpus", "benchmarks"):
        (tmp_path / folder).symlink_to(ROOT / folder)
    return tmp_path


def test_the_readme_example_runs_as_written(workdir):
    (code,) = [text for language, text in BLOCKS if language == "python"]
    done = subprocess.run([sys.executable, "-c", code], cwd=workdir, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "4级" in done.stdout
    assert "suggest" in done.stdout


def test_the_readme_commands_run_as_written(workdir):
    block = next(text for _, text in BLOCKS if "assist add" in text)
    for line in block.strip().splitlines():
        words = shlex.split(line)
        assert words[0] == "assist"
        done = subprocess.run(
            [sys.executable, "-m", "assist.cli", *words[1:]], cwd=workdir, capture_output=True, text=True
        )
        assert done.returncode == 0, f"{line}: {done.stderr}"
        written = [workdir / word for word in words if word.endswith((".html", "drafts.json"))]
        assert all(path.stat().st_size for path in written), line
        assert done.stdout.strip() or done.stderr.strip() or written


def test_every_command_is_documented():
    groups = [
        app,
        *(group.typer_instance for group in app.registered_groups if not isinstance(group.name, str)),
    ]
    for command in (one for group in groups for one in group.registered_commands):
        assert f"assist {command.callback.__name__} " in README


def test_every_folder_and_file_that_the_readme_names_exists():
    for path in re.findall(r"`((?:src|corpus|benchmarks|tests)/[\w./]+)`", README):
        assert (ROOT / path).exists(), path
