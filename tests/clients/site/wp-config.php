<?php
// The settings of a WordPress that lives as long as the tests.
$table_prefix = 'wp_';
foreach ( array( 'DB_NAME', 'DB_USER', 'DB_PASSWORD' ) as $name ) {
	define( $name, 'wp' );
}
foreach ( array( 'AUTH', 'SECURE_AUTH', 'LOGGED_IN', 'NONCE' ) as $name ) {
	define( $name . '_KEY', 'for tests only ' . $name );
	define( $name . '_SALT', 'for tests only, too ' . $name );
}
define( 'DB_HOST', '@DATABASE@' );
define( 'DB_CHARSET', 'utf8mb4' );
define( 'DB_COLLATE', '' );
define( 'WP_HOME', '@URL@' );
define( 'WP_SITEURL', '@URL@' );
define( 'DISABLE_WP_CRON', true );
define( 'AUTOMATIC_UPDATER_DISABLED', true );
defined( 'ABSPATH' ) || define( 'ABSPATH', __DIR__ . '/' );
require_once ABSPATH . 'wp-settings.php';
