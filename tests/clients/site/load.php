<?php
// Makes a command line look like a request to the site in the folder given.
$_SERVER += array(
	'HTTP_HOST'       => '127.0.0.1',
	'REMOTE_ADDR'     => '127.0.0.1',
	'REQUEST_METHOD'  => 'GET',
	'SERVER_PROTOCOL' => 'HTTP/1.1',
);
