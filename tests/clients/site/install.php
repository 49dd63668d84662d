<?php
// Installs the site in the folder given: comments appear at once unless Akismet's plugin, which is on, objects.
require __DIR__ . '/load.php';
define( 'WP_INSTALLING', true );
require $argv[1] . '/wp-load.php';
require_once ABSPATH . 'wp-admin/includes/upgrade.php';
wp_install( 'Test blog', 'admin', 'admin@example.com', true, '', 'adminpass' );
update_option( 'active_plugins', array( 'akismet/akismet.php' ) );
update_option( 'comment_moderation', '0' );
update_option( 'comment_previously_approved', '0' );
update_option( 'akismet_strictness', '0' );
