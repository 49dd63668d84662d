<?php
// Keeps WordPress on this machine, and notes whom else it wanted to ask. Visitors of the tests are quick: no flood.
add_filter(
	'pre_http_request',
	function ( $answer, $arguments, $url ) {
		$host = parse_url( $url, PHP_URL_HOST );
		if ( false !== $answer || '127.0.0.1' === $host ) {
			return $answer;
		}
		file_put_contents( ABSPATH . 'hosts.log', "$host\n", FILE_APPEND | LOCK_EX );
		return new WP_Error( 'only_loopback', "no network: $host" );
	},
	20,
	3
);
add_filter( 'wp_is_comment_flood', '__return_false', 99 );
