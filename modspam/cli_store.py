"""The part of the command line that keeps house: ``modspam keys`` and ``modspam store``."""

import sys
from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from modspam.defaults import RETENTION_DAYS
from modspam.errors import SettingError
from modspam.verdict import printable

if TYPE_CHECKING:
    from modspam.store import Site, Store

__all__ = [
    "KEYS_HELP",
    "STORE_HELP",
    "add_keys",
    "add_store",
    "add_store_option",
    "chosen_sites",
    "run",
]

KEYS_HELP = """\
Make, list and revoke the keys by which sites ask 'modspam serve'.  Each key belongs to one site, and sees that site's
comments only.

  modspam keys create https://blog.example.org --note WordPress
  modspam keys list
  modspam keys revoke 3          by its number, or the key itself

A key is shown once, when it is made: what is kept is a digest.  A server refuses a revoked key within two seconds.
"""
STORE_HELP = """\
Keep house in the store: the checks and labels that 'modspam serve' has written.

  modspam store export -o labels.jsonl            what 'modspam train' takes
  modspam store prune --retention-days 30
  modspam store forget --author "Ana Berg"        checks and labels of a name
  modspam store forget --text ana@example.org     whose text it is, or has this passage in it
  modspam store forget --site blog.example.org --everything

What is forgotten is gone for good: it is overwritten in SQLite's file, and in PostgreSQL by its next VACUUM.
"""
_CREATED = "the key of {address}, shown this once; it goes where the plugin asks for its API key"


def run(arguments: Namespace) -> int:
    """Do what the command of ``keys`` or ``store`` is for."""
    task: Callable[[Namespace], int] = arguments.task
    return task(arguments)


def add_keys(parser: ArgumentParser) -> None:
    """Add what ``modspam keys`` takes."""
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    create = _command(commands, "create", "make a key for a site", _create_key)
    create.add_argument("address", metavar="ADDRESS", help="the site's address: https://blog.example.org")
    create.add_argument("--note", default="", metavar="TEXT", help="what to show beside it in the list")
    _command(commands, "list", "list the keys and their sites", _list_keys)
    revoke = _command(commands, "revoke", "let a key open nothing any more", _revoke_key)
    revoke.add_argument("key", metavar="KEY", help="its number in the list, or the key itself")


def add_store(parser: ArgumentParser) -> None:
    """Add what ``modspam store`` takes."""
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    export = _command(commands, "export", "write the labels as JSONL, which 'modspam train' takes", _export)
    export.add_argument("-o", "--output", required=True, metavar="FILE", help="where to; - for standard output")
    _add_sites(export)
    prune = _command(commands, "prune", "delete old checks; labels stay", _prune)
    prune.add_argument(
        "--retention-days", type=float, default=RETENTION_DAYS, metavar="DAYS",
        help="how long checks are kept (default: %(default)s)",
    )  # fmt: skip
    forget = _command(commands, "forget", "delete checks and labels for good", _forget)
    forget.add_argument("--author", metavar="NAME", help="those whose author has this name, in any case")
    forget.add_argument(
        "--text", metavar="TEXT", help="those with this text, or with this passage if it has 8 characters or more"
    )
    _add_sites(forget)
    forget.add_argument(
        "--everything", action="store_true", help="all that the sites have: checks, labels, counts and keys"
    )


def add_store_option(parser: ArgumentParser) -> None:
    """Add the option that says where the store is."""
    parser.add_argument(
        "--store", metavar="URL",
        help="a path, or postgresql://USER@HOST/DATABASE (default: an SQLite file in the user's data folder)",
    )  # fmt: skip


def chosen_sites(store: "Store", addresses: Sequence[str]) -> "list[Site]":
    """Find the sites at these addresses, or all of them where none is named.

    Raises `SettingError` that names the sites there are, if one of them is not there.
    """
    from modspam.store.address import site_address

    known = {site.address: site for site in store.sites()}
    if not addresses:
        return list(known.values())
    named = dict.fromkeys(map(site_address, addresses))
    for address in named:
        if address not in known:
            raise SettingError(f"the store has no site {address}; it has: {', '.join(known) or 'none'}")
    return [known[address] for address in named]


def _command(commands: Any, name: str, summary: str, task: Callable[[Namespace], int]) -> ArgumentParser:
    added: ArgumentParser = commands.add_parser(name, help=summary, formatter_class=RawDescriptionHelpFormatter)
    add_store_option(added)
    added.set_defaults(task=task)
    return added


def _add_sites(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--site", dest="sites", action="append", default=[], metavar="ADDRESS",
        help="of this site only; may be given again and again",
    )  # fmt: skip


def _opened(arguments: Namespace, *, make: bool = False) -> "Store":
    from modspam.store import Store  # brings the database library

    return Store.open(arguments.store, make=make)


def _create_key(arguments: Namespace) -> int:
    from modspam.store.address import site_address

    address = site_address(arguments.address)
    with _opened(arguments, make=True) as store:
        key = store.create_key(arguments.address, arguments.note)
        print(f"modspam: {_CREATED.format(address=address)}", file=sys.stderr)
        print(key)
    return 0


def _list_keys(arguments: Namespace) -> int:
    with _opened(arguments) as store:
        keys = store.keys()
    print("id    site                           made              revoked           note")
    for key in keys:
        revoked = f"{key.revoked:%Y-%m-%d %H:%M}" if key.revoked else ""
        row = f"{key.id:<5} {key.site.address:30} {key.created:%Y-%m-%d %H:%M}  {revoked:16}  {printable(key.note, 70)}"
        print(row.rstrip())
    return 0


def _revoke_key(arguments: Namespace) -> int:
    from modspam.store.sites import LENGTH

    given: str = arguments.key
    is_number = given.isascii() and given.isdigit() and len(given) < LENGTH
    with _opened(arguments) as store:
        key = store.revoke_key(int(given) if is_number else given)
    print(f"revoked: key {key.id} of {key.site.address}")
    return 0


def _export(arguments: Namespace) -> int:
    from modspam.files import replaced
    from modspam.store.export import write_labels

    with _opened(arguments) as store:
        sites = chosen_sites(store, arguments.sites)
        if arguments.output == "-":
            write_labels(store, sites, sys.stdout.buffer)
            return 0
        with replaced(Path(arguments.output), mode=0o600) as file:
            count = write_labels(store, sites, file)
    print(f"written: {arguments.output} ({count:,} labels of {len(sites)} sites)")
    return 0


def _prune(arguments: Namespace) -> int:
    days: float = arguments.retention_days
    if not 0 <= days < 36_500:
        raise SettingError(f"checks are kept for 0 days or more, not {days}")
    before = datetime.now(UTC) - timedelta(days=days)
    with _opened(arguments) as store:
        print(f"deleted: {store.prune(before):,} checks from before {before:%Y-%m-%d %H:%M} UTC; labels stay")
    return 0


def _forget(arguments: Namespace) -> int:
    with _opened(arguments) as store:
        sites = chosen_sites(store, arguments.sites) if arguments.sites else [None]
        if not arguments.everything:
            count = sum(store.forget(arguments.author, arguments.text, site) for site in sites)
            print(f"deleted: {count:,} checks and labels")
            return 0
        if arguments.author or arguments.text or not arguments.sites:
            raise SettingError("--everything goes with --site alone: it deletes all that these sites have")
        for site in filter(None, sites):
            store.forget_site(site)
            print(f"deleted: {site.address}, with its keys, checks, labels and counts")
    return 0
