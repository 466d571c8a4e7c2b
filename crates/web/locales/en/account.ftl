# The own account
account-title = Your account
account-app-title = { $Feature }
account-app-on = On
account-app-off = Not set up
account-app-suspended = Suspended
account-app-suspended-then = It is suspended because its device was reported lost. If the device has turned up, take it into use again; if not, set up a new one.
account-app-reactivate = It has turned up: use it again
account-app-replace = Set up a new device
# Where the app is one of several methods (K3)
account-app-only-title = { $App }
account-app-registered = Registered
account-app-only-set-up = Register an { $app }
account-app-only-remove = Remove your { $app }
account-app-since = Set up
account-app-last-used = Last used
account-app-never-used = Not used yet
account-app-remove = Turn off { $feature }
account-app-remove-by-administrator = Only an administrator can turn it off. When you change or lose your phone, ask { $contact }.
account-app-required = Your organisation asks for { $feature }. Please set it up.
account-app-recommended = Signing in is safer with the { $code } of your { $app } in addition to your password. We recommend setting it up.
account-app-pending = You have begun to set it up and can go on from there.
account-app-pending-anew = You have begun to set it up but not finished. When you go on you get a new { $key }; please delete the entry that you made in your app.
account-app-resume = Go on setting up
account-app-set-up = Set up { $feature }
account-app-not-offered = Your organisation does not offer { $feature }.

account-backup-title = { $Backup_code }s
account-backup-open = See or issue { $backup_code }s

account-sessions-title = Where you are signed in
account-sessions-count = { $count ->
    [one] This is the only browser in which you are signed in.
   *[other] You are signed in with { $count } browsers, including this one.
  }
account-sessions-open = See the list

account-password-title = Password
account-password-open = Change your password
account-password-elsewhere = This password is kept by your organisation’s directory. Change it there.

# Turning it off
remove-title = Turn off { $feature }
remove-question = Turn off { $feature } for { $login }? This is what will happen:
remove-app-question = Remove the { $app } of { $login }? This is what will happen:
remove-password-is-enough = From now on your password is enough to sign in.
remove-mail-stays = Signing in still takes the { $code } that is sent to your private mail address.
remove-set-up-again = { $Feature } stays in use: outside the trusted networks you are asked to register an app again at once. If you want to stop using it, choose “Do not use it” first.
remove-codes-void = { $left ->
    [0] Your { $backup_code }s stay void.
    [one] Your unused { $backup_code } stops working too.
   *[other] Your { $left } unused { $backup_code }s stop working too.
  }
remove-entry-stops = The entry in your { $app } stops working. Please delete it there.
remove-undo = To go back, set up { $feature } again on your account page. You will scan a new QR code.
remove-submit = OK, turn it off
remove-password-hint = To turn it off, enter the password you sign in with.
remove-with-password-submit = Turn it off

# Where the user is signed in
sessions-title = Where you are signed in
sessions-lead = If there is one you do not recognise, sign it out and change your password.
sessions-browser = Browser
sessions-browser-unknown = Unknown browser
sessions-address = Address
sessions-since = Signed in
sessions-last-seen = Last used
sessions-action = Action
sessions-current = This browser
sessions-end = Sign it out
sessions-end-confirm = Sign out { $browser }? That browser will have to sign in again.
sessions-end-others = Sign out all others
sessions-end-others-confirm = Sign out all browsers except this one? Each of them will have to sign in again.
sessions-only-this = This is the only browser in which you are signed in.

# Fresh proof
proof-title = Confirm it is you
proof-for-set-up = Before you set up { $feature }, please confirm that it is you.
proof-for-remove = Before you turn off { $feature }, please confirm that it is you.
proof-for-backup-codes = Before you issue { $backup_code }s, please confirm that it is you.
proof-for-console = Before you manage anything, please confirm that it is you.
proof-for-account = Before you go on, please confirm that it is you.
proof-for-password = Before you change your password, please confirm that it is you.
proof-code-hint = The { $digits } digits in your { $app }.
proof-use-backup-code = If you cannot use your { $app }
proof-backup-code-hint = Enter one unused { $backup_code }. You may leave the { $code } empty.
proof-submit = Confirm and go on

# Changing the password
password-title = Change your password
password-new-hint = At least { $min } characters. You need not mix in symbols or digits. Longer is safer.
password-show = Show the password
password-hide = Hide the password
password-then = Your other browsers will be signed out. { $Feature } stays as it is.
password-submit = Change your password
password-first-title = Choose your own password
password-first-why = The password you signed in with was set by somebody else and is for one time only. Choose your own; after that your account is ready.
password-first-submit = Use this password
