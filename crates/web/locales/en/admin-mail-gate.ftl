# Console: keys of mail servers, shared addresses
gate-title = Mail programs
gate-lead = Whenever a mail program logs in, the mail server asks here whether it may.
gate-no-windows = The policy asks nobody who uses a mail program to sign in with a browser first.
gate-keys = Keys of mail servers
gate-keys-none = There are no keys yet.
gate-key-name = Name of the mail server
gate-key-name-hint = By which you know it in the list: up to 60 characters, which no other key has.
gate-key-added = Added
gate-key-used = Last used (to the hour)
gate-key-unused = Not used yet
gate-key-add = Add a key
gate-key-add-lead = Each mail server has a key of its own. It is shown once, on the next page.
gate-key-submit = Make the key
gate-key-title = The mail server’s key
gate-key-lead = The key of “{ $name }”:
gate-key-caution = It is shown only now. Write it into the mail server’s settings, and let nobody but its administrators read them.
gate-key-settings = For Dovecot, save these settings as /etc/dovecot/conf.d/99-warifu.conf. Address and key are in them.
gate-key-dovecot = Settings for Dovecot { $version }
gate-key-others = Other mail servers ask at { $address }.
gate-key-remove = Remove
gate-key-remove-title = Remove the mail server’s key
gate-key-remove-what = Remove the key of “{ $name }”? At the mail server that uses it, nobody’s mail program is let in any more.
gate-key-remove-undo = To undo it, add a new key and change the mail server’s settings.
gate-back = Back to mail programs
gate-crowds = Addresses that several people share
gate-crowds-none = At present there is no address from which several people may use mail programs.
gate-crowd-listed = There is no limit by number. On networks listed as shared, mail programs are let in for { $hours } h.
gate-crowd-listed-none = There is no limit by number. On networks listed as shared, mail programs are not let in.
gate-crowd-hours = Where { $crowd } others or more are let in, and on networks listed as shared, mail programs are let in for { $hours } h.
gate-crowd-none = Where { $crowd } others or more are let in, and on networks listed as shared, further mail programs are not let in.
gate-network = Address
gate-holders = May use it
gate-people = { $count ->
    [one] One person
   *[other] { $count } people
  }
gate-to-policy = Change the limit
gate-to-networks = List a network
notice-gate-key-removed = The mail server’s key is removed.
