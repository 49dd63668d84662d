"""WordPress with its own Akismet plugin, through the plugin that ``modspam wordpress-plugin`` prints."""

import json
import threading
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from conftest import cases, some_comments
from servers import until

from clients.pages import Page
from clients.proxy import Front
from modspam import Comment
from modspam.contrib.wordpress import must_use_plugin
from modspam.store import Feedback

BORN_FROM = (
    "Hi #WEBSITE# owner! I noticed Google is showing a unsafe website warning to your potential customers online."
)
CASES = cases("clients")


def test_an_honest_comment_is_published_at_once(wordpress):
    text = CASES["ham"][0]
    assert wordpress.state(wordpress.comment(text)) == "published"
    assert text in wordpress.public_text()


@pytest.mark.parametrize("text", CASES["ham"][1:])
def test_honest_comments_are_published(wordpress, text):
    assert wordpress.state(wordpress.comment(text)) == "published"


@pytest.mark.parametrize("text", [BORN_FROM, *CASES["spam"]])
def test_the_comment_that_modspam_was_born_from_and_its_kin_land_in_spam(wordpress, text):
    assert wordpress.state(wordpress.comment(text, author="SEO Bob", url="http://cheap.example/")) == "spam"
    assert text not in wordpress.public_text()


def test_a_doubtful_comment_lands_in_spam_if_a_program_sent_it(wordpress):
    text = "Anybody can earn money from home with this method, ask me how."
    assert wordpress.state(wordpress.comment(text)) == "published"
    by_program = wordpress.comment(text + " Please!", ak_hp_textarea="http://x.example", ak_js="123")
    assert wordpress.state(by_program) == "spam"


def test_what_the_documentation_has_one_try_lands_in_spam(wordpress):
    assert wordpress.state(wordpress.comment("Hi #WEBSITE# owner! Your customers see a warning.")) == "spam"


def test_what_an_administrator_writes_is_never_spam(wordpress):
    post = f"{wordpress.url}/?p=1"
    form = Page(post, wordpress.admin.get(post).text).form("comment")
    said = BORN_FROM + " That is what they write, word by word."
    wordpress.admin.post(form.action, data=form.fields | {"comment": said})
    assert said in wordpress.public_text()
    assert wordpress.state(wordpress.comment(said, author="Somebody")) == "spam"


def test_quotes_other_scripts_and_emoji_arrive_as_they_were_written(wordpress, served):
    text = "“Grüße” & <b>danke</b> \\ 'für' %41 das Rezept; 谢谢, спасибо 🍞"
    email = wordpress.comment(text, author="Jürgen O'Neil")
    wordpress.press(email, "spam")
    assert (text, True) in served.labels(wordpress.url)


def test_the_buttons_spam_and_not_spam_reach_the_store(wordpress, served):
    missed = "Is the second recipe for four people, or did I misread it?"
    caught = BORN_FROM + " I can help."
    missed_by, caught_by = wordpress.comment(missed), wordpress.comment(caught)
    assert (wordpress.state(missed_by), wordpress.state(caught_by)) == ("published", "spam")
    wordpress.press(missed_by, "spam")
    wordpress.press(caught_by, "unspam")
    assert (wordpress.state(missed_by), wordpress.state(caught_by)) == ("spam", "held")
    wordpress.press(caught_by, "approve")
    assert wordpress.state(caught_by) == "published"
    assert {(missed, True), (caught, False)} <= set(served.labels(wordpress.url))


def test_a_button_pressed_by_mistake_is_taken_back(wordpress, served):
    text = "My grandmother used buttermilk for this, and so do I."
    email = wordpress.comment(text)
    wordpress.press(email, "spam")
    wordpress.press(email, "unspam")
    assert [spam for label, spam in served.labels(wordpress.url) if label == text] == [False]


def test_the_settings_page_shows_that_the_key_is_valid(wordpress):
    page = wordpress.page("options-general.php?page=akismet-key-config")
    assert page.form("key").fields["key"] == wordpress.php("echo Akismet::get_api_key();")
    assert "Active" in page.text
    load = "require_once AKISMET__PLUGIN_DIR . 'class.akismet-admin.php';"
    assert wordpress.php(load + "echo Akismet_Admin::get_server_connectivity();") == "1"


