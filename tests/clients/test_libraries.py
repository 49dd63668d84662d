"""Libraries that speak Akismet's protocol, each on its whole round: verify, check, report, and what else it has.

Their programs stand in scripts/.  Each comment that they report is looked for in the store afterwards.
"""

import json
import os
import subprocess
import sys

import pytest

from clients.conftest import CLIENTS, need, works

SPAM = "Hi #WEBSITE# owner! Your customers see a warning about your site."
MISSED = "Lovely, I shall try it with rye."
LEARNT = [(MISSED, True), (SPAM, False)]
THANKS = "Thanks for making the web a better place."
SCRIPTS = CLIENTS / "scripts"


def run(*command, **environment):
    """Run a client's program; gives what it printed."""
    done = subprocess.run(
        [str(part) for part in command],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, (command, done.stdout, done.stderr)
    return done.stdout


@pytest.fixture(scope="module")
def npm(tmp_path_factory):
    """A folder with npm's two clients installed, and nothing of theirs run on the way."""
    need("node", "npm")
    folder = tmp_path_factory.mktemp("npm")
    command = ["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--silent", f"--prefix={folder}"]
    try:
        subprocess.run([*command, "akismet-api@6.0.0", "@cedx/akismet@16.2.1"], timeout=120, check=True, cwd=folder)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        pytest.skip(f"the clients cannot be had from npm: {error}")
    for script in SCRIPTS.glob("round-*"):
        (folder / script.name).write_bytes(script.read_bytes())
    return folder


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_akismet_of_pypi(served, proxy, kind):
    pytest.importorskip("akismet", reason="not installed: akismet (of PyPI)")
    site = f"https://{kind}.python.example.org/"
    key = served.key(site)
    heard = json.loads(run(sys.executable, SCRIPTS / "round.py", kind, site, key, **proxy.environment))
    usage = heard.pop("usage")
    assert heard == {
        "another key": False,
        "ham": "HAM",
        "spam": "SPAM",
        "guaranteed": "SPAM",
        "administrator": "HAM",
        "submit spam": True,
        "submit ham": True,
        "sites": "APIKeyError",
        "wrong key": "APIKeyError",
    }
    assert usage.keys() >= {"limit", "usage", "percentage", "throttled"}
    assert sorted(served.labels(site)) == sorted(LEARNT)
    assert set(proxy.hosts) == {"rest.akismet.com"}


def test_akismet_of_ruby(served, proxy):
    need("ruby")
    if not works("ruby", "-e", "require 'akismet'"):
        pytest.skip("not installed: akismet (of Ruby)")
    site = "https://ruby.example.org/"
    key = served.key(site)
    heard = json.loads(run("ruby", SCRIPTS / "round.rb", site, key, **proxy.environment))
    failed = heard.pop("wrong key")
    assert heard == {
        "verify": True,
        "another key": False,
        "ham": [False, False],
        "spam": [True, False],
        "guaranteed": [True, False],
        "discard": [True, True],
        "environment": False,
    }
    assert failed.startswith("Akismet::Error: ")
    assert sorted(served.labels(site)) == sorted(LEARNT)
    assert f"{key}.rest.akismet.com" in proxy.hosts


def test_net_akismet_of_perl_which_takes_the_server_for_its_proxy(served):
    need("perl")
    if not works("perl", "-MNet::Akismet", "-e1"):
        pytest.skip("not installed: Net::Akismet (of Perl)")
    site = "https://perl.example.org/"
    proxied = {"http_proxy": served.url, "PERL_LWP_ENV_PROXY": "1", "no_proxy": ""}
    heard = run("perl", SCRIPTS / "round.pl", site, served.key(site), **proxied)
    assert dict(line.split(": ", 1) for line in heard.splitlines()) == {
        "ham": "false",
        "spam": "true",
        "guaranteed": "true",
        "submit spam": "1",
        "submit spam answer": THANKS,
        "submit ham": "1",
        "submit ham answer": THANKS,
        "another key": "undef",
    }
    assert sorted(served.labels(site)) == sorted(LEARNT)


def test_cedx_akismet_of_npm(served, npm):
    site = "https://cedx.example.org/"
    heard = json.loads(run("node", npm / "round-cedx.mjs", site, served.key(site), served.url))
    failed = heard.pop("wrong key")
    assert heard == {
        "verify": True,
        "another key": False,
        "ham": 0,
        "spam": 1,
        "guaranteed": 1,
        "submit spam": "done",
        "submit ham": "done",
    }
    assert failed.startswith("Error: ")  # an answer that it took for a verdict would be 1: spam
    assert sorted(served.labels(site)) == sorted(LEARNT)


def test_akismet_api_of_npm_which_has_the_key_in_the_host(served, npm):
    site = "https://akismet-api.example.org/"
    host = f"localhost:{served.port}"
    heard = json.loads(run("node", npm / "round-akismet-api.cjs", site, served.key(site), host))
    failed = heard.pop("wrong key")
    assert heard == {
        "verify": True,
        "another key": False,
        "ham": False,
        "spam": True,
        "doubtful": False,
        "trapped": True,
        "guaranteed": True,
        "submit spam": THANKS,
        "submit ham": THANKS,
    }
    assert failed.startswith("Error: ")
    assert sorted(served.labels(site)) == sorted(LEARNT)
