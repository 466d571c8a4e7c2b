# Questions and answers
help-title = Help
help-contents = Questions
help-what = What is { $feature }?
help-what-answer = After your password you enter the { $code } of { $digits } digits that an { $app } shows. It changes every { $seconds } seconds, so knowing your password is not enough: one needs your device as well.

help-set-up = How do I set it up?
help-set-up-answer = Get an { $app }, scan the QR code on the set-up page, and enter the { $code } that the app shows.
help-set-up-from-account = You start from your account page after signing in.
help-set-up-at-login = If you have not set it up yet, your next login leads you through it.
help-set-up-no-camera = If you cannot scan the QR code, open “If you cannot scan the QR code” on the set-up page and enter the account and key in the app. The type is “time-based”.

help-get-app = Where do I get an { $app }?
get-app-iphone = iPhone and iPad: search the App Store for “Google Authenticator” or a similar app.
get-app-android = Android: search Google Play for “Google Authenticator” or a similar app.
get-app-pc = Computer: an app for time-based one-time passwords (TOTP), such as WinAuth.
get-app-any = Any app that knows TOTP will do.

help-lost-phone = I have lost my phone
help-lost-phone-at-once = The same goes for a phone that was stolen or may be infected. Sign in as far as the page that asks for the { $code } and choose “If you have lost your device”: its codes stop working at once.
help-lost-phone-with-email = If you have registered a private mail address, sign in with the { $code } that is sent there.
help-lost-phone-with-codes = If you have an unused { $backup_code }, choose “Sign in with one of your { $backup_code }s” on the page that asks for the { $code }.
help-lost-phone-then = Once signed in, turn { $feature } off on your account page and set it up again with your new device. What is on the lost phone stops working at that moment.
help-lost-phone-no-codes = If you have no unused { $backup_code }, ask { $contact } to turn { $feature } off for you.
help-lost-phone-administrator = If you have no other way to sign in, tell { $contact } at once and ask to have { $feature } turned off or issued again. What is on the lost phone stops working at that moment.

help-new-phone = I am changing my phone
help-new-phone-move = If your app can move its entries, do so before you part with the old phone. The maker of the app explains how.
help-new-phone-again = If it cannot, sign in while the old phone still works, turn { $feature } off on your account page, and set it up again with the new one.
help-new-phone-administrator = If it cannot, ask { $contact } to turn { $feature } off, and set it up again with the new phone.

help-several-devices = Can I use several devices?
help-several-devices-answer = Yes. Scan the QR code on the set-up page with every device you want to use before you finish. All of them show the same { $code }.

help-several-devices-later = To add a device later, enter the { $code } when you sign in and choose “Show the QR code again”.

help-code-refused = The right { $code } is refused
help-code-refused-lead = Please check the following in turn.
help-code-refused-changed = The { $code } changes every { $seconds } seconds. Wait for a new one and enter it straight away.
help-code-refused-used = Each { $code } works once. After using one, wait until the next appears.
help-code-refused-clock = If the clock of your phone is off, the { $code } does not fit. Set date and time to “automatic” in the settings of the phone.
help-code-refused-entry = If the app has several entries, make sure you look at the one for this service and { $login_label }. After setting up again, the old entry no longer works.
help-code-refused-restart = Close the app and open it again.

help-backup-codes = What are { $backup_code }s?
help-backup-codes-answer = { $shape ->
    [digits] They are for when you cannot use your { $app }. You get { $count } at a time, each of { $length } digits, and each works once. All of them stop working when you issue new ones, set up { $feature } again, or turn it off.
   *[symbols] They are for when you cannot use your { $app }. You get { $count } at a time, each of { $length } letters and digits, and each works once. All of them stop working when you issue new ones, set up { $feature } again, or turn it off.
  }
help-backup-codes-keep = Keep them away from your password, where nobody else looks, and mark those you have used.

