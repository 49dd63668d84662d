<?php
// Runs what comes on standard input in the site in the folder given.
require __DIR__ . '/load.php';
require $argv[1] . '/wp-load.php';
eval( stream_get_contents( STDIN ) );
