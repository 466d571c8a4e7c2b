<?php
/** Tells the IMAP server from where the webmail's visitor comes. Dovecot believes it because of login_trusted_networks. */
class source_address extends rcube_plugin
{
    public function init()
    {
        $this->add_hook('storage_connect', [$this, 'connect']);
    }

    public function connect($arguments)
    {
        $arguments['preauth_ident'] = ['name' => 'Roundcube', 'x-originating-ip' => rcube_utils::remote_addr()];
        return $arguments;
    }
}