help-backup-code-refused = The right { $backup_code } is refused
help-backup-code-refused-typed = Check that nothing was misread and enter it again.
help-backup-code-refused-used = A code that was used does not work again. Enter another, unused one.
help-backup-code-refused-superseded = After new codes are issued, earlier ones no longer work. Use those issued last.
help-backup-code-refused-all = If none of your codes works, ask { $contact } to turn { $feature } off for you.

help-who = Whom can I ask?
help-who-answer = Ask { $contact }. An administrator can turn { $feature } off for you after making sure it is you.
help-who-line = If you see an error, pass on the whole line that starts with “Error”. It tells your administrator where to look.

help-mail-programs = My mail program is refused
help-mail-programs-answer = If you use { $feature }, sign in with a browser from the same network and complete { $feature } before you use a mail program. It then works from that network for { $hours ->
    [one] one hour
   *[other] { $hours } hours
  }.
help-mail-programs-moved = On another network, or when the time is over, sign in with a browser again. On networks that your organisation trusts, mail programs always work.
help-mail-programs-other = Your account page has a page “Mail programs”: it shows until when they work and what was refused, and there you can let your own in.

help-codes-paused = Entering the { $code } has been stopped
help-codes-paused-answer = After several { $code }s that could not be confirmed, entering them is paused for a while. Sign in again after the time that was shown.
help-codes-paused-off = If it goes on, that way of signing in is switched off. Sign in another way, or ask { $contact } to turn { $feature } off for you.
help-codes-paused-other = If this was not you, somebody may know your password. Change it, and tell { $contact }.

help-turn-off = I want to turn { $feature } off
help-turn-off-self = Sign in and turn it off on your account page. You are asked to confirm it.
help-turn-off-administrator = Only an administrator can turn it off. Please ask { $contact }.

help-password-refused = The right password is refused
help-password-refused-typed = Capitals matter in passwords. Check Caps Lock and the state of your keyboard.
help-password-refused-wait = After several wrong passwords, even the right one is refused for a while. Wait about 15 minutes and try again.
help-password-refused-away = With the code LOGIN-06, the system that keeps the passwords is down. What you typed is not the cause. Try again in a while.
help-password-refused-forgotten = If you have forgotten your password, ask { $contact }.
help-password-refused-reset = If you have forgotten your password, choose “Forgotten your password?” on the login page: a link for a new one is sent to you by mail. If it does not help, ask { $contact }.

help-login-ended = My login ended before it was done
help-login-ended-answer = A login ends { $minutes } minutes after the password, or when the { $code } could not be confirmed { $tries } times. This is for your safety. Please start again with your { $login_label } and password.

help-sign-in-again = I am asked to sign in again
help-sign-in-again-answer = You are signed out after { $minutes } minutes without doing anything, and { $hours } hours after signing in. This is for your safety.
help-sign-in-again-remember = In a browser where you chose “Keep me signed in”, you stay signed in for { $days } days. If you use { $feature }, after the times above you confirm with your password and { $code } that it is you.
help-sign-in-again-change = Changing your password or { $feature } signs your other browsers out as well.

help-prove-again = I am signed in and asked for my password again
help-prove-again-answer = Before important changes you confirm that it is you. This holds for five minutes. It keeps others from changing anything at a device that you left for a moment.

help-new-password = My new password is refused
help-new-password-answer = Enter at least { $min } characters. A few words in a row are long and easy to remember. You need not mix in digits or symbols.
help-new-password-not = Passwords that many people use, or that are close to your name, your { $login_label } or your organisation’s name, or the same as the current one, are refused.

help-old-page = It says that the page is out of date or was opened in another browser
help-old-page-answer = A page that you opened before signing in again, or in another browser, can no longer be sent. Open the page again and repeat what you did. If it goes on, check that your browser accepts cookies.

# The desk that people ask
desk-title = Whom to ask
desk-name = Desk
desk-phone = Telephone
desk-mail = Mail
desk-page = Web page
desk-hours = Hours