def test_the_settings_page_refuses_a_key_that_the_server_does_not_know(wordpress):
    key = wordpress.php("echo Akismet::get_api_key();")
    page = wordpress.enter_key("0" * 12)
    assert "The key you entered is invalid" in page.text
    assert wordpress.php("echo Akismet::get_api_key();") == key


def test_a_page_that_shows_statistics_does_not_tell_the_key_to_akismet(wordpress):
    for path in ("", "&view=stats"):
        source = wordpress.admin.get(f"{wordpress.url}/wp-admin/options-general.php?page=akismet-key-config{path}").text
        assert "about:blank" in source
        assert "tools.akismet.com" not in source


def test_a_stopped_server_loses_no_comment_and_publishes_no_spam(wordpress, served):
    served.stop()
    try:
        honest, spam = wordpress.comment("Which flour did you take?"), wordpress.comment(BORN_FROM + " Please write.")
        assert (wordpress.state(honest), wordpress.state(spam)) == ("held", "held")
    finally:
        served.start()
    wordpress.php("Akismet::cron_recheck();")
    assert (wordpress.state(honest), wordpress.state(spam)) == ("published", "spam")


@contextmanager
def pointed_at(wordpress, served, server):
    """Lay in a plugin for another server, and the right one again afterwards."""
    wordpress.install(must_use_plugin(server))
    try:
        yield
    finally:
        wordpress.install(must_use_plugin(served.url))


