<?php
// For PHP's own web server: files as they are, folders by their index, and the rest to WordPress.
$path   = parse_url( $_SERVER['REQUEST_URI'], PHP_URL_PATH );
$target = $_SERVER['DOCUMENT_ROOT'] . $path;
if ( is_file( $target ) ) {
	return false;
}
$index = is_dir( $target ) ? rtrim( $path, '/' ) . '/index.php' : '/index.php';
if ( ! is_file( $_SERVER['DOCUMENT_ROOT'] . $index ) ) {
	$index = '/index.php';
}
$_SERVER['SCRIPT_NAME'] = $index;
require $_SERVER['DOCUMENT_ROOT'] . $index;
