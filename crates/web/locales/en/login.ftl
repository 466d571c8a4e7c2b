# Login
login-title = Sign in
login-administrators-title = Administrator sign-in
login-administrators-lead = This entrance is for administrators only; nobody else can sign in here.
login-common-lead = Enter your e-mail address to sign in to your organisation.
login-forgotten = If you have forgotten your password, ask { $contact }.
login-code-field = If you use { $feature }, open this
login-code-field-hint = The { $digits } digits in your authenticator app. If you leave this empty, you can enter them on the next page.
login-remember = Keep me signed in
login-remember-hint = Do not choose this on a shared computer.
login-submit = Sign in

login-code-title = Enter your { $code }
login-code-lead = Enter the { $code } of { $digits } digits that your authenticator app shows.
login-code-submit = Verify
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
login-backup-code-submit = Sign in
login-backup-code-back = Back to the { $code }
login-backup-code-help = If the right { $backup_code } is refused

login-code-use-helpdesk-code = Sign in with a code from the helpdesk
login-helpdesk-code-title = Code from the helpdesk
login-helpdesk-code-lead = Enter the eight digits that { $contact } has read out to you. They work once.
login-helpdesk-code-field = Code from the helpdesk
login-helpdesk-code-submit = Sign in
