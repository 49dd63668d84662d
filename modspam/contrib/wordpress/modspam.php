<?php
/**
 * Plugin Name: modspam behind Akismet
 * Description: What the Akismet plugin asks goes to your own modspam server, and not to akismet.com.
 * Version: @VERSION@
 * Requires PHP: 7.0
 *
 * Printed by "modspam wordpress-plugin". It belongs in wp-content/mu-plugins/modspam.php, and is to be printed
 * again rather than edited. What it leaves alone: every request that is not for Akismet's servers.
 *
 * @package modspam
 */

namespace Modspam;

defined( 'ABSPATH' ) || exit;

const SERVER = '@SERVER@';

// Seconds that somebody who has sent a comment waits at most, where Akismet's plugin would have 15: a server of one's
// own answers within milliseconds.
const PATIENCE = 5;

// For this many seconds after a request without an answer the server is not asked again, so that neither the
// plugin's second and third try nor a long queue keeps anybody waiting.
const PAUSE = 30;

add_filter( 'pre_http_request', __NAMESPACE__ . '\send_to_own_server', 10, 3 );
add_filter( 'clean_url', __NAMESPACE__ . '\keep_key_from_akismet', 10, 2 );

/**
 * Answers what is meant for Akismet's servers from one's own.
 *
 * @param mixed  $answer    What another plugin has answered; false if none has.
 * @param array  $arguments Of the request, as wp_remote_request() takes them.
 * @param string $url       Where the request is going.
 * @return mixed An answer or a WP_Error in WordPress's form; $answer if this is no request for Akismet.
 */
function send_to_own_server( $answer, $arguments, $url ) {
	if ( false !== $answer || ! preg_match( '/^(?:([0-9a-z]+)\.)?rest\.akismet\.com$/', meant_host( $arguments, $url ), $host ) ) {
		return $answer;
	}
	$path  = (string) wp_parse_url( $url, PHP_URL_PATH );
	$query = (string) wp_parse_url( $url, PHP_URL_QUERY );
	$reply = ask( SERVER . $path . ( '' === $query ? '' : '?' . $query ), own_arguments( $arguments, isset( $host[1] ) ? $host[1] : '' ) );

	// From release 5.4 on Akismet's plugin publishes whatever comes back without a guid, the answer "spam" too.
	// Every answer of modspam has one, so what has none is the word of something in between, or silence.
	if ( '/comment-check' === substr( $path, -14 ) && '' === (string) wp_remote_retrieve_header( $reply, 'x-akismet-guid' ) ) {
		return held();
	}
	return $reply;
}

/**
 * Says which host a request is meant for. Akismet's plugin can go by address, with the name in a header.
 *
 * @param array  $arguments Of the request.
 * @param string $url       Where it is going.
 * @return string The host in lower case, without a port; empty if there is none.
 */
function meant_host( $arguments, $url ) {
	$host = wp_parse_url( $url, PHP_URL_HOST );
	foreach ( headers_of( $arguments ) as $name => $value ) {
		if ( 'host' === strtolower( $name ) && is_string( $value ) ) {
			$host = preg_replace( '/:\d*$/', '', $value );
		}
	}
	return strtolower( (string) $host );
}

/**
 * Gives a request's headers, where they are there as an array.
 *
 * @param array $arguments Of the request.
 * @return array By name.
 */
function headers_of( $arguments ) {
	return isset( $arguments['headers'] ) && is_array( $arguments['headers'] ) ? $arguments['headers'] : array();
}

/**
 * Makes a request's arguments fit for one's own server: less patience, no header with Akismet's host, and the key in
 * the body, which old releases of the plugin put into the host alone.
 *
 * @param array  $arguments Of the request.
 * @param string $key       The key that stood in the host; empty if there was none.
 * @return array The arguments to send.
 */
function own_arguments( $arguments, $key ) {
	$arguments['timeout'] = min( PATIENCE, isset( $arguments['timeout'] ) ? $arguments['timeout'] : PATIENCE );
	foreach ( array_keys( headers_of( $arguments ) ) as $name ) {
		if ( 'host' === strtolower( $name ) ) {
			unset( $arguments['headers'][ $name ] );
		}
	}
	if ( '' !== $key && isset( $arguments['body'] ) ) {
		if ( is_array( $arguments['body'] ) ) {
			$arguments['body'] += array( 'api_key' => $key );
		} elseif ( ! preg_match( '/(?:^|&)api_key=/', $arguments['body'] ) ) {
			$arguments['body'] .= '&api_key=' . $key;
		}
	}
	return $arguments;
}

/**
 * Asks the server, unless it has just left a request without an answer.
 *
 * @param string $url       Where to.
 * @param array  $arguments Of the request.
 * @return array|\WP_Error As wp_remote_request() gives it.
 */
function ask( $url, $arguments ) {
	static $silence = null, $since = 0;
	if ( null !== $silence && time() - $since < PAUSE ) {
		return $silence;
	}
	$reply   = wp_remote_request( $url, $arguments );
	$silence = is_wp_error( $reply ) ? $reply : null;
	$since   = time();
	return $reply;
}

/**
 * Makes an answer that is neither "true" nor "false": every release of the plugin keeps the comment for
 * moderation then, and checks it again later.
 *
 * @return array In the form of wp_remote_request()'s.
 */
function held() {
	return array(
		'headers'  => array( 'x-akismet-guid' => wp_generate_uuid4() ),
		'body'     => 'modspam did not answer',
		'response' => array(
			'code'    => 503,
			'message' => 'Service Unavailable',
		),
		'cookies'  => array(),
		'filename' => null,
	);
}

/**
 * Leaves Akismet's statistics, which its plugin frames in the dashboard, empty: their address tells akismet.com
 * the site's key.
 *
 * @param string $url      As esc_url() is about to give it.
 * @param string $original As esc_url() got it.
 * @return string The address, or an empty page's.
 */
function keep_key_from_akismet( $url, $original ) {
	return 'tools.akismet.com' === strtolower( (string) wp_parse_url( $original, PHP_URL_HOST ) ) ? 'about:blank' : $url;
}
