<?php
// Roundcube looks for plugins here, and not in the folder of Debian's package, which stays as it is.
define('RCUBE_PLUGINS_DIR', '@DATA@/webmail/plugins/');