class Between(BaseHTTPRequestHandler):
    """Something between WordPress and modspam that answers in its own words; where its server says which."""

    def do_POST(self):
        """Answer whatever is asked."""
        self.rfile.read(int(self.headers["Content-Length"]))
        status, body = self.server.words
        self.send_response(status)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Say nothing."""


@pytest.mark.parametrize("words", [(200, b"true"), (200, b"false"), (502, b"<h1>Bad gateway</h1>"), (200, b"")])
def test_a_verdict_that_is_not_the_servers_own_holds_the_comment(wordpress, served, words):
    with HTTPServer(("127.0.0.1", 0), Between) as between:
        between.words = words
        threading.Thread(target=between.serve_forever, args=(0.05,), daemon=True).start()
        with pointed_at(wordpress, served, f"http://127.0.0.1:{between.server_port}"):
            assert wordpress.state(wordpress.comment(f"What is behind {words[1].decode()}?")) == "held"
        between.shutdown()


TRUST = """<?php
add_filter( 'http_request_args', function ( $arguments ) {
    return array( 'sslcertificates' => '%s' ) + $arguments;
} );
"""


def test_a_server_behind_tls_is_asked_if_its_certificate_is_trusted_and_else_not(wordpress, served, tmp_path):
    trust = wordpress.root / "wp-content/mu-plugins/trust.php"
    with Front(served.port, tmp_path) as front, pointed_at(wordpress, served, f"https://127.0.0.1:{front.port}/"):
        assert wordpress.state(wordpress.comment("Which yeast is it?")) == "held"
        trust.write_text(TRUST % front.certificate)
        try:
            assert wordpress.state(wordpress.comment("And does it need sugar?")) == "published"
            assert wordpress.state(wordpress.comment(BORN_FROM, author="Certified")) == "spam"
        finally:
            trust.unlink()


@pytest.fixture
def with_webhook(wordpress):
    """The site, where its Akismet plugin can be called back."""
    plugin = wordpress.root / "wp-content/plugins/akismet/class.akismet-rest-api.php"
    if "receive_webhook" not in plugin.read_text(encoding="utf-8"):
        pytest.skip("this release of Akismet's plugin has no webhook: Debian 13 has a newer one")
    return wordpress


def test_what_a_retrained_model_takes_for_spam_moves_there_unless_its_owner_has_decided(with_webhook, served):
    wordpress, site = with_webhook, served.site(with_webhook.url)
    texts = [f"I carve oak tables by hand, and the {word} ones are in my shop this week." for word in CASES["things"]]
    missed, decided = wordpress.comment(texts[0]), wordpress.comment(texts[1])
    honest = wordpress.comment(CASES["ham"][0] + " I will try it.")
    assert [wordpress.state(each) for each in (missed, decided, honest)] == ["published"] * 3
    wordpress.press(decided, "unapprove")
    wordpress.press(decided, "approve")
    said = [(example.comment, example.spam) for example in some_comments(1, seed=6)[:200]]
    said += [(Comment(text, author="Ana"), True) for text in texts[2:]]
    for comment, spam in said:
        served.store.add_feedback(Feedback(site.id, comment, spam, datetime.now(UTC)))
    served.retrain()
    until(lambda: wordpress.state(missed) == "spam")
    until(lambda: served.events("callback taken"))
    assert (wordpress.state(decided), wordpress.state(honest)) == ("published", "published")
    (served.folder / "models" / site.model_name).unlink()
    until(lambda: wordpress.state(missed) == "published")


def test_the_plugin_switched_off_says_goodbye_and_comes_back(wordpress):
    assert wordpress.php("echo Akismet::deactivate_key(Akismet::get_api_key());") == "deactivated"
    assert wordpress.php("echo Akismet::verify_key(Akismet::get_api_key());") == "valid"


def test_requests_to_others_go_where_they_were_going(wordpress):
    for host in ("akismet.com", "rest.akismet.com.example.org", "notrest.akismet.com", "api.wordpress.org"):
        answer = wordpress.php(f"$r = wp_remote_get('https://{host}/1.1/test'); echo $r->get_error_message();")
        assert answer == f"no network: {host}"
    assert "rest.akismet.com" not in wordpress.asked()


def asked(wordpress, url, **arguments):
    """What the Akismet plugin would get if it made this request."""
    code = """
        $r = wp_remote_post('%s', json_decode('%s', true));
        echo json_encode(is_wp_error($r) ? array('error' => $r->get_error_message())
            : array('guid' => wp_remote_retrieve_header($r, 'x-akismet-guid'), 'body' => wp_remote_retrieve_body($r)));
    """
    return json.loads(wordpress.php(code % (url, json.dumps(arguments))))


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("array", [False, True])
def test_an_old_release_which_has_the_key_in_the_host_is_answered_too(wordpress, scheme, array):
    key = wordpress.php("echo Akismet::get_api_key();")
    fields = {"blog": wordpress.url, "user_ip": "203.0.113.9", "comment_author": "viagra-test-123"}
    body = fields if array else "&".join(f"{name}={value}" for name, value in fields.items())
    answer = asked(wordpress, f"{scheme}://{key}.rest.akismet.com/1.1/comment-check", body=body)
    assert (answer["body"], bool(answer["guid"])) == ("true", True)


def test_a_request_by_address_with_the_host_in_a_header_stays_at_home(wordpress):
    key = wordpress.php("echo Akismet::get_api_key();")
    body = {"key": key, "blog": wordpress.url}
    answer = asked(wordpress, "https://192.0.2.1/1.1/verify-key", headers={"Host": "rest.akismet.com"}, body=body)
    assert answer["body"] == "valid"


def test_a_silent_server_is_asked_once_and_every_check_is_held_under_an_id_of_its_own(wordpress, served):
    served.stop()
    try:
        code = """
            add_action('http_api_debug', function ($r, $c, $t, $arguments) {
                global $tries;
                $tries[] = $arguments['timeout'];
            }, 10, 4);
            for ($n = 0; $n < 3; $n++) {
                $r = wp_remote_post('https://rest.akismet.com/1.1/comment-check', array('body' => 'blog=x'));
                $seen[wp_remote_retrieve_header($r, 'x-akismet-guid')] = wp_remote_retrieve_body($r);
            }
            $key = Akismet::verify_key('0123456789ab');
            echo json_encode(array($tries, array_values($seen), $key));
        """
        tries, bodies, key = json.loads(wordpress.php(code))
    finally:
        served.start()
    assert (tries, bodies, key) == ([5], ["modspam did not answer"] * 3, "failed")
