<?php
// Roundcube beside Warifu: its logins are those of its visitors, from their addresses, so the gate asks the same of it as of any mail program.
$config['db_dsnw'] = 'sqlite:///@DATA@/webmail/roundcube.sqlite?mode=0600';
$tls = ['verify_peer' => true, 'verify_peer_name' => true, 'peer_name' => 'localhost', 'cafile' => '@DATA@/tls/ca.pem'];
$from = ['bindto' => '@WEBMAIL_ADDRESS@:0'];
$config['imap_host'] = 'ssl://127.0.0.1:@IMAPS@';
$config['imap_conn_options'] = ['ssl' => $tls, 'socket' => $from];
$config['smtp_host'] = 'tls://127.0.0.1:@SUBMISSION@';
$config['smtp_conn_options'] = ['ssl' => $tls, 'socket' => $from];
$config['smtp_user'] = '%u';
$config['smtp_pass'] = '%p';
$config['smtp_xclient_addr'] = true;
$config['log_dir'] = '@DATA@/webmail/logs/';
$config['temp_dir'] = '@DATA@/webmail/temp/';
$config['des_key'] = '@WEBMAIL_KEY@';
$config['mail_domain'] = 'campus.example';
$config['product_name'] = 'Webmail';
$config['skin'] = 'elastic';
$config['plugins'] = ['source_address'];
