"""What importing and serving load: not the training stack, and no model before one is needed."""

import os
import shutil
import subprocess
import sys

import pytest
from conftest import PROJECT

import modspam

HEAVY = (
    *("sklearn", "joblib", "scipy", "pooch", "requests", "pandas", "jinja2", "matplotlib"),
    *("sqlalchemy", "alembic", "psycopg", "platformdirs", "django", "isso"),
    *("fastapi", "pydantic", "starlette", "uvicorn", "prometheus_client"),
)


def python(program, folder=PROJECT):
    """Run a program with the package that stands in ``folder``, taking warnings for errors."""
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(
    "program",
    [
        "import modspam",
        "import modspam; modspam.check('Buy ch3ap v1agra at http://pills.example now').to_dict()",
        "import modspam; list(modspam.Moderator.load().check_many(['First.', {'text': 'Second.'}]))",
        "from modspam import cli, corpora, registry, spintax",
        "from modspam.contrib import current, feedback; current.CurrentModel(None).moderator().check('First.')",
    ],
    ids=["import", "check", "check many", "all but training and evaluation", "what adapters share"],
)
def test_the_training_stack_is_not_loaded(program):
    done = python(f"{program}\nimport sys\nprint(*sorted(set({HEAVY}) & set(sys.modules)))")
    assert (done.stdout.strip(), done.stderr) == ("", "")


def test_serving_loads_no_module_of_training_or_of_the_command_line():
    done = python("import sys, modspam; modspam.check('Thank you.').to_dict(); print(*sys.modules)")
    loaded = set(done.stdout.split())
    assert "modspam.moderator" in loaded
    others = ("cli", "corpora", "evaluate", "metrics", "registry", "report", "server", "store", "train")
    assert not loaded & {f"modspam.{name}" for name in others}


def test_every_name_that_is_promised_is_there():
    assert modspam.__all__ == sorted(modspam.__all__)
    for name in modspam.__all__:
        assert getattr(modspam, name).__module__.split(".")[0] == "modspam"


def test_the_estimators_are_there_when_they_are_asked_for():
    done = python(
        """
import sys, modspam
print({"CommentVectorizer", "SpamClassifier"} <= set(dir(modspam)), "sklearn" in sys.modules)
print(modspam.SpamClassifier(C=2), modspam.CommentVectorizer(), "sklearn" in sys.modules)
try:
    modspam.HamClassifier
except AttributeError as error:
    print(error)
"""
    )
    assert done.stdout.splitlines() == [
        "True False",
        "SpamClassifier(C=2) CommentVectorizer() True",
        "module 'modspam' has no attribute 'HamClassifier'",
    ]


def test_a_star_import_gives_what_is_promised_and_nothing_else():
    done = python("from modspam import *\nprint(*sorted(n for n in dir() if not n.startswith('_')))")
    assert done.stdout.split() == sorted(modspam.__all__)


def test_the_model_is_opened_when_the_first_comment_is_checked_and_not_before(tmp_path):
    shutil.copytree(PROJECT / "modspam", tmp_path / "modspam", ignore=shutil.ignore_patterns("*.model", "__pycache__"))
    done = python(
        """
import modspam
print(modspam.__file__)
try:
    modspam.check("Thank you.")
except modspam.ModelNotFoundError as error:
    print("not found:", error)
""",
        tmp_path,
    )
    path, told = done.stdout.splitlines()
    assert path == str(tmp_path / "modspam" / "__init__.py")
    assert told.startswith("not found: no model at ")
    assert done.stderr == ""


def test_importing_compiles_no_expression():
    """Compiling them takes longer than all the rest of the import; each is compiled when it is first used."""
    done = python("import regex; regex.compile = None; import modspam; print('imported')")
    assert (done.stdout, done.stderr) == ("imported\n", "")
