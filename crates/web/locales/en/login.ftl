# Login
login-title = Sign in
login-administrators-title = Administrator sign-in
login-administrators-lead = This entrance is for administrators only; nobody else can sign in here.
login-common-lead = Enter your e-mail address to sign in to your organisation.
login-forgotten = If you have forgotten your password, ask { $contact }.
login-forgotten-link = Forgotten your password?
login-code-field = If you use { $feature }, open this
login-code-field-hint = The { $digits } digits in your { $app }. If you leave this empty, you can enter them on the next page.
login-remember = Keep me signed in
login-remember-hint = Do not choose this on a shared computer.
login-submit = Sign in

login-code-title = { $code_title ->
    [absent] Enter your { $code }
   *[other] { $code_title }
  }
login-code-lead = Enter the { $code } of { $digits } digits that your { $app } shows.
login-code-submit = { $code_submit ->
    [absent] Verify
   *[other] { $code_submit }
  }
login-code-tries-left = { $left ->
    [one] One try is left.
   *[other] { $left } tries are left.
  }
login-code-who = You are signing in as { $login }.
login-code-ways = Other ways
login-code-use-backup-code = Sign in with one of your { $backup_code }s
login-code-start-again = Start again
login-code-help = If the right { $code } is refused

login-backup-code-title = Sign in with your { $backup_code }
login-backup-code-lead = { $shape ->
    [digits] Enter one unused { $backup_code } ({ $length } digits) from those you keep. It will not work a second time.
   *[symbols] Enter one unused { $backup_code } ({ $length } letters and digits) from those you keep. It will not work a second time.
  }
login-backup-code-submit = { $code_submit ->
    [absent] Sign in
   *[other] { $code_submit }
  }
login-backup-code-back = Back to the { $code }
login-backup-code-help = If the right { $backup_code } is refused
login-code-show-again = Show the QR code again
login-code-show-again-hint = To set up the { $app } on a further device as well, enter the { $code } and choose this. It signs you in and shows the same QR code once more.
login-code-lost-device = If you have lost your device
login-code-suspended = Your { $app } is suspended because its device was reported lost.
login-code-suspended-backup-code = Please sign in with a { $backup_code } that you keep.
login-code-suspended-administrator = Please ask { $contact } to turn { $feature } off for you.

lost-device-title = If you have lost your device
lost-device-question = Suspend the { $app } of { $login } at once? This is what will happen:
lost-device-codes-refused = Nobody can sign in with the { $code } of the lost device any more.
lost-device-sessions-end = All browsers are signed out.
lost-device-then-backup-code = To sign in you will need a { $backup_code } that you keep.
lost-device-then-administrator = To sign in you will have to ask { $contact } to turn { $feature } off for you.
lost-device-undo = If the device turns up, sign in with a { $backup_code } and take it into use again, or ask { $contact }.
lost-device-undo-email = If the device turns up, sign in with the { $code } sent to your private mail address and take it into use again, or ask { $contact }.
lost-device-undo-administrator = If the device turns up, you still have to ask { $contact } to turn { $feature } off, and then set it up again.
lost-device-submit = Suspend it

forgotten-title = Forgotten password
forgotten-lead = Enter your { $login_label }. We send a link for a new password to the address that is registered for it.
forgotten-then = If you use { $feature }, you need the { $code } with your new password as well.
forgotten-submit = Send the mail
reset-title = Choose a new password
reset-then = All browsers are signed out then. { $Feature } stays as it is. Sign in with the new password afterwards.
reset-submit = Set the password

login-code-use-helpdesk-code = Sign in with a code from the helpdesk
login-helpdesk-code-title = Code from the helpdesk
login-helpdesk-code-lead = Enter the eight digits that { $contact } has read out to you. They work once.
login-helpdesk-code-field = Code from the helpdesk
login-helpdesk-code-submit = Sign in
