"""The must-use plugin that ``modspam wordpress-plugin`` prints; tests/clients/test_wordpress.py runs it."""

import shutil
import subprocess

import pytest

import modspam
from modspam.cli import main
from modspam.contrib.wordpress import must_use_plugin
from modspam.errors import SettingError


@pytest.mark.parametrize(
    ("server", "written"),
    [
        ("http://127.0.0.1:8799", "http://127.0.0.1:8799"),
        ("https://spam.example.org/", "https://spam.example.org"),
        ("https://example.org/tools/modspam/", "https://example.org/tools/modspam"),
        ("http://[::1]:8799", "http://[::1]:8799"),
        ("http://modspam:8799", "http://modspam:8799"),
        ("https://notakismet.com", "https://notakismet.com"),
    ],
)
def test_the_address_stands_in_the_plugin_without_the_slash_at_its_end(server, written):
    assert f"\nconst SERVER = '{written}';\n" in must_use_plugin(server)


@pytest.mark.parametrize(
    "server",
    [
        "",
        "spam.example.org",
        "//spam.example.org",
        "ftp://spam.example.org",
        "javascript:alert(1)",
        "http://",
        "http:///1.1",
        "http://spam.example.org:99999",
        "http://spam.example.org:port",
        "http://[::1",
        "http://spam.example.org?x=1",
        "http://spam.example.org#x",
        "http://spam.example.org/\n",
        " http://spam.example.org",
        "http://spam.example.org/'; phpinfo(); '",
        "http://spam.example.org/\\",
        "http://spam.example.org/<?php",
        "http://späm.example.org",
        "http://user:word@spam.example.org",
        "https://rest.akismet.com",
        "https://0123456789ab.REST.akismet.com/1.1",
        "https://akismet.com",
    ],
)
def test_what_is_no_address_of_a_server_of_ones_own_is_refused_and_nothing_is_printed(server, capsys):
    with pytest.raises(SettingError):
        must_use_plugin(server)
    assert main(["wordpress-plugin", "--server", server]) == 2
    printed = capsys.readouterr()
    assert (printed.out, printed.err.count("\n")) == ("", 1)


def test_the_command_prints_a_whole_plugin_for_the_server_of_this_machine(capsys):
    assert main(["wordpress-plugin"]) == 0
    printed = capsys.readouterr().out
    assert printed == must_use_plugin("http://127.0.0.1:8799")
    assert printed.startswith("<?php\n")
    assert f" * Version: {modspam.__version__}\n" in printed
    assert "@" not in printed.replace("@package", "").replace("@param", "").replace("@return", "")


def test_php_can_read_it():
    php = shutil.which("php")
    if not php:
        pytest.skip("not installed: php")
    plugin = must_use_plugin("https://spam.example.org/$&!()*+,;=%40")
    code = "function add_filter() {} define('ABSPATH', '/');" + plugin.removeprefix("<?php")
    namespace, rest = "namespace Modspam;", code.replace("namespace Modspam;", "")
    done = subprocess.run(
        [php], input=f"<?php {namespace} {rest} echo SERVER;", capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout == "https://spam.example.org/$&!()*+,;=%40", done.stderr
