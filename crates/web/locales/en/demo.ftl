# Demonstration
tenants-title = Organisations to try
tenants-lead = Choose an organisation and sign in with a { $login_label } and password from its table.
tenants-gone = What you do here is gone when the demonstration stops.
tenants-kept = What you do here is kept in the demonstration’s folder and is there at its next start. Each password is shown only at the start that makes its user, so keep this page.
tenants-password-known = (shown at the first start)
tenants-empty = There are no organisations yet.
tenants-entrances = Other addresses to sign in at
tenants-mail = See the mails that would have been sent
demo-mail-title = Mails of the demonstration
demo-mail-lead = The demonstration sends no mail; it is kept here.
demo-mail-empty = There are no mails yet. They appear here when somebody sets up { $feature } or changes a password.
demo-mail-to = To
demo-mail-at = Date
