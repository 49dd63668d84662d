"""Retraining from a store: a model for each site, moved by what its moderators said (``train --from-store``).

Each site's model goes through the gate by itself, and what goes wrong with one keeps none of the others.
"""

import json
import sys
from argparse import Namespace
from hashlib import sha256
from pathlib import Path

from modspam.cli_store import chosen_sites
from modspam.cluster import workers
from modspam.corpora import Example, Source
from modspam.errors import ModspamError, SettingError, TrainingError
from modspam.gate import split
from modspam.model import LinearModel
from modspam.say import Say
from modspam.settings import Settings
from modspam.store import Site, Store
from modspam.store.export import label_row
from modspam.train import adapted, base_path, model_in_use, put_into_use

__all__ = ["FEWEST", "run"]

FEWEST = 20  # labels, for a site to have a model of its own
_ERROR, _REFUSED = 2, 3  # the exit codes


def run(arguments: Namespace, settings: Settings, say: Say) -> int:
    """Retrain each site as the command line says; what came out goes to standard output, site by site."""
    if arguments.models is None or arguments.inputs or arguments.output or arguments.append:
        raise SettingError("--from-store takes its labels from the store alone: give --models FOLDER, where models go")
    base = LinearModel.load(base_path(arguments.base or "bundled"))
    codes = {0}
    with Store.open(arguments.from_store or None, make=False) as store, workers(arguments.dask):
        sites = chosen_sites(store, arguments.sites)
        if not sites:
            print("the store has no sites yet")
        for site in sites:
            try:
                codes.add(_retrain(site, store.examples(site), base, arguments, settings, say))
            except TrainingError as error:
                print(f"{site.address}: skipped: {error}")
            except (ModspamError, OSError) as error:
                print(f"modspam: {site.address}: {error}", file=sys.stderr)
                codes.add(_ERROR)
    return next(code for code in (_ERROR, _REFUSED, 0) if code in codes)


def _retrain(
    site: Site, examples: list[Example], base: LinearModel, arguments: Namespace, settings: Settings, say: Say
) -> int:
    """Move the base by one site's labels, and put it into use if the gate agrees."""
    if len(examples) < FEWEST:
        print(f"{site.address}: skipped, {len(examples)} labels of the {FEWEST} that it takes")
        return 0
    labels = _SiteLabels(site, examples, arguments.gate)
    output: Path = arguments.models / site.model_name
    in_use = model_in_use(output) if labels.gate and output.exists() else base
    say(f"{site.address}: {len(examples)} labels")
    model, decision = adapted(base, in_use, labels, settings, say)
    spam = sum(example.spam for example in examples)
    print(f"{site.address}: {spam:,} spam, {len(examples) - spam:,} ham")
    return put_into_use(model, decision, output)


class _SiteLabels:
    """A site's labels, without those that are the gate's."""

    def __init__(self, site: Site, examples: list[Example], gate: bool) -> None:
        self.gate = gate
        self.examples, self.held_out = split(examples) if gate else (examples, [])
        rows = "\n".join(json.dumps(label_row(example)) for example in examples)
        spam = sum(example.spam for example in examples)
        digest = sha256(rows.encode()).hexdigest()
        self.sources = [Source(site.address, digest, spam, len(examples) - spam)]
