# Demonstration
tenants-title = Organisations to try
tenants-lead = Choose an organisation and sign in with a { $login_label } and password from its table. What you do here is gone when the demonstration stops.
tenants-empty = There are no organisations yet.
tenants-entrances = Other addresses to log in at
tenants-mail = See the mails that would have been sent
demo-mail-title = Mails of the demonstration
demo-mail-lead = The demonstration sends no mail; it is kept here.
demo-mail-empty = There are no mails yet. They appear here when somebody sets up { $feature } or changes a password.
demo-mail-to = To
demo-mail-at = Date
