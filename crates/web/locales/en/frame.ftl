# Words that all pages share
frame-signed-in = Signed in as { $login }
frame-sign-out = Sign out
frame-help = Help (FAQ)
frame-times-in = Times are shown in the time zone { $zone }.
frame-reference = Reference { $reference } · { $time }
frame-cancel = Cancel
frame-copy = Copy
frame-copied = Copied
frame-to-account = Back to your account

console-sections = Management
console-account = My account

field-login = { $Login_label }
field-password = Password
field-new-password = New password
field-code = { $Code }
field-backup-code = { $Backup_code }

time-left = { $minutes ->
    [one] Please do this by { $until } (within a minute).
   *[other] Please do this by { $until } (within { $minutes } minutes).
  }
time-left-short = Please do this by { $until } (very soon).
time-left-clock = Time left:
time-left-over = The time is over. Please start again.

problem-help = More about this:
problem-line = Error { $error } · { $time } · Login ID { $login } · Reference { $reference }
problem-line-without-login = Error { $error } · { $time } · Reference { $reference }

error-try-again = Try again
error-to-account = Go to your account
error-to-login = Go to the login page

notice-signed-out = You are signed out. Sign in again to go on.
notice-turned-on = { $set_up_done ->
    [absent] { $Feature } is on. From your next login you enter the { $code } after your password.
   *[other] { $set_up_done } From your next login you enter the { $code } after your password.
  }
notice-app-removed = Your { $app } is no longer registered. Signing in still takes the { $code } that is sent to your private mail address.
notice-app-unregistered = Your { $app } is no longer registered. If { $feature } is in use, your next login from outside the trusted networks asks you to register one again.
notice-turned-off = { $backup_codes ->
    [none] { $Feature } is off. From now on your password is enough to sign in.
   *[some] { $Feature } is off. From now on your password is enough to sign in. Your earlier { $backup_code }s no longer work.
  }
notice-app-reactivated = Your { $app } is in use again. From your next login you enter the { $code } after your password.
notice-set-up-abandoned = Set-up was stopped. The key you saw does not work; please delete it from your app.
notice-codes-issued = New { $backup_code }s are issued. All earlier ones no longer work.
notice-session-ended = That browser is signed out. If you did not recognise it, change your password as well.
notice-other-sessions-ended = All browsers except this one are signed out.
notice-password-changed = Your password is changed. Use the new one from your next login. Your other browsers are signed out.
notice-reset-asked = If there is an account with this { $login_label }, a mail is on its way to its address. Open the link in it within 30 minutes. If none arrives, ask { $contact }.
notice-password-reset = Your new password is set. Sign in with it. { $Feature } stays as it is.
